package slack

// HTTP mode: what Slack posts, let in only with Slack's signature.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

const (
	// maxBody is far more than Slack sends: a message has at most 40,000
	// characters.
	maxBody = 1 << 20
	// answerWithin leaves time for the way back: Slack waits for 3 s.
	// Source: Slack, "Verifying requests", "Events API", section "Responding".
	answerWithin = 2500 * time.Millisecond
	// signatureLife is how old a signed request may be, and how far ahead of our
	// clock. Source: slack-go, SecretsVerifier; Slack, "Verifying requests".
	signatureLife = 5 * time.Minute
)

// webOptions are the parts of a web.
type webOptions struct {
	SigningSecret string
	Now           func() time.Time
	Log           *slog.Logger
}

// A web is the HTTP door.
type web struct {
	webOptions
	take atomic.Pointer[func(arrival)] // nil: nobody is there

	mu    sync.Mutex
	seen  map[string]time.Time // signatures that were used
	swept time.Time
}

func newWeb(o webOptions) *web { return &web{webOptions: o, seen: map[string]time.Time{}} }

// run lets arrivals in until ctx ends.
func (w *web) run(ctx context.Context, take func(arrival)) error {
	w.take.Store(&take)
	defer w.take.Store(nil)
	<-ctx.Done()
	return nil
}

// opened implements link: Slack opens the connections.
func (w *web) opened() uint64 { return 0 }

// alive tells whether arrivals are let in.
func (w *web) alive() error {
	if w.take.Load() == nil {
		return errors.New("the HTTP door is closed")
	}
	return nil
}

// handler serves the URLs that the app's manifest names.
func (w *web) handler() http.Handler {
	mux := http.NewServeMux()
	for path, read := range map[string]func(string, []byte, *arrival) (challenge string, err error){
		"/slack/commands": readCommand, "/slack/interactions": readInteraction, "/slack/events": readEvent,
	} {
		mux.HandleFunc("POST "+path, func(rw http.ResponseWriter, r *http.Request) { w.serve(rw, r, read) })
	}
	return mux
}

// serve lets one request in, or says why not. What it says names no value.
func (w *web) serve(rw http.ResponseWriter, r *http.Request, read func(string, []byte, *arrival) (string, error)) {
	deny := func(status int, why string) {
		w.Log.WarnContext(r.Context(), "request is refused", "path", r.URL.Path, "status", status, "reason", why)
		http.Error(rw, why, status)
	}
	at := w.Now()
	if r.Header.Get("Content-Encoding") != "" {
		deny(http.StatusUnsupportedMediaType, "send the body without a Content-Encoding")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			deny(http.StatusRequestEntityTooLarge, "the body is too large")
		} else {
			deny(http.StatusBadRequest, "the body did not arrive whole")
		}
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == formType && isCertificateCheck(body) {
		return // 200; it asks for nothing else and is not always signed
	}
	if err := w.verify(r.Header, body, at); err != nil {
		deny(http.StatusUnauthorized, err.Error())
		return
	}
	a := arrival{at: at}
	challenge, err := read(kind, body, &a)
	switch {
	case err != nil:
		deny(http.StatusBadRequest, err.Error())
		return
	case challenge != "":
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, challenge)
		return
	}
	take := w.take.Load()
	if take == nil {
		w.forget(r.Header)
		rw.Header().Set("Retry-After", "5")
		deny(http.StatusServiceUnavailable, "the bot is starting or stopping")
		return
	}
	w.answer(rw, r, a, *take, deny)
}

// forget lets a request come again that could not be taken: Slack does not sign
// it anew if it sends it again within the second.
func (w *web) forget(h http.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.seen, signatureOf(h))
}

// An outcome is what became of an arrival.
type outcome struct {
	stored  bool
	payload any
}

