package dingtalk

// Calls of the OpenAPI, and of session webhooks.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"contactbot/bot"
)

// What is called.
const (
	tokens    = "/v1.0/oauth2/accessToken"
	toOne     = "/v1.0/robot/oToMessages/batchSend"
	toGroup   = "/v1.0/robot/groupMessages/send"
	directory = "/topapi/v2/user/get" // of the legacy host
	webhook   = "session webhook"     // of a conversation
)

const (
	// callsPerSecond is the pace of calls of one API, one by one.
	// Source: DingTalk, “Call frequency limits”: 20 a second for each API.
	callsPerSecond = 18
	// maxCalls is how many calls are under way at once.
	maxCalls = 32
	// limitedRest is for how long an API is left alone if it does not say so, and
	// hookRest a conversation whose webhook is limited.
	limitedRest = 5 * time.Second
	hookRest    = time.Minute
)

// What kind of failure a call was.
type kind int

const (
	closed    kind = iota // it would fail again
	limited               // too many calls
	uncertain             // it may have been carried out
	unsent                // it was not: nobody was reached
	badToken              // the access token is not good (any more)
	forbidden             // a permission is missing
)

// A callError is why a call failed. It quotes DingTalk's code and nothing else:
// messages and URLs may repeat what was sent.
type callError struct {
	kind
	call, code string
	after      time.Duration // of limited
}

func (e *callError) Error() string { return "dingtalk: " + e.call + ": " + e.code }

// failed is an error as a failure of a call.
func failed(err error) *callError {
	if e, ok := errors.AsType[*callError](err); ok {
		return e
	}
	return &callError{kind: uncertain, call: "a call", code: reason(err)}
}

func paces() map[string]*rate.Limiter {
	all := map[string]*rate.Limiter{}
	for _, call := range []string{tokens, toOne, toGroup, directory} {
		all[call] = rate.NewLimiter(callsPerSecond, 1)
	}
	return all
}

// openAPI makes a call of the OpenAPI at DingTalk's pace, with a token; with
// another if that one is not good any more.
func (p *Platform) openAPI(ctx context.Context, call string, do func(token string) error) error {
	if wait := p.pause.Wait(call, p.Now()); wait > 0 {
		return &callError{kind: limited, call: call, code: "it is left alone", after: wait}
	}
	stale := ""
	for {
		token, err := p.accessToken(ctx, stale)
		if err == nil {
			err = p.inSlot(ctx, call, func() error {
				if err := p.pace[call].Wait(ctx); err != nil {
					return &callError{kind: unsent, call: call, code: "too many calls wait"}
				}
				return do(token)
			})
		}
		if err == nil {
			p.allowed(call)
			return nil
		}
		if errors.Is(err, errSameToken) {
			err = &callError{kind: badToken, call: call, code: "the token is refused, and DingTalk gives no other"}
		}
		e := failed(err)
		if e.kind == badToken && stale == "" && e.call != tokens {
			stale = token
			continue
		}
		if e.kind == limited {
			p.pause.Until(call, p.Now().Add(e.after))
			e.after = p.pause.Wait(call, p.Now())
		}
		p.judge(e)
		return e
	}
}

// inSlot makes a call when not too many are under way.
func (p *Platform) inSlot(ctx context.Context, call string, do func() error) error {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return &callError{kind: unsent, call: call, code: "too many calls are under way"}
	}
	return do()
}

// allowed notes that a call was let through. That the directory may be read says
// nothing about messages.
func (p *Platform) allowed(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noToken = nil
	if call != directory {
		p.noMessages = nil
	}
}

// judge notes whether DingTalk lets the app send messages by itself: without that
// replies get through only as long as session webhooks live.
func (p *Platform) judge(e *callError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var wrong *error
	var now error
	switch {
	case e.call == directory: // optional
		return
	case e.call == tokens && (e.kind == closed || e.kind == badToken):
		wrong, now = &p.noToken, fmt.Errorf("no access token is given (%s): set DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET as the developer console shows them", e.code)
	case e.kind == forbidden:
		wrong, now = &p.noMessages, fmt.Errorf("messages may not be sent (%s): look at the app's permissions (qyapi_robot_sendmsg) and its IP white list in the developer console, and publish a version", e.code)
	default:
		return
	}
	if *wrong == nil || (*wrong).Error() != now.Error() {
		p.Log.Error("dingtalk refuses the app", "call", e.call, "err", now)
	}
	*wrong = now
}

