package cloudmonitor

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// script plays answers, one a call; the last again and again. "hang" gives
// none until the call is given up.
type script struct {
	answers []string
	header  http.Header
	at      []time.Duration // when each call came
	nonces  map[string]bool
	dates   map[string]bool
	begin   time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.nonces == nil {
		s.nonces, s.dates = map[string]bool{}, map[string]bool{}
	}
	s.nonces[r.Header.Get("x-acs-signature-nonce")] = true
	s.dates[r.Header.Get("x-acs-date")] = true
	answer := s.answers[min(len(s.at), len(s.answers)-1)]
	s.at = append(s.at, time.Since(s.begin))
	switch answer {
	case "hang":
		<-r.Context().Done()
		return nil, r.Context().Err()
	case "eof":
		return nil, io.EOF
	case "ok":
		return respond(200, `{"Code":"200","RequestId":"R"}`), nil
	case "html":
		return respond(502, "<html>"), nil
	}
	response := respond(400, `{"Code":"`+answer+`"}`)
	if s.header != nil {
		response.Header = s.header
	}
	return response, nil
}

func testClient(t testing.TB, o Options) *Client {
	t.Helper()
	if o.Credentials == nil {
		o.Credentials = Static(testKey)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var alice = Contact{Name: "Alice", Describe: "on call", Channels: Channels{Mail: "alice@example.com", SMS: "13333333333", DingWebHook: "https://oapi.dingtalk.com/robot/send?access_token=t0ken"}}

func TestRetries(t *testing.T) {
	tests := []struct {
		name      string
		answers   []string
		tries     int           // of Options
		deadline  time.Duration // of the caller; 0: none
		cancel    time.Duration // the caller gives up; 0: never
		header    string        // x-ratelimit-user-api
		calls     int
		want      string // "", or the error's code, or a part of its text
		uncertain bool
		least     time.Duration // between the first and the last call
	}{
		{name: "success", answers: []string{"ok"}, calls: 1},
		{name: "busy once", answers: []string{"Throttling.User", "ok"}, calls: 2, least: firstWait / 2},
		{name: "a proxy's page", answers: []string{"html", "html", "ok"}, calls: 3, least: 3 * firstWait / 2},
		{name: "busy for long", answers: []string{"Throttling.User"}, calls: 3, want: "Throttling.User"},
		{name: "never again", answers: []string{"Throttling.User"}, tries: 1, calls: 1, want: "Throttling.User"},
		{name: "final", answers: []string{"InvalidParameterValue", "ok"}, calls: 1, want: "InvalidParameterValue"},
		{name: "broken", answers: []string{"eof", "ok"}, calls: 2},
		{name: "broken for long", answers: []string{"eof"}, calls: 3, want: "connection closed before the answer", uncertain: true},
		{name: "lost, then refused", answers: []string{"eof", "NoPermission"}, calls: 2, want: "NoPermission", uncertain: true},
		{name: "hint", answers: []string{"Throttling.User", "ok"}, header: "TimeLeft:7000", calls: 2, least: 7 * time.Second},
		{name: "hint beyond the deadline", answers: []string{"Throttling.User", "ok"}, header: "TimeLeft:7000", deadline: 6 * time.Second, calls: 1, want: "Throttling.User"},
		{name: "wait beyond the deadline", answers: []string{"InternalError", "ok"}, deadline: 100 * time.Millisecond, calls: 1, want: "InternalError", uncertain: true},
		{name: "hung", answers: []string{"hang", "ok"}, calls: 2, least: 15 * time.Second},
		{name: "hung for long", answers: []string{"hang"}, calls: 3, want: "no answer: i/o timeout", uncertain: true},
		{name: "hung to the deadline", answers: []string{"hang"}, deadline: 5 * time.Second, calls: 1, want: "context deadline exceeded", uncertain: true},
		{name: "cancelled call", answers: []string{"hang"}, cancel: time.Second, calls: 1, want: "context canceled", uncertain: true},
		{name: "cancelled wait", answers: []string{"Throttling.User"}, header: "TimeLeft:7000", cancel: time.Second, calls: 1,
			want: "http 400 Throttling.User not tried again: context canceled"},
		{name: "cancelled wait after a break", answers: []string{"eof"}, cancel: firstWait / 4, calls: 1,
			want: "unexpected EOF; not tried again: context canceled", uncertain: true},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answers: tt.answers, begin: time.Now()}
			if tt.header != "" {
				s.header = http.Header{"X-Ratelimit-User-Api": {tt.header}}
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.deadline > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.deadline)
				defer cancel()
			}
			if tt.cancel > 0 {
				time.AfterFunc(tt.cancel, cancel)
			}
			c := testClient(t, Options{Transport: s, Tries: tt.tries})
			requestID, err := c.PutContact(ctx, alice)

			if len(s.at) != tt.calls || len(s.nonces) != tt.calls {
				t.Errorf("%s: %d calls, %d nonces, want %d", tt.name, len(s.at), len(s.nonces), tt.calls)
			}
			if took := s.at[len(s.at)-1] - s.at[0]; took < tt.least {
				t.Errorf("%s: calls within %v, want at least %v", tt.name, took, tt.least)
			}
			if tt.want == "" {
				if err != nil || requestID != "R" {
					t.Errorf("%s: got %q, %v", tt.name, requestID, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%s: got %v, want %s", tt.name, err, tt.want)
			}
			if e.Uncertain != tt.uncertain {
				t.Errorf("%s: uncertain is %t", tt.name, e.Uncertain)
			}
			if errors.Is(err, context.Canceled) != (tt.cancel > 0) || errors.Is(err, context.Canceled) && e.Temporary {
				t.Errorf("%s: %v, temporary %t", tt.name, err, e.Temporary)
			}
			if strings.Contains(tt.want, "deadline") && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: no deadline error: %v", tt.name, err)
			}
			if strings.Contains(tt.want, "timeout") && (!errors.Is(err, os.ErrDeadlineExceeded) || !e.Temporary) {
				t.Errorf("%s: no timeout: %v", tt.name, err)
			}
		})
	}
}

