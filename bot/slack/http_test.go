package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

// signed is a request as Slack makes it.
func signed(path, kind, body string, at time.Time, key string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	stamp := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

// door is a web that is served; take says what becomes of what arrives.
func door(t testing.TB, take func(arrival)) (send func(*http.Request) *httptest.ResponseRecorder, log *bytes.Buffer) {
	log = &bytes.Buffer{}
	w := newWeb(webOptions{SigningSecret: secret, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { close(ready); _ = w.run(ctx, take) })
	<-ready
	if take != nil {
		w.take.Store(&take) // run does the same, a moment later
	}
	t.Cleanup(func() { cancel(); running.Wait() })
	h := w.handler()
	return func(r *http.Request) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}, log
}

const (
	aCommand = "command=%2Fcontact&text=register+mail%3Dalice%40example.com&user_id=U1&team_id=T1&channel_id=C1&trigger_id=1.2&response_url=https%3A%2F%2Fhooks.example.com%2F1"
	anEvent  = `{"type":"event_callback","team_id":"T1","event":{"type":"message","channel_type":"im","channel":"D1","user":"U1","text":"hi","ts":"1.1"}}`
)

func TestWebLetsIn(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		name, path, kind, body string
		is                     func(arrival) bool
		payload                any
		want                   string
	}{
		{"a command", "/slack/commands", formType, aCommand, func(a arrival) bool {
			return a.command != nil && a.command.Text == "register mail=alice@example.com" && a.command.UserID == "U1"
		}, map[string]string{"text": "hello"}, `{"text":"hello"}` + "\n"},
		{"an interaction", "/slack/interactions", formType, "payload=" + url.QueryEscape(`{"type":"block_actions","user":{"id":"U1"}}`), func(a arrival) bool {
			return a.callback != nil && a.callback.User.ID == "U1"
		}, nil, ""},
		{"an event", "/slack/events", "application/json", anEvent, func(a arrival) bool {
			return a.event != nil && a.event.InnerEvent.Type == "message"
		}, nil, ""},
		{"an event of a kind that is not known", "/slack/events", "application/json", `{"type":"event_callback","event":{"type":"moon_rose"}}`, func(a arrival) bool {
			return a.event != nil
		}, nil, ""},
	} {
		send, _ := door(t, func(a arrival) {
			if !test.is(a) || a.at.IsZero() {
				t.Errorf("%s: got %+v", test.name, a)
			}
			a.ack(test.payload)
		})
		if rec := send(signed(test.path, test.kind, test.body, now, secret)); rec.Code != 200 || rec.Body.String() != test.want {
			t.Errorf("%s: %d %q", test.name, rec.Code, rec.Body)
		}
	}
}

func TestWebKeepsOut(t *testing.T) {
	now := time.Now()
	change := func(change func(*http.Request)) *http.Request {
		r := signed("/slack/commands", formType, aCommand, now, secret)
		change(r)
		return r
	}
	for name, test := range map[string]struct {
		r    *http.Request
		want int
	}{
		"another secret":    {signed("/slack/commands", formType, aCommand, now, "other"), 401},
		"six minutes old":   {signed("/slack/commands", formType, aCommand, now.Add(-6*time.Minute), secret), 401},
		"six minutes ahead": {signed("/slack/commands", formType, aCommand, now.Add(6*time.Minute), secret), 401},
		"no signature":      {change(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), 401},
		"no time":           {change(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }), 401},
		"another body": {change(func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(aCommand, "U1", "U2", 1)))
		}), 401},
		"compressed":       {change(func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), 415},
		"by GET":           {change(func(r *http.Request) { r.Method = http.MethodGet }), 405},
		"too large":        {signed("/slack/commands", formType, aCommand+strings.Repeat("x", maxBody), now, secret), 413},
		"another type":     {signed("/slack/commands", "application/json", aCommand, now, secret), 400},
		"no command":       {signed("/slack/commands", formType, "text=hi", now, secret), 400},
		"no interaction":   {signed("/slack/interactions", formType, "payload=%7B", now, secret), 400},
		"no event":         {signed("/slack/events", "application/json", "[", now, secret), 400},
		"another URL":      {signed("/slack/other", formType, aCommand, now, secret), 404},
		"a bare challenge": {signed("/slack/events", "application/json", `{"type":"url_verification"}`, now, secret), 400},
	} {
		send, log := door(t, func(arrival) { t.Errorf("%s: was let in", name) })
		if rec := send(test.r); rec.Code != test.want {
			t.Errorf("%s: %d %q, want %d", name, rec.Code, rec.Body, test.want)
		}
		for _, value := range []string{"alice", "hooks.example.com", secret} {
			if strings.Contains(log.String(), value) {
				t.Errorf("%s: %q is in the log", name, value)
			}
		}
	}
}

