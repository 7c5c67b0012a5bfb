package dingtalk

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestOpenFails: what only an operator can mend is told from what passes.
func TestOpenFails(t *testing.T) {
	for _, test := range []struct {
		status       int
		header, body string
		why          string
		dead         bool
		rest         time.Duration
	}{
		{401, "", `{"code":"authFailed","message":"x"}`, "HTTP 401 authFailed", true, 0},
		{400, "", `{"code":"invalidClientIdOrSecret"}`, "HTTP 400 invalidClientIdOrSecret", true, 0},
		{403, "", `{"code":"Forbidden.AccessDenied"}`, "HTTP 403 Forbidden.AccessDenied", true, 0},
		{403, "", `{"code":40014}`, "HTTP 403 40014", true, 0},
		{403, "", `{"code":"Forbidden.AccessDenied.QpsLimitForApi"}`, "HTTP 403 Forbidden.AccessDenied.QpsLimitForApi", false, 0},
		{403, "", `<html>` + private, "HTTP 403", false, 0},
		{401, "", `{"code":"` + testSecret + `"}`, "HTTP 401", true, 0},
		{401, "", `{"code":"who ` + private + `"}`, "HTTP 401 (not a name)", true, 0},
		{429, "7", `{}`, "HTTP 429", false, 7 * time.Second},
		{503, "999999999999", ``, "HTTP 503", false, mostRest},
		{500, "", `{"code":"system.err"}`, "HTTP 500 system.err", false, 0},
		{307, "", ``, "HTTP 307", false, 0},
		{200, "", `<html>`, "the gateway's answer is not DingTalk's", false, 0},
		{200, "", `{"endpoint":"wss://example.com"}`, "the gateway's answer is not DingTalk's", false, 0},
		{200, "", `{"endpoint":"http://example.com","ticket":"ticket-1"}`, "the gateway's endpoint is none", false, 0},
		{200, "", `{"endpoint":"ws://example.com","ticket":"ticket-1"}`, "the gateway's endpoint is not encrypted", false, 0},
	} {
		asked := 0
		s := newStream(streamOptions{
			ClientID: "app-1", ClientSecret: testSecret, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				asked++
				if r.URL.String() != "https://api.dingtalk.com/v1.0/gateway/connections/open" {
					t.Errorf("asked at %s", r.URL)
				}
				h := http.Header{"Retry-After": {test.header}, "Location": {"https://elsewhere.example.com"}}
				return &http.Response{StatusCode: test.status, Header: h, Body: io.NopCloser(strings.NewReader(test.body))}, nil
			})},
		})
		conn, fail := s.open(t.Context())
		if conn != nil || fail == nil || fail.Error() != test.why || fail.dead != test.dead || fail.rest != test.rest || asked != 1 {
			t.Errorf("HTTP %d %s: %+v after %d calls", test.status, test.body, fail, asked)
			continue
		}
		switch pause := s.failed(t.Context(), fail); {
		case test.dead && pause != 5*time.Minute, test.rest > 0 && pause != test.rest, !test.dead && test.rest == 0 && pause > time.Second:
			t.Errorf("HTTP %d %s: a pause of %v", test.status, test.body, pause)
		}
	}
	s := newStream(streamOptions{ClientID: "app-1", Now: time.Now})
	if _, fail := s.open(t.Context()); fail == nil || !fail.dead {
		t.Errorf("without a secret: %v", fail)
	}
}

// TestPauses: from half a second to a minute, and none after a connection that
// held.
func TestPauses(t *testing.T) {
	s := newStream(streamOptions{Log: slog.New(slog.DiscardHandler)})
	for range 2 {
		for i := range 20 {
			due := min(500*time.Millisecond<<i, 48*time.Second)
			if pause := s.failed(t.Context(), &failure{}); pause < due*3/4-1 || pause > due*5/4+1 || pause > time.Minute {
				t.Errorf("pause %d: %v, want %v or so", i, pause, due)
			}
		}
		if pause := s.lived(10 * time.Second); pause < 36*time.Second {
			t.Errorf("after a short life: %v", pause)
		}
		if pause := s.lived(time.Hour); pause != 0 {
			t.Errorf("after a long life: %v", pause)
		}
	}
}

func TestLink(t *testing.T) {
	s := newStream(streamOptions{})
	got, fail := s.link(payload.ConnectionEndpointResponse{Endpoint: "wss://example.com:443/connect?a=b", Ticket: "x&y=1"})
	if want := "wss://example.com:443/connect?a=b&ticket=x%26y%3D1"; fail != nil || got != want {
		t.Errorf("%s, %v, want %s", got, fail, want)
	}
}
