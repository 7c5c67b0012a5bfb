package dingtalk

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// tokenGiver is a DingTalk that gives one token for good, and refuses it.
type tokenGiver struct {
	expireIn int
	refuses  bool
	asked    int
}

func (g *tokenGiver) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"processQueryKey":"1"}`
	switch {
	case strings.HasSuffix(r.URL.Path, tokens):
		g.asked++
		body = fmt.Sprintf(`{"accessToken":"token-1","expireIn":%d}`, g.expireIn)
	case g.refuses:
		status, body = http.StatusUnauthorized, `{"code":"InvalidAuthentication"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestTokenIsAskedForWithinReason: a token that is refused though it is the one
// that DingTalk gives, and one that is said to live for no time.
func TestTokenIsAskedForWithinReason(t *testing.T) {
	for _, test := range []struct {
		name  string
		giver tokenGiver
		asked int // by two calls
		err   string
	}{
		{"good", tokenGiver{expireIn: 7200}, 1, ""},
		{"lives for no time", tokenGiver{}, 1, ""},
		{"refused", tokenGiver{expireIn: 7200, refuses: true}, 3, "the token is refused, and DingTalk gives no other"},
		{"lives for no time and is refused", tokenGiver{refuses: true}, 3, "the token is refused, and DingTalk gives no other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Unix(1e9, 0)
			p := New(Options{ClientID: "app-1", ClientSecret: testSecret, HTTP: &http.Client{Transport: &test.giver}, Now: func() time.Time { return now }})
			defer p.asides.End()
			for range 2 {
				err := p.openAPI(t.Context(), toOne, func(token string) error {
					_, err := p.post(t.Context(), p.APIURL+toOne, token, struct{}{})
					return err
				})
				if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
					t.Fatalf("the call ends with %v", err)
				}
			}
			if test.giver.asked != test.asked {
				t.Errorf("asked for a token %d times instead of %d", test.giver.asked, test.asked)
			}
		})
	}
}

// TestDirectoryProvesNothing: that the directory may be read does not make a bot
// ready that may not send messages.
func TestDirectoryProvesNothing(t *testing.T) {
	p := New(Options{ClientID: "app-1", ClientSecret: testSecret})
	p.judge(&callError{kind: forbidden, call: toOne, code: "Forbidden.AccessDenied"})
	p.judge(&callError{kind: closed, call: tokens, code: "invalidClientSecret"})
	if p.allowed(directory); p.noMessages == nil || p.noToken != nil {
		t.Errorf("a token was given, for the directory: %v, %v", p.noToken, p.noMessages)
	}
	if p.allowed(toOne); p.noMessages != nil {
		t.Errorf("messages are let through, and count as refused: %v", p.noMessages)
	}
}

// TestTokenAfterAPanic: a mistake while a token is asked for is over with the next
// call.
func TestTokenAfterAPanic(t *testing.T) {
	panics := true
	giver := tokenGiver{expireIn: 7200}
	p := New(Options{ClientID: "app-1", ClientSecret: testSecret, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if panics {
			panics = false
			panic("a mistake")
		}
		return giver.RoundTrip(r)
	})}})
	defer p.asides.End()
	if _, err := p.accessToken(t.Context(), ""); err == nil {
		t.Error("a token came of a panic")
	}
	if token, err := p.accessToken(t.Context(), ""); err != nil || token != "token-1" {
		t.Errorf("then: %q, %v", token, err)
	}
}