// answer hands an arrival over, and answers when it is stored.
func (w *web) answer(rw http.ResponseWriter, r *http.Request, a arrival, take func(arrival), deny func(int, string)) {
	done := make(chan outcome, 1)
	tell := func(o outcome) {
		select {
		case done <- o:
		default: // told before
		}
	}
	a.ack = func(payload any) { tell(outcome{true, payload}) }
	a.refuse = func() { tell(outcome{}) }
	take(a)
	late := time.NewTimer(answerWithin)
	defer late.Stop()
	select {
	case o := <-done:
		switch {
		case !o.stored:
			w.forget(r.Header)
			deny(http.StatusServiceUnavailable, "it could not be stored")
		case o.payload != nil:
			rw.Header().Set("Content-Type", "application/json; charset=utf-8")
			if err := json.NewEncoder(rw).Encode(o.payload); err != nil {
				w.Log.WarnContext(r.Context(), "answer could not be written", "path", r.URL.Path)
			}
		}
	case <-late.C:
		w.forget(r.Header)
		deny(http.StatusServiceUnavailable, "it is not stored in time")
	case <-r.Context().Done():
	}
}

// verify checks the signature, its age, and that it was not used before: Slack
// signs what it sends again anew.
func (w *web) verify(h http.Header, body []byte, now time.Time) error {
	v, err := slackgo.NewSecretsVerifier(h, w.SigningSecret)
	if err != nil {
		return errors.New("the signature is missing or too old (is this machine's clock right?)")
	}
	if _, err := v.Write(body); err != nil {
		return errors.New("the signature cannot be checked")
	}
	if v.Ensure() != nil {
		return errors.New("the signature is wrong (is SLACK_SIGNING_SECRET this app's?)")
	}
	if !w.first(signatureOf(h), now) {
		return errors.New("this request was made before")
	}
	return nil
}

// signatureOf is a request's signature, whichever way its digits are spelt.
func signatureOf(h http.Header) string { return strings.ToLower(h.Get("X-Slack-Signature")) }

// first notes a signature; false if it was used before. Those that are too old
// to pass anyway are forgotten.
func (w *web) first(signature string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.swept) > signatureLife {
		w.swept = now
		for s, at := range w.seen {
			if now.Sub(at) > 2*signatureLife {
				delete(w.seen, s)
			}
		}
	}
	if _, used := w.seen[signature]; used {
		return false
	}
	w.seen[signature] = now
	return true
}

const formType = "application/x-www-form-urlencoded"

var errForm = fmt.Errorf("want %s", formType)

// isCertificateCheck reports whether Slack only looks whether somebody answers.
// Source: Slack, "Implementing slash commands", ssl_check.
func isCertificateCheck(body []byte) bool {
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Get("ssl_check") == "1"
}

func readCommand(kind string, body []byte, a *arrival) (string, error) {
	form, err := url.ParseQuery(string(body))
	switch {
	case kind != formType:
		return "", errForm
	case err != nil || form.Get("command") == "" || form.Get("user_id") == "":
		return "", errors.New("this is no slash command")
	}
	a.command = &slackgo.SlashCommand{
		TeamID: form.Get("team_id"), ChannelID: form.Get("channel_id"), UserID: form.Get("user_id"), Command: form.Get("command"),
		Text: form.Get("text"), ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"), APIAppID: form.Get("api_app_id"),
	}
	return "", nil
}

func readInteraction(kind string, body []byte, a *arrival) (string, error) {
	form, err := url.ParseQuery(string(body))
	if kind != formType {
		return "", errForm
	}
	var c slackgo.InteractionCallback
	if err != nil || json.Unmarshal([]byte(form.Get("payload")), &c) != nil || c.Type == "" {
		return "", errors.New("this is no interaction")
	}
	a.callback = &c
	return "", nil
}

func readEvent(kind string, body []byte, a *arrival) (string, error) {
	if kind != "application/json" {
		return "", errors.New("want application/json")
	}
	var check struct{ Type, Challenge string }
	if json.Unmarshal(body, &check) != nil {
		return "", errors.New("this is no event")
	}
	if check.Type == slackevents.URLVerification {
		if check.Challenge == "" {
			return "", errors.New("the challenge is missing")
		}
		return check.Challenge, nil
	}
	e, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
	if err != nil {
		// An event that this version does not know is taken, so that Slack does
		// not send it again and again, and nothing follows from it.
		e = slackevents.EventsAPIEvent{Type: check.Type}
	}
	a.event = &e
	return "", nil
}
