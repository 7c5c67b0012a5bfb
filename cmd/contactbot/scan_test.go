package main

// Everything that the program writes is looked through for what people typed.

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/bot/slack/slacktest"
)

// conversations are the lines of the conversations that document the dialog, by
// their files. Values are replaced by others, so that nobody takes the examples of
// the bot's own texts for them.
func conversations(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "bot/dialog/testdata/*.txt"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d conversations, %v", len(files), err)
	}
	all := map[string][]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if said, ok := strings.CutPrefix(strings.TrimSpace(line), "> "); ok {
				all[filepath.Base(file)] = append(all[filepath.Base(file)], disguise(said))
			}
		}
	}
	return all
}

var (
	mails  = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	phones = regexp.MustCompile(`1[3-9]\d{9}`)
	tokens = regexp.MustCompile(`access_token=\w+`)
)

func disguise(said string) string {
	said = mails.ReplaceAllString(said, "typed.$0")
	said = phones.ReplaceAllStringFunc(said, func(p string) string { return p[:3] + "4711" + p[7:] })
	return tokens.ReplaceAllString(said, "access_token=5ec2e7"+strings.Repeat("0a1b2c3d4e", 6))
}

// values are what must be found nowhere.
func values(said map[string][]string) []string {
	var all []string
	for _, lines := range said {
		for _, line := range lines {
			all = append(all, mails.FindAllString(line, -1)...)
			all = append(all, phones.FindAllString(line, -1)...)
			if tokens.MatchString(line) {
				all = append(all, "5ec2e7")
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestNothingTypedIsWritten plays all conversations in a group and in private, on
// both platforms, with keys and at the most talkative level of logs; then it looks
// through logs, metrics, audit log, state file, list, and what groups can read.
func TestNothingTypedIsWritten(t *testing.T) {
	const key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	t.Setenv("CONTACTBOT_DATA_KEYS", key)
	t.Setenv("CONTACTBOT_AUDIT", audit)
	s := newServed(t, "socket", "json,debug")
	said := conversations(t)
	var people []*slacktest.Person
	var staff []*dingtalktest.Person
	for _, name := range slices.Sorted(maps.Keys(said)) {
		p := s.slack.Join(slacktest.Person{ID: "U" + strings.ToUpper(strings.NewReplacer("_", "", ".", "").Replace(name)), Name: "Somebody Typed", Mail: "typed.profile@example.com", Locale: "en-US"})
		w := s.ding.Join(dingtalktest.Person{ID: strings.NewReplacer("_", "", ".", "").Replace(name), Name: "某人", Mobile: "13847119999"})
		people, staff = append(people, p), append(staff, w)
		s.ding.AddGroup("cid-"+w.ID, "群", w)
		for _, line := range said[name] {
			p.Message("", line)
			w.Mention("cid-"+w.ID, line)
		}
	}
	// Answers go where somebody spoke last: first they are given in the groups.
	for i, name := range slices.Sorted(maps.Keys(said)) {
		staff[i].Sees(t, "")
		for _, line := range said[name] {
			staff[i].Say(line)
		}
	}
	for i := range people {
		people[i].Sees(t, "")
		staff[i].Sees(t, "")
	}
	s.slack.Settle(20 * time.Second)
	s.ding.Settle(20 * time.Second)
	listed, err := execute(t, s.dir, "list")
	if err != nil {
		t.Fatal(err)
	}
	metrics := s.get("/metrics")
	if err := s.process.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.process.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	written := map[string]string{"metrics": metrics, "list": listed, "logs": s.process.logs.String()}
	for name, file := range map[string]string{"audit log": audit, "state": filepath.Join(s.dir, "contactbot.db")} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written[name] = string(text)
	}
	for _, n := range s.ding.Public() {
		written["groups"] += n.Title + "\n" + n.Text + "\n"
	}
	for name, text := range written {
		if len(text) < 500 {
			t.Errorf("%s: %d bytes are too little to be a test:\n%s", name, len(text), text)
		}
	}
	typed := values(said)
	if len(typed) < 20 {
		t.Fatalf("only %q was typed", typed)
	}
	secrets := append(typed, key, s.slack.BotToken, s.slack.AppToken, s.ding.ClientSecret, "typed.profile", "13847119999", "session=", "ticket=")
	for name, text := range written {
		for _, secret := range secrets {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s: %q is written: …%q…", name, secret, text[max(0, at-120):min(len(text), at+60)])
			}
		}
	}
}
