package slacktest

// What Slack tells the app, and waits to be acknowledged.

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Kinds of deliveries, as Socket Mode names them.
const (
	slashCommand = "slash_commands"
	interaction  = "interactive"
	event        = "events_api"
)

// A Delivery is one thing that Slack tells the app.
type Delivery struct {
	Sent time.Time

	kind    string
	what    string // for broken rules
	payload map[string]any
	retry   int                          // so often it was delivered before
	answers bool                         // the acknowledgement may carry an answer
	take    func(answer json.RawMessage) // what the acknowledgement does; it holds s.mu

	mu     sync.Mutex
	acked  time.Time
	answer json.RawMessage
	done   chan struct{} // acknowledged, or given up
	got    chan struct{} // acknowledged
}

// settle notes an acknowledgement; a second one changes nothing.
func (d *Delivery) settle(at time.Time, answer json.RawMessage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.acked.IsZero() {
		d.acked, d.answer = at, answer
		close(d.got)
	}
}

// Wait waits until it is acknowledged or given up: acked is false then.
func (d *Delivery) Wait() (took time.Duration, acked bool) {
	<-d.done
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acked.Sub(d.Sent), !d.acked.IsZero()
}

// Answer is what the acknowledgement carried.
func (d *Delivery) Answer() json.RawMessage {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answer
}

// deliver tells the app something. The caller does not hold s.mu.
func (s *Slack) deliver(d *Delivery) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begin(d)
}

// begin is deliver for callers that hold s.mu.
func (s *Slack) begin(d *Delivery) *Delivery {
	s.enter(d)
	s.wg.Go(func() {
		defer s.finish(d)
		if s.attempt(d, d.retry) {
			s.acknowledged(d)
			return
		}
		if d.kind != event {
			return // it is not sent again: the person sees that it failed
		}
		for i, pause := range s.Redeliver {
			if !s.pause(pause) {
				return
			}
			if s.attempt(d, d.retry+i+1) {
				s.acknowledged(d)
				return
			}
		}
	})
	return d
}

// enter notes that a delivery is under way. The caller holds s.mu.
func (s *Slack) enter(d *Delivery) {
	d.Sent, d.done, d.got = time.Now(), make(chan struct{}), make(chan struct{})
	s.underway++
}

func (s *Slack) finish(d *Delivery) {
	close(d.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underway--
	s.ring()
}

// Again delivers an event once more, as Slack does when an acknowledgement got
// lost on the way.
func (s *Slack) Again(d *Delivery) *Delivery {
	return s.deliver(&Delivery{kind: d.kind, what: d.what, payload: d.payload, retry: d.retry + 1, answers: d.answers})
}

// pause waits; false if Slack was closed meanwhile.
func (s *Slack) pause(d time.Duration) bool {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-s.gone:
		return false
	}
}

func (s *Slack) acknowledged(d *Delivery) {
	s.mu.Lock()
	slow := s.slow
	s.mu.Unlock()
	if slow > 0 {
		s.pause(slow)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := d.Answer()
	if len(answer) > 0 && string(answer) != "null" {
		if !d.answers {
			s.breaks("acknowledgement", "of %s carries an answer", d.what)
		} else if d.take != nil {
			d.take(answer)
		}
	} else if d.take != nil {
		d.take(nil)
	}
	s.ring()
}

// attempt tries once; it reports whether an acknowledgement came in time.
func (s *Slack) attempt(d *Delivery, retry int) bool {
	s.mu.Lock()
	web, closed := s.web, s.closed
	s.mu.Unlock()
	switch {
	case closed:
		return false
	case web != "":
		return s.post(web, d, retry)
	}
	for {
		s.mu.Lock()
		k := s.pick()
		s.mu.Unlock()
		if k == nil {
			return false // the app is not there
		}
		if err := s.envelope(k, d, retry); err == nil {
			break
		}
		s.end(k)
	}
	return s.await(d)
}

// over sends a delivery over one connection.
func (s *Slack) over(k *socket, d *Delivery) {
	s.mu.Lock()
	s.enter(d)
	s.mu.Unlock()
	_ = s.envelope(k, d, 0)
	s.wg.Go(func() {
		defer s.finish(d)
		if s.await(d) {
			s.acknowledged(d)
			return
		}
		for i := 0; d.kind == event && i < len(s.Redeliver); i++ {
			if s.attempt(d, i+1) {
				s.acknowledged(d)
				return
			}
		}
	})
}

func (s *Slack) envelope(k *socket, d *Delivery, retry int) error {
	s.mu.Lock()
	id := s.next("envelope-")
	s.pending[id] = d
	mute := k.mute
	s.mu.Unlock()
	if mute {
		return nil // into the void
	}
	frame := map[string]any{"envelope_id": id, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.answers}
	if d.kind == event {
		frame["retry_attempt"], frame["retry_reason"] = retry, map[bool]string{true: "timeout"}[retry > 0]
	}
	return k.send(frame)
}

// await waits for an acknowledgement.
func (s *Slack) await(d *Delivery) bool {
	late := time.NewTimer(ackWithin)
	defer late.Stop()
	select {
	case <-d.got:
		return true
	case <-s.gone:
		return false
	case <-late.C:
		s.late(d)
		return false
	}
}

// post delivers by HTTP, signed.
func (s *Slack) post(web string, d *Delivery, retry int) bool {
	path, kind, body := "/slack/events", "application/json", []byte(nil)
	switch d.kind {
	case slashCommand:
		form := url.Values{}
		for key, value := range d.payload {
			form.Set(key, fmt.Sprint(value))
		}
		path, kind, body = "/slack/commands", "application/x-www-form-urlencoded", []byte(form.Encode())
	case interaction:
		text, _ := json.Marshal(d.payload)
		path, kind, body = "/slack/interactions", "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(text)}}.Encode())
	default:
		body, _ = json.Marshal(d.payload)
	}
	ctx, cancel := context.WithTimeout(context.Background(), ackWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, web+path, bytes.NewReader(body))
	if err != nil {
		panic(err) // of an address that the test gave
	}
	r.Header.Set("Content-Type", kind)
	if retry > 0 {
		r.Header.Set("X-Slack-Retry-Num", fmt.Sprint(retry))
		r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	s.Sign(r, body, time.Now())
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			s.late(d)
		}
		return false // nobody is there
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return false
	case res.StatusCode != http.StatusOK:
		s.mu.Lock()
		s.breaks("acknowledgement", "of %s is HTTP %d", d.what, res.StatusCode)
		s.mu.Unlock()
		return false
	case len(answer) > 0 && !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json"):
		if d.kind == slashCommand {
			// Source: Slack, "Implementing slash commands", section "Sending an
			// immediate response": the body may be the plain text of the answer.
			answer, _ = json.Marshal(map[string]string{"text": string(answer)})
			break
		}
		s.mu.Lock()
		s.breaks("acknowledgement", "of %s is no JSON", d.what)
		s.mu.Unlock()
	}
	d.settle(time.Now(), answer)
	return true
}

func (s *Slack) late(d *Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks("acknowledgement", "of %s is missing after %v", d.what, ackWithin)
}

// Sign signs a request as Slack does.
// Source: Slack, "Verifying requests from Slack".
func (s *Slack) Sign(r *http.Request, body []byte, at time.Time) {
	stamp := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(s.SigningSecret))
	_, _ = io.WriteString(mac, "v0:"+stamp+":")
	_, _ = mac.Write(body)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}
