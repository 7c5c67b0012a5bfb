package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/cloudmonitor"
	"contactbot/state"
	"contactbot/state/enginetest"
)

// shown is something that Slack was asked to show.
type shown struct{ by, channel, user, text, body string }

// workspace is a small Slack: it answers the calls that the bot makes, and hands
// on what is shown.
type workspace struct {
	url   string
	shows chan shown
}

func newWorkspace(t *testing.T) *workspace {
	w := &workspace{shows: make(chan shown, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		form, _ := url.ParseQuery(string(body))
		method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		answer := map[string]any{"ok": true}
		switch method {
		case "auth.test":
			answer["team_id"], answer["user_id"] = "T1", "UBOT"
		case "users.info":
			answer["user"] = map[string]any{"id": form.Get("user"), "team_id": "T1", "locale": "en-US", "profile": map[string]any{
				"real_name": "Alice Chen", "email": "alice@example.com",
			}}
		case "conversations.open":
			answer["channel"] = map[string]any{"id": "D1"}
		case "chat.postMessage", "chat.postEphemeral":
			w.shows <- shown{method, form.Get("channel"), form.Get("user"), form.Get("text"), form.Get("blocks")}
			answer["ts"], answer["channel"] = "1.1", form.Get("channel")
		case "respond":
			var m struct{ Text string }
			if json.Unmarshal(body, &m) != nil || !strings.Contains(string(body), `"response_type":"ephemeral"`) {
				t.Errorf("not for the person alone: %s", body)
			}
			w.shows <- shown{method, "", "", m.Text, string(body)}
		case "views.open", "views.update", "views.publish":
			w.shows <- shown{by: method, body: string(body)}
			answer["view"] = map[string]any{"id": "V1"}
		default:
			t.Errorf("%s is not expected", method)
		}
		_ = json.NewEncoder(rw).Encode(answer)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// see waits for what is shown next.
func (w *workspace) see(t *testing.T, by, text string) shown {
	t.Helper()
	select {
	case s := <-w.shows:
		if s.by != by || !strings.Contains(s.text+s.body, text) {
			t.Fatalf("shown by %s: %s %s; want %q by %s", s.by, s.text, s.body, text, by)
		}
		return s
	case <-time.After(10 * time.Second):
		t.Fatalf("nothing is shown; want %q by %s", text, by)
		return shown{}
	}
}

// monitor is a CloudMonitor that takes everything.
type monitor struct{}

func (monitor) PutContact(context.Context, cloudmonitor.Contact) (string, error) {
	return "REQUEST-1", nil
}

func (monitor) Lookup(context.Context, string) (c cloudmonitor.Listed, found bool, err error) {
	return c, false, nil
}

// syncBuffer is a log that many write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// serve runs a bot for a workspace in HTTP mode. post sends as Slack would.
func serve(t *testing.T, w *workspace) (post func(path, kind, body string) *httptest.ResponseRecorder, log *syncBuffer) {
	t.Helper()
	store, err := state.Open(t.Context(), &enginetest.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	log = &syncBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := New(Options{BotToken: "xoxb-1", SigningSecret: secret, APIURL: w.url + "/api/", Log: logger})
	b := bot.New(bot.Options{Store: store, CloudMonitor: monitor{}, Platforms: []bot.Platform{p}, Alone: true, Log: logger})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	running.Go(func() { _ = p.Run(ctx, b) })
	t.Cleanup(func() { cancel(); running.Wait() })
	for deadline := time.Now().Add(10 * time.Second); p.Ready() != nil; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(p.Ready())
		}
	}
	h := p.Handler()
	return func(path, kind, body string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, signed(path, kind, body, time.Now(), secret))
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		return rec
	}, log
}

func slash(w *workspace, text, trigger string) string {
	return url.Values{
		"command": {"/contact"}, "text": {text}, "user_id": {"U1"}, "team_id": {"T1"}, "channel_id": {"C1"},
		"trigger_id": {trigger}, "response_url": {w.url + "/respond"},
	}.Encode()
}

func TestOneLiner(t *testing.T) {
	w := newWorkspace(t)
	post, log := serve(t, w)
	post("/slack/commands", formType, slash(w, `register name=Alice describe="ECS on-call" mail=alice@example.org phone=13800138000 lang=en`, "1"))
	w.see(t, "respond", "Sending Alice")
	w.see(t, "respond", "Alice is registered")
	log.mu.Lock()
	defer log.mu.Unlock()
	for _, value := range []string{"alice@example", "13800138000", "on-call", "xoxb-1", secret, "respond"} {
		if strings.Contains(log.b.String(), value) {
			t.Errorf("%q is in the log", value)
		}
	}
}

func TestForm(t *testing.T) {
	w := newWorkspace(t)
	post, _ := serve(t, w)
	post("/slack/commands", formType, slash(w, "", "1"))
	w.see(t, "views.open", "alice@example.com")
	submit := func(hash, mail string) string {
		view := map[string]any{"type": "view_submission", "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": "U1", "team_id": "T1"}, "view": map[string]any{
			"id": "V1", "type": "modal", "hash": hash, "callback_id": formView, "private_metadata": `{"c":"C1"}`, "state": map[string]any{"values": map[string]any{
				"name": map[string]any{inputName: map[string]any{"value": "Alice"}}, "description": map[string]any{inputName: map[string]any{"value": "ECS"}},
				"mail": map[string]any{inputName: map[string]any{"value": mail}},
			}},
		}}
		text, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		return post("/slack/interactions", formType, "payload="+url.QueryEscape(string(text))).Body.String()
	}
	if got := submit("h1", "alice@"); !strings.Contains(got, `"response_action":"errors"`) || !strings.Contains(got, `"mail":`) {
		t.Errorf("a mistake is answered with %s", got)
	}
	if got := submit("h2", "alice@example.com"); !strings.Contains(got, `"response_action":"update"`) {
		t.Errorf("the form is answered with %s", got)
	}
	w.see(t, "views.update", "Sending Alice")
	w.see(t, "views.update", "is registered")
	w.see(t, "chat.postMessage", "Alice is registered")
}

func TestTalk(t *testing.T) {
	w := newWorkspace(t)
	post, _ := serve(t, w)
	says := func(ts, text string) {
		event, err := json.Marshal(map[string]any{"type": "event_callback", "team_id": "T1", "event": map[string]any{
			"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": text, "ts": ts,
		}})
		if err != nil {
			t.Fatal(err)
		}
		post("/slack/events", "application/json", string(event))
	}
	says("1.1", "register")
	if s := w.see(t, "chat.postMessage", "What should the contact be called?"); s.channel != "D1" {
		t.Errorf("said in %s", s.channel)
	}
	says("1.2", "<!channel>")
	s := w.see(t, "chat.postMessage", "What should the contact be called?")
	if strings.Contains(s.text, "<!") {
		t.Errorf("mentions everybody: %s", s.text)
	}
	says("1.3", "cancel")
	w.see(t, "chat.postMessage", "Cancelled")
}

func TestStrangersAreOut(t *testing.T) {
	w := newWorkspace(t)
	post, _ := serve(t, w)
	rec := post("/slack/commands", formType, strings.Replace(slash(w, "register name=Alice", "1"), "team_id=T1", "team_id=T2", 1))
	if !strings.Contains(rec.Body.String(), "members of this workspace") {
		t.Errorf("answered %s", rec.Body)
	}
	if len(w.shows) > 0 {
		t.Errorf("shown: %+v", <-w.shows)
	}
}
