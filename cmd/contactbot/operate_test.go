package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/bot/slack/slacktest"
	"contactbot/state"
	"contactbot/state/bolt"
)

// mode is who may use a file.
func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestOperate: list, backup and forget while the bot serves and when it does not;
// a backup from which it starts; nothing that others can read; an audit log that
// is rotated.
func TestOperate(t *testing.T) {
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	t.Setenv("CONTACTBOT_AUDIT", audit)
	old := syscall.Umask(0o022)
	defer syscall.Umask(old)
	s := newServed(t, "socket", "text,error")
	command := func(args ...string) string {
		t.Helper()
		out, err := execute(t, s.dir, args...)
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return out
	}
	alice := s.slack.Join(slacktest.Person{ID: "UALICE", Name: "Alice", Mail: "alice@example.com", Locale: "en-US"})
	alice.Message("", "register name=Alice description=ECS mail=alice@example.com phone=13800138000 lang=en")
	alice.Sees(t, "Alice is registered")
	bob := s.slack.Join(slacktest.Person{ID: "UBOB", Name: "Bob", Locale: "en-US"})
	bob.Message("", "register name=Bob phone=13900139000")
	bob.Sees(t, "What is this contact for")

	for _, serving := range []bool{true, false} {
		if list := command("list"); !strings.Contains(list, "slack/T1/UBOB") || !strings.Contains(list, "phone=139****9000") || strings.Contains(list, "13900139000") || !strings.Contains(list, "1 pending") {
			t.Errorf("serving %t: listed as\n%s", serving, list)
		}
		if list := command("list", "--contacts"); !strings.Contains(list, "Alice") || !strings.Contains(list, "slack/T1/UALICE") {
			t.Errorf("serving %t: listed as\n%s", serving, list)
		}
		copied := filepath.Join(s.dir, map[bool]string{true: "hot.db", false: "cold.db"}[serving])
		command("backup", copied)
		if m := mode(t, copied); m != 0o600 {
			t.Errorf("the backup has mode %o", m)
		}
		if out, err := execute(t, s.dir, "backup", copied); err == nil || !strings.Contains(out, "exists already") {
			t.Errorf("it was overwritten: %s", out)
		}
		engine, err := bolt.Open(copied, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		store, err := state.Open(t.Context(), engine, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := store.Registration(t.Context(), "alice"); err != nil || r.Owner.User != "UALICE" {
			t.Errorf("the backup holds %+v, %v", r, err)
		}
		_ = engine.Close()
		if serving {
			if m := mode(t, socketPath(filepath.Join(s.dir, "contactbot.db"))); m != 0o600 {
				t.Errorf("the control socket has mode %o", m)
			}
			s.rotates(audit)
			if err := s.process.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := s.process.cmd.Wait(); err != nil || time.Since(began) > 15*time.Second { // 5, on a machine that is not slow
				t.Errorf("it ended with %v after %v", err, time.Since(began))
			}
		}
	}

	// The bot goes on from the backup.
	if err := os.Rename(filepath.Join(s.dir, "hot.db"), filepath.Join(s.dir, "contactbot.db")); err != nil {
		t.Fatal(err)
	}
	s.start()
	bob.Message("", "ECS")
	bob.Sees(t, "Which email address")
	if out := command("forget", "slack/T1/UBOB"); !strings.Contains(out, "is erased") {
		t.Errorf("forgot as %s", out)
	}
	if out := command("forget", "slack/T1/UALICE"); !strings.Contains(out, "the contact Alice stays in CloudMonitor") {
		t.Errorf("forgot as %s", out)
	}
	if list := command("list") + command("list", "--contacts"); strings.Contains(list, "UBOB") || strings.Contains(list, "UALICE") {
		t.Errorf("not forgotten:\n%s", list)
	}
	if out, err := execute(t, s.dir, "forget", "somebody"); err == nil || !strings.Contains(out, "PLATFORM/WORKSPACE/USER") {
		t.Errorf("it took %s", out)
	}
	if out := command("health") + command("health", "--ready"); out != "ok\nok\n" {
		t.Errorf("health says %s", out)
	}
}

// rotates moves the audit log away, and sees that lines go on in a new one.
func (s *served) rotates(audit string) {
	s.t.Helper()
	rotated := audit + ".1"
	if m := mode(s.t, audit); m != 0o600 {
		s.t.Errorf("the audit log has mode %o", m)
	}
	if err := os.Rename(audit, rotated); err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		s.t.Fatal(err)
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	late := time.After(time.Minute)
	for {
		if _, err := os.Stat(audit); err == nil {
			break
		}
		select {
		case <-look.C:
		case <-late:
			s.t.Fatal("SIGHUP opened no new audit log")
		}
	}
	carol := s.slack.Join(slacktest.Person{ID: "UCAROL", Name: "Carol", Locale: "en-US"})
	carol.Message("", "register name=Carol description=ECS mail=carol@example.com lang=en")
	carol.Sees(s.t, "Carol is registered")
	for file, contact := range map[string]string{rotated: "Alice", audit: "Carol"} {
		text, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		var r bot.Record
		if err := json.Unmarshal(text, &r); err != nil || r.Contact != contact || r.Result != "done" {
			s.t.Errorf("%s holds %s, %v", file, text, err)
		}
	}
}

// TestSimulatedApart: what is simulated is kept apart from what is real, also
// where the state is named.
func TestSimulatedApart(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CONTACTBOT_STATE", "bolt:"+filepath.Join(dir, "real.db"))
	t.Setenv("CONTACTBOT_LISTEN", "127.0.0.1:0")
	t.Setenv("DINGTALK_API_URL", "http://127.0.0.1:9")
	t.Setenv("DINGTALK_CLIENT_ID", "ding")
	t.Setenv("DINGTALK_CLIENT_SECRET", "secret")
	s := start(t, dir, "serve", "--simulate")
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	late := time.After(time.Minute)
	for {
		if _, err := os.Stat(filepath.Join(dir, "real.db.simulated")); err == nil {
			break
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatal("there is no state of its own")
		}
	}
	s.kill()
	if _, err := os.Stat(filepath.Join(dir, "real.db")); err == nil {
		t.Error("the real state was used")
	}
}