func TestWebRefusesReplays(t *testing.T) {
	taken := 0
	send, _ := door(t, func(a arrival) { taken++; a.ack(nil) })
	now := time.Now()
	first, replay := send(signed("/slack/events", "application/json", anEvent, now, secret)), send(signed("/slack/events", "application/json", anEvent, now, secret))
	again := send(signed("/slack/events", "application/json", anEvent, now.Add(-time.Second), secret)) // Slack signs a retry anew
	if first.Code != 200 || replay.Code != 401 || again.Code != 200 || taken != 2 {
		t.Errorf("%d, %d, %d; %d taken", first.Code, replay.Code, again.Code, taken)
	}
}

func TestWebAnswersChecks(t *testing.T) {
	send, _ := door(t, func(arrival) { t.Error("a check is no arrival") })
	if rec := send(signed("/slack/events", "application/json", `{"type":"url_verification","challenge":"3eZb"}`, time.Now(), secret)); rec.Code != 200 || rec.Body.String() != "3eZb" {
		t.Errorf("challenge: %d %q", rec.Code, rec.Body)
	}
	unsigned := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader("ssl_check=1&token=x"))
	unsigned.Header.Set("Content-Type", formType)
	if rec := send(unsigned); rec.Code != 200 {
		t.Errorf("ssl_check: %d", rec.Code)
	}
}

// TestWebNotStored: what is not stored is not acknowledged, however long that
// takes to be known.
func TestWebNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, take := range map[string]func(arrival){
			"refused":          func(a arrival) { a.refuse() },
			"never told":       func(arrival) {},
			"refused, then ok": func(a arrival) { a.refuse(); a.ack(nil) },
			"told too late":    func(a arrival) { time.AfterFunc(3*time.Second, func() { a.ack(nil) }) },
		} {
			w := newWeb(webOptions{SigningSecret: secret, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			w.take.Store(&take)
			rec, start := httptest.NewRecorder(), time.Now()
			w.handler().ServeHTTP(rec, signed("/slack/events", "application/json", anEvent, time.Now(), secret))
			if rec.Code != 503 || time.Since(start) > 3*time.Second {
				t.Errorf("%s: %d after %v", name, rec.Code, time.Since(start))
			}
		}
	})
}

func TestWebClosed(t *testing.T) {
	w := newWeb(webOptions{SigningSecret: secret, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	rec := httptest.NewRecorder()
	w.handler().ServeHTTP(rec, signed("/slack/events", "application/json", anEvent, time.Now(), secret))
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" || w.alive() == nil {
		t.Errorf("%d, alive: %v", rec.Code, w.alive())
	}
}

// FuzzWeb: whatever Slack may sign, the door answers, and lets in only what it
// could read.
func FuzzWeb(f *testing.F) {
	f.Add("/slack/commands", formType, aCommand)
	f.Add("/slack/interactions", formType, "payload="+url.QueryEscape(`{"type":"view_submission","view":{"state":{"values":{"mail":{"value":null}}}}}`))
	f.Add("/slack/events", "application/json", anEvent)
	send, _ := door(f, func(a arrival) {
		if (a.command != nil) == (a.event != nil) && (a.callback != nil) == (a.event != nil) {
			panic("an arrival is of one kind")
		}
		a.ack(nil)
	})
	f.Fuzz(func(t *testing.T, path, kind, body string) {
		switch path {
		case "/slack/commands", "/slack/interactions", "/slack/events":
		default:
			path = "/slack/events"
		}
		if code := send(signed(path, kind, body, time.Now(), secret)).Code; code >= 500 {
			t.Errorf("answered %d", code)
		}
	})
}

// TestWebLetsRetriesIn: what could not be stored may come again at once, signed
// with the same time: Slack's first retry does not wait.
func TestWebLetsRetriesIn(t *testing.T) {
	taken := 0
	send, _ := door(t, func(a arrival) {
		if taken++; taken == 1 {
			a.refuse()
		} else {
			a.ack(nil)
		}
	})
	now := time.Now()
	for i, want := range []int{http.StatusServiceUnavailable, http.StatusOK, http.StatusUnauthorized} {
		if rec := send(signed("/slack/events", "application/json", anEvent, now, secret)); rec.Code != want {
			t.Errorf("try %d: %d, want %d", i+1, rec.Code, want)
		}
	}
}
