package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Pauses between attempts to open a socket. The client library opens the next
// one at once when one is closed right after it was accepted.
const (
	firstPause = time.Second
	mostPause  = time.Minute
	// minAge is how long a connection must have lived for the next one to be
	// opened without a pause.
	minAge = time.Minute
	// deadPause is the pause after a refusal that only an operator can mend.
	deadPause = 5 * time.Minute
	// mostRest is how long Slack may ask to be left alone.
	mostRest = 5 * time.Minute
)

// A gate is an HTTP client that lets attempts to open a socket through only at
// a decent pace, and knows what became of the last one.
type gate struct {
	client *http.Client
	now    func() time.Time

	opens atomic.Uint64

	mu     sync.Mutex
	last   time.Time // the last attempt
	pause  time.Duration
	until  time.Time // Slack does not want another attempt before
	reason string    // Slack's code for why the last attempt failed; empty: it did not
}

const openMethod = "apps.connections.open"

// Do implements slack-go's HTTP client.
func (g *gate) Do(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, openMethod) {
		return g.client.Do(r)
	}
	if err := g.wait(r.Context()); err != nil {
		return nil, err
	}
	res, err := g.client.Do(r)
	why := ""
	switch {
	case err != nil:
		why = reason(err)
	case res.StatusCode != http.StatusOK:
		why = fmt.Sprintf("HTTP %d", res.StatusCode)
		g.rest(res.Header.Get("Retry-After"))
	default:
		why, err = refusal(res)
	}
	g.note(why)
	return res, err
}

// rest notes for how many seconds Slack wants to be left alone.
func (g *gate) rest(seconds string) {
	if n, err := strconv.Atoi(seconds); err == nil && n > 0 {
		g.mu.Lock()
		g.until = g.now().Add(min(time.Duration(n)*time.Second, mostRest))
		g.mu.Unlock()
	}
}

// notSlack stands for Slack's code in an answer that has none.
const notSlack = "not an answer of Slack"

// refusal reads Slack's error code out of an answer, which stays readable.
func refusal(res *http.Response) (code string, err error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct {
		OK    bool
		Error string
	}
	switch {
	case err != nil:
		return "the answer did not arrive whole", err
	case json.Unmarshal(body, &answer) != nil:
		return notSlack, nil
	case !answer.OK && answer.Error == "":
		return "no reason given", nil
	}
	return answer.Error, nil
}

// wait lets an attempt through when its time has come.
func (g *gate) wait(ctx context.Context) error {
	g.mu.Lock()
	now := g.now()
	switch age := now.Sub(g.last); {
	case g.last.IsZero() || g.pause == 0:
		g.pause = firstPause
	case fatal[g.reason]:
		g.pause = deadPause
	case g.reason == "" && age >= minAge: // it held
		g.pause = firstPause
	default:
		g.pause = min(2*g.pause, mostPause)
	}
	until := now
	if !g.last.IsZero() {
		until = g.last.Add(g.pause)
		if g.reason == "" && now.Sub(g.last) >= minAge {
			until = now
		}
	}
	if until.Before(g.until) {
		until = g.until
	}
	g.mu.Unlock()
	timer := time.NewTimer(until.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	g.mu.Lock()
	g.last = g.now()
	g.opens.Add(1)
	g.mu.Unlock()
	return nil
}

func (g *gate) note(why string) {
	g.mu.Lock()
	g.reason = why
	g.mu.Unlock()
}

// refused is why the last attempt failed, and whether an operator has to mend
// that.
func (g *gate) refused() (why string, dead bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reason, fatal[g.reason]
}

// fatal are the refusals that no further attempt changes.
// Source: Slack, apps.connections.open, "Errors".
var fatal = map[string]bool{
	"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true,
	"not_allowed_token_type": true, "missing_scope": true, "no_permission": true, "HTTP 404": true,
}

// reason is an error as it may be logged: Slack's own code, or what kind of
// failure it was. The errors of net/http quote the URL.
func reason(err error) string {
	var answer slackgo.SlackErrorResponse
	switch {
	case errors.As(err, &answer):
		return answer.Err
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return fmt.Sprintf("HTTP %d", status.Code)
	}
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		return fmt.Sprintf("rate limited for %v", limited.RetryAfter)
	}
	return "Slack cannot be reached"
}
