package slacktest

// Slack's own client, Bolt for JavaScript, against this Slack: what they disagree
// on is a mistake here.

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBolt plays people who use the app in testdata/bolt.
func TestBolt(t *testing.T) {
	modules := os.Getenv("CONTACTBOT_NODE_MODULES")
	if modules == "" {
		t.Skip("CONTACTBOT_NODE_MODULES names no folder: copy testdata/bolt/package.json to a DIR, run npm install --prefix DIR, and set it to DIR/node_modules")
	}
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			t.Cleanup(s.Close)
			alice := s.Join(Person{ID: "UALICE", Name: "Alice Chen", Mail: "alice@example.com", Phone: "+86 138 0013 8000", Locale: "en-US"})
			s.AddChannel("C1", false)
			s.AddChannel("C2", true, alice)
			ended := startBolt(t, s, mode, modules)

			useBolt(t, s, alice)
			if mode == "socket" {
				reconnectBolt(t, s, alice)
			}
			if !s.Settle(seeWithin) {
				t.Error("something still waits for its acknowledgement")
			}

			if n := alice.Count("You wrote: hello\nYes"); n != 1 {
				t.Errorf("one message is answered %d times: the app talks to itself", n)
			}
			if public := s.Public(); len(public) > 0 {
				t.Errorf("everybody was shown %+v", public)
			}
			for method, m := range methods {
				if s.Calls(method) == 0 && (mode == "socket" || !m.app) {
					t.Errorf("%s was never called", method)
				}
			}
			for _, rule := range s.Broken() {
				t.Errorf("broken rule: %s", rule)
			}
			select {
			case <-ended:
				t.Error("the app ended by itself")
			default:
			}
		})
	}
}

// startBolt starts the app, and waits until Slack can reach it. It is killed when
// the test ends; ended is closed once it has ended.
func startBolt(t *testing.T, s *Slack, mode, modules string) (ended <-chan struct{}) {
	t.Helper()
	modules, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "app.js")
	cmd.Dir, cmd.Stderr = filepath.Join("testdata", "bolt"), t.Output()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + modules, "SLACK_API_URL=" + s.APIURL(), "SLACK_BOT_TOKEN=" + s.BotToken}
	if mode == "socket" {
		cmd.Env = append(cmd.Env, "SLACK_APP_TOKEN="+s.AppToken)
	} else {
		cmd.Env = append(cmd.Env, "SLACK_SIGNING_SECRET="+s.SigningSecret)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first, over := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(over)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			select {
			case first <- lines.Text():
			default:
				t.Log(lines.Text())
			}
		}
		_ = cmd.Wait() // it is killed, or the test fails as it has ended
	}()
	t.Cleanup(func() { <-over })
	select {
	case line := <-first:
		if mode == "http" {
			s.PostTo("http://127.0.0.1:" + line)
		}
	case <-over:
		t.Fatal("the app does not start")
	case <-time.After(seeWithin):
		t.Fatal("the app says nothing")
	}
	return over
}

// acknowledged fails the test if something was not acknowledged.
func acknowledged(t *testing.T, d *Delivery) {
	t.Helper()
	if _, ok := d.Wait(); !ok {
		t.Fatalf("%s was not acknowledged", d.what)
	}
}

// useBolt does everything that the app has an answer to.
func useBolt(t *testing.T, s *Slack, alice *Person) {
	sees := func(by, text string) Shown {
		t.Helper()
		n := alice.Sees(t, text)
		if n.By != by {
			t.Errorf("%q is shown by %s, want %s", text, n.By, by)
		}
		return n
	}

	// Commands.
	acknowledged(t, alice.Command("C1", "quiet"))
	sees("response_url", "Answered later")
	acknowledged(t, alice.Command("C1", "text"))
	sees("acknowledgement", "Answered at once by a text")
	acknowledged(t, alice.Command("C1", "message"))
	sees("acknowledgement", "Answered at once by a message")
	acknowledged(t, alice.Command("C1", "look"))
	sees("chat.postMessage", "A message with metadata")
	sees("response_url", "Alice Chen, alice@example.com, +86 138 0013 8000, en-US; contact_put 7; A message with metadata")

	// A form: refused, taken, changed twice, closed.
	acknowledged(t, alice.Command("C1", "form"))
	form := sees("views.open", "Webhook")
	acknowledged(t, alice.Submit(t, form.View, map[string]string{"mail": "alice@example.com", "hook": "https://example.com/a?b=c&d", "lang": "zh"}))
	sees("errors", "mail: not an address of ours")
	acknowledged(t, alice.Submit(t, form.View, map[string]string{"mail": "alice@example.org"}))
	form = sees("update", "Got Alice, alice@example.org, https://example.com/a?b=c&d, zh")
	acknowledged(t, alice.Click(t, form, "Next"))
	form = sees("views.update", "Updated by external_id")
	acknowledged(t, alice.Click(t, form, "Finish"))
	form = sees("views.update", "Updated by view_id")
	alice.CloseView(form.View)
	sees("chat.postMessage", "You closed what was kept")

	// Messages, and a click.
	message, _ := alice.Message("", "hello")
	acknowledged(t, message)
	answer := sees("chat.postMessage", "You wrote: hello")
	if answer.Channel != alice.Direct() || answer.Ephemeral {
		t.Errorf("a direct message is answered in %s", answer.Channel)
	}
	acknowledged(t, alice.Click(t, answer, "Yes"))
	sees("response_url", "You clicked yes-value below “You wrote: hello”")
	acknowledged(t, s.Again(message))
	sees("chat.postMessage", "The same event, attempt 1")
	thread := alice.Post("C2", "the database is down")
	mention, _ := alice.Mention("C2", thread, "help")
	acknowledged(t, mention)
	if n := sees("chat.postEphemeral", "You mentioned me"); n.Channel != "C2" || n.Thread != thread {
		t.Errorf("a mention is answered in %s, %s", n.Channel, n.Thread)
	}
	mention, _ = alice.Mention("C2", "", "help")
	acknowledged(t, mention)
	if n := sees("chat.postEphemeral", "You mentioned me"); n.Thread != "" {
		t.Errorf("a mention is answered in the thread %s", n.Thread)
	}

	acknowledged(t, alice.OpenHome())
	if home := sees("views.publish", "Your App home"); !strings.Contains(home.Reads, "Refresh") {
		t.Errorf("the App home is\n%s", home.Reads)
	}
}

// reconnectBolt makes the app connect again, asked and unasked.
func reconnectBolt(t *testing.T, s *Slack, alice *Person) {
	for _, by := range []struct {
		name string
		end  func()
	}{
		{"a refresh", func() { s.Refresh(0) }},
		{"a cut", func() { s.Cut(0) }},
	} {
		opened := s.Calls("apps.connections.open")
		by.end()
		if !s.Until(seeWithin, func() bool { return s.Calls("apps.connections.open") > opened && s.Connections() == 1 }) {
			t.Fatalf("the app does not come back after %s", by.name)
		}
		acknowledged(t, alice.Command("C1", "quiet"))
		alice.Sees(t, "Answered later")
	}
}
