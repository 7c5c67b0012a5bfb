package dingtalktest

// DingTalk's own client for Node.js, dingtalk-stream, against this DingTalk: what
// they disagree on is a mistake here.

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestStreamClient plays people who use the app in testdata/stream.
func TestStreamClient(t *testing.T) {
	modules := os.Getenv("CONTACTBOT_DINGTALK_MODULES")
	if modules == "" {
		t.Skip("CONTACTBOT_DINGTALK_MODULES names no folder: copy testdata/stream/package.json to a DIR, run npm install --prefix DIR, and set it to DIR/node_modules")
	}
	d := New(Options{Ping: 200 * time.Millisecond, Leave: 300 * time.Millisecond})
	t.Cleanup(d.Close)
	alice := d.Join(Person{ID: "alice", Name: "张三"})
	d.AddGroup("cid-ops", "运维", alice)
	ended := startStream(t, d, modules)

	told := func(v *Delivery) {
		t.Helper()
		if _, ok := v.Wait(); !ok {
			t.Fatal("a message was not acknowledged")
		}
	}
	told(alice.Say("hello"))
	n := alice.Sees(t, "Answer\nYou wrote: hello\n\nOK")
	told(alice.Tap(t, n, "OK"))
	alice.Sees(t, "You wrote: 好 的")
	told(alice.Mention("cid-ops", "hello"))
	n = alice.Sees(t, "@张三 You wrote: hello")
	if n.To != "" || n.In != "cid-ops" {
		t.Errorf("a mention is answered in %s, to %q", n.In, n.To)
	}
	told(alice.Tap(t, n, "OK"))
	alice.Sees(t, "You wrote: 好 的")
	told(alice.Picture(alice.Direct()))
	alice.Sees(t, "No picture")
	told(alice.Say("later"))
	alice.Sees(t, "Later\nProactively, 张三")
	told(alice.Mention("cid-ops", "later"))
	if n := alice.Sees(t, "Proactively"); n.By != PathGroup {
		t.Errorf("shown by %s", n.By)
	}

	for _, by := range []struct {
		name string
		end  func()
	}{
		{"a refresh", func() { d.Refresh(0, func() { told(alice.Say("behind")) }) }},
		{"a cut", func() { d.Cut(0) }},
	} {
		opened := d.Calls(PathConnect)
		by.end()
		if !d.Until(seeWithin, func() bool { return d.Calls(PathConnect) > opened && d.Connections() == 1 }) {
			t.Fatalf("the app does not come back after %s", by.name)
		}
		told(alice.Say("again"))
		alice.Sees(t, "You wrote: again")
	}
	if n := alice.Count("You wrote: behind"); n != 1 {
		t.Errorf("what was told behind a refresh is answered %d times", n)
	}
	if !d.Settle(seeWithin) {
		t.Error("something still waits for its acknowledgement")
	}
	for _, rule := range d.Broken() {
		t.Errorf("broken rule: %s", rule)
	}
	select {
	case <-ended:
		t.Error("the app ended by itself")
	default:
	}
}

// startStream starts the app, and waits until it is connected. It is killed when
// the test ends; ended is closed once it has ended.
func startStream(t *testing.T, d *DingTalk, modules string) (ended <-chan struct{}) {
	t.Helper()
	modules, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "app.js")
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join("testdata", "stream"), t.Output(), t.Output()
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + modules, "DINGTALK_URL=" + d.URL(),
		"DINGTALK_CLIENT_ID=" + d.ClientID, "DINGTALK_CLIENT_SECRET=" + d.ClientSecret,
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = cmd.Wait() // it is killed, or the test fails as it has ended
	}()
	t.Cleanup(func() { <-over })
	if !d.Until(seeWithin, func() bool { return d.Connections() == 1 }) {
		t.Fatal("the app does not connect")
	}
	return over
}