// A thousand requests at once keep to the service's pace, and a limit of 20 in
// any second would not have been reached.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const requests = 1000
		begin := time.Now()
		at := make(chan time.Time, requests)
		c := testClient(t, Options{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			at <- time.Now()
			return respond(200, `{"Code":"200"}`), nil
		})})
		for range requests {
			go func() {
				if _, err := c.PutContact(t.Context(), alice); err != nil {
					t.Error(err)
				}
			}()
		}
		var times []time.Time
		for range requests {
			times = append(times, <-at)
			if n := len(times); n > 20 && times[n-1].Sub(times[n-21]) <= time.Second {
				t.Fatalf("21 calls within %v", times[n-1].Sub(times[n-21]))
			}
		}
		if took := time.Since(begin); took > 53*time.Second {
			t.Errorf("took %v", took)
		}
		// Another action has a pace of its own.
		begin = time.Now()
		if _, _, err := c.Lookup(t.Context(), "Alice"); err == nil && time.Since(begin) > 0 {
			t.Errorf("waited %v for another action", time.Since(begin))
		}
	})
}

// A place in the pace that is beyond the deadline is not waited for.
func TestPaceBeyondDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testClient(t, Options{Transport: &script{answers: []string{"ok"}}})
		if _, err := c.PutContact(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), spacing/2)
		defer cancel()
		begin := time.Now()
		_, err := c.PutContact(ctx, alice)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, context.DeadlineExceeded) || !e.Temporary || e.Uncertain || time.Since(begin) > 0 {
			t.Errorf("got %v after %v", err, time.Since(begin))
		}
	})
}

// Others may take the places in the pace, so that a try that has been waited
// for comes too late: the error is the one of the try before.
func TestPaceBeyondDeadlineAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testClient(t, Options{Transport: &script{answers: []string{"Throttling.User"}}})
		ctx, cancel := context.WithTimeout(t.Context(), firstWait*2)
		defer cancel()
		time.AfterFunc(spacing, func() {
			for range 100 { // places for 5.2 s
				c.limiter("PutContact").Reserve()
			}
		})
		_, err := c.PutContact(ctx, alice)
		var e *Error
		if !errors.As(err, &e) || e.Code != "Throttling.User" || e.Status != 400 || !e.Temporary || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// A list without an end is an error, not a part that looks like the whole.
func TestEndlessList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testClient(t, Options{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return respond(200, `{"Code":"200","RequestId":"R","Total":1000000000,"Contacts":{"Contact":[{"Name":"Alice"}]}}`), nil
		})})
		n := 0
		var last error
		for _, err := range c.Contacts(t.Context()) {
			if last = err; err == nil {
				n++
			}
		}
		var e *Error
		if !errors.As(last, &e) || e.Temporary || e.RequestID != "R" || n != maxPages {
			t.Errorf("%d contacts, then %v", n, last)
		}
		if _, _, err := c.Lookup(t.Context(), "Bob"); err == nil {
			t.Error("a contact was not found in a list that was not read to its end")
		}
	})
}

func TestFreshDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []string{"hang", "ok"}}
		if _, err := testClient(t, Options{Transport: s}).PutContact(t.Context(), alice); err != nil || len(s.dates) != 2 {
			t.Errorf("got %v with dates %v", err, s.dates)
		}
	})
}
