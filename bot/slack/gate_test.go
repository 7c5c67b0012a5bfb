package slack

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// gated is a gate before a Slack that always answers the same, and when it was
// asked.
func gated(status int, answer string) (*gate, *[]time.Duration) {
	start, asked := time.Now(), &[]time.Duration{}
	client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		*asked = append(*asked, time.Since(start))
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(answer))}, nil
	})}
	return &gate{client: client, now: time.Now}, asked
}

func attempt(t *testing.T, g *gate) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.example.com/api/"+openMethod, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := g.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestGateBounds: connections that are closed as soon as they are opened are
// opened ever more slowly; one that held is replaced at once.
func TestGateBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, asked := gated(200, `{"ok":true,"url":"wss://example.com"}`)
		for range 5 {
			if body := attempt(t, g); !strings.Contains(body, "wss:") {
				t.Errorf("the answer is gone: %q", body)
			}
		}
		if at := (*asked)[4]; (*asked)[0] != 0 || at < 20*time.Second || at > 40*time.Second {
			t.Errorf("asked at %v", *asked)
		}
		<-time.After(2 * time.Minute)
		before := time.Now()
		attempt(t, g)
		if time.Since(before) > 0 {
			t.Errorf("a connection that held is replaced after %v", time.Since(before))
		}
	})
}

// TestGateFatal: what only an operator can mend is tried every five minutes.
func TestGateFatal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			status int
			answer string
			dead   bool
		}{
			{200, `{"ok":false,"error":"token_revoked"}`, true},
			{200, `{"ok":false,"error":"missing_scope"}`, true},
			{404, ``, true},
			{200, `{"ok":false,"error":"internal_error"}`, false},
			{503, `<html>`, false},
			{200, `<html>`, false},
		} {
			g, asked := gated(test.status, test.answer)
			attempt(t, g)
			why, dead := g.refused()
			attempt(t, g)
			if wait := (*asked)[1]; why == "" || dead != test.dead || (wait >= deadPause) != test.dead {
				t.Errorf("%s: %q, dead %t, tried again after %v", test.answer, why, dead, wait)
			}
		}
	})
}

func TestGateCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := gated(200, `{"ok":false,"error":"token_revoked"}`)
		attempt(t, g)
		r, err := http.NewRequestWithContext(cancelled(t), http.MethodPost, "https://slack.example.com/api/"+openMethod, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		if _, err := g.Do(r); err == nil || time.Since(before) > 0 {
			t.Errorf("%v after %v", err, time.Since(before))
		}
	})
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