// post posts JSON and returns the answer; its error is a *callError.
func (p *Platform) post(ctx context.Context, to, token string, body any) ([]byte, error) {
	call := callName(to)
	text, err := json.Marshal(body)
	if err != nil {
		return nil, &callError{call: call, code: "it cannot be written"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return nil, &callError{call: call, code: "there is no such URL"} // the error would quote it
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("x-acs-dingtalk-access-token", token)
	}
	res, err := p.HTTP.Do(r)
	if err != nil {
		e := &callError{kind: uncertain, call: call, code: reason(err)}
		if dialing, ok := errors.AsType[*net.OpError](err); ok && dialing.Op == "dial" || errors.Is(err, syscall.ECONNREFUSED) {
			e.kind = unsent
		} else if _, ok := errors.AsType[*net.DNSError](err); ok {
			e.kind = unsent
		}
		return nil, e
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, &callError{kind: uncertain, call: call, code: reason(err)}
	}
	if e := p.refused(call, res, answer); e != nil {
		return nil, e
	}
	return answer, nil
}

// callName is what a URL calls, as it may be logged.
func callName(to string) string {
	for _, call := range []string{tokens, toOne, toGroup, directory} {
		if strings.Contains(to, call) {
			return call
		}
	}
	return webhook
}

// refused is what an answer refuses, or nil. The OpenAPI refuses by the HTTP
// status and a code in words; session webhooks and the legacy host by an errcode
// in HTTP 200. What looks like neither did not come from DingTalk.
func (p *Platform) refused(call string, res *http.Response, answer []byte) *callError {
	var body struct {
		Errcode, Code, AccessToken, ProcessQueryKey json.RawMessage
		SubCode                                     json.RawMessage `json:"sub_code"`
	}
	_ = json.Unmarshal(answer, &body)
	errcode, code := scalar(body.Errcode), scalar(body.Code)
	if res.StatusCode < 300 && code == "" && (errcode == "0" || body.AccessToken != nil || body.ProcessQueryKey != nil) {
		return nil
	}
	e := &callError{call: call, code: fmt.Sprintf("HTTP %d", res.StatusCode), after: limitedRest}
	// Errcode 88 stands for whatever its sub_code says.
	if sub := scalar(body.SubCode); errcode == "88" && sub != "" {
		errcode = sub
	}
	if said := errcode + code; said != "" && !strings.Contains(said, p.ClientSecret) {
		e.code += " " + name(said)
	}
	// Source: DingTalk, “Global error codes”; custom robots: 130101, 410100.
	switch {
	case res.StatusCode == http.StatusTooManyRequests, strings.Contains(code, "QpsLimit"), strings.Contains(code, "Throttling"),
		errcode == "130101", errcode == "410100", errcode == "90018", errcode == "90002":
		e.kind = limited
		if call == webhook {
			e.after = hookRest
		}
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			e.after = min(time.Duration(min(n, 3600))*time.Second, mostRest)
		}
	case res.StatusCode >= 500, errcode == "" && code == "" && res.StatusCode < 400, errcode == "-1":
		e.kind = uncertain
	case res.StatusCode == http.StatusUnauthorized, code == "InvalidAuthentication", errcode == "40014", errcode == "42001":
		e.kind = badToken
	case res.StatusCode == http.StatusForbidden, errcode == "60011", errcode == "60020":
		e.kind = forbidden
	}
	return e
}

// later is a limited call as the bot understands it.
func (e *callError) later() error { return &bot.LaterError{After: e.after, Err: e} }

// legacyURL is the host of the API before the OpenAPI.
func (p *Platform) legacyURL() string {
	return strings.Replace(p.APIURL, "//api.dingtalk.com", "//oapi.dingtalk.com", 1)
}
