package dingtalk

// Calls of the OpenAPI, and of session webhooks.

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
	// callsPerSecond is the pace of calls of one API.
	// Source: DingTalk, “Call frequency limits”: 20 a second for each API.
	callsPerSecond = 18
	// maxCalls is how many calls are under way at once.
	maxCalls = 32
	// limitedRest is for how long DingTalk is left alone if it does not say so.
	limitedRest = 5 * time.Second
	// tokenMargin is how long before its end a token is renewed.
	tokenMargin = 5 * time.Minute
)

// errNoWay says that a reply cannot be delivered in this way: another is tried.
var errNoWay = errors.New("this way is closed")

// A refusedError is a refusal by DingTalk. It quotes its code and nothing else:
// messages may repeat what was sent.
type refusedError struct {
	call, code string
	status     int
	token      bool // the access token is not good (any more)
	limited    bool // too many calls
	forbidden  bool // a permission is missing
	after      time.Duration
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("dingtalk: %s is refused (HTTP %d, %s)", e.call, e.status, e.code)
}

// A token is the access token, which all calls of the OpenAPI share.
type token struct {
	mu    sync.Mutex
	value string
	until time.Time
}

// accessToken is a token that is good for a while. Another one than stale is
// asked for if that is the one that is kept.
// Source: DingTalk, “Obtain the access token of an internal app”.
func (p *Platform) accessToken(ctx context.Context, stale string) (string, error) {
	p.token.mu.Lock()
	defer p.token.mu.Unlock()
	now := p.Now()
	if p.token.value != "" && p.token.value != stale && now.Before(p.token.until) {
		return p.token.value, nil
	}
	p.token.value = ""
	body, err := p.post(ctx, p.APIURL+tokens, "", map[string]string{"appKey": p.ClientID, "appSecret": p.ClientSecret})
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string
		ExpireIn    int64 // seconds
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" {
		return "", errors.New("dingtalk: the answer has no access token")
	}
	life := time.Duration(answer.ExpireIn) * time.Second
	p.token.value, p.token.until = answer.AccessToken, now.Add(max(life-tokenMargin, life/2))
	return p.token.value, nil
}

// call makes a call of the OpenAPI with a token, in turn and at DingTalk's pace;
// with another token if that one is not good any more.
func (p *Platform) call(ctx context.Context, name string, do func(token string) error) error {
	if wait := p.pause.Wait(name, p.Now()); wait > 0 {
		return &bot.LaterError{After: wait, Err: fmt.Errorf("dingtalk: %s is rate limited", name)}
	}
	if err := p.pace[name].Wait(ctx); err != nil {
		return fmt.Errorf("dingtalk: %s: too many calls wait", name)
	}
	stale := ""
	for {
		t, err := p.accessToken(ctx, stale)
		if err != nil {
			return p.judged(ctx, name, err)
		}
		err = p.limited(ctx, func() error { return do(t) })
		if refused, ok := errors.AsType[*refusedError](err); ok && refused.token && stale == "" {
			stale = t
			continue
		}
		return p.judged(ctx, name, err)
	}
}

// limited makes a call when not too many are under way.
func (p *Platform) limited(ctx context.Context, do func() error) error {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return errors.New("dingtalk: too many calls are under way")
	}
	return do()
}

// judged notes that DingTalk wants to be left alone.
func (p *Platform) judged(ctx context.Context, name string, err error) error {
	refused, ok := errors.AsType[*refusedError](err)
	switch {
	case !ok:
		return err
	case refused.limited:
		p.pause.Until(name, p.Now().Add(refused.after))
		return &bot.LaterError{After: p.pause.Wait(name, p.Now()), Err: err}
	case refused.forbidden && p.once.First("forbidden "+name, p.Now()):
		p.Log.ErrorContext(ctx, "dingtalk refuses a call: look at the app's permissions and its IP white list in the developer console, and publish a version", "call", name, "reason", refused.code)
	}
	return err
}

func paces() map[string]*rate.Limiter {
	all := map[string]*rate.Limiter{}
	for _, name := range []string{toOne, toGroup, directory} {
		all[name] = rate.NewLimiter(callsPerSecond, callsPerSecond)
	}
	return all
}

// post posts JSON and returns the answer, or a refusedError.
func (p *Platform) post(ctx context.Context, to, token string, body any) ([]byte, error) {
	name := callName(to)
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("dingtalk: %s: %w", name, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return nil, errNoWay // the error would quote the URL
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("x-acs-dingtalk-access-token", token)
	}
	res, err := p.HTTP.Do(r)
	if err != nil {
		return nil, fmt.Errorf("dingtalk: %s: %s", name, reason(err))
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("dingtalk: %s: %s", name, reason(err))
	}
	return answer, p.refused(name, res, answer)
}

// callName is what a URL calls, as it may be logged.
func callName(to string) string {
	for _, name := range []string{tokens, toOne, toGroup, directory} {
		if strings.Contains(to, name) {
			return name
		}
	}
	return webhook
}

// refused is what an answer refuses, or nil. The OpenAPI does so by the HTTP
// status and a code in words; session webhooks and the legacy host by an errcode
// in HTTP 200.
func (p *Platform) refused(call string, res *http.Response, answer []byte) error {
	var body struct {
		Errcode, Code json.RawMessage
		SubCode       json.RawMessage `json:"sub_code"`
	}
	_ = json.Unmarshal(answer, &body)
	errcode, code := scalar(body.Errcode), scalar(body.Code)
	if res.StatusCode < 300 && (errcode == "" || errcode == "0") {
		return nil
	}
	e := &refusedError{call: call, status: res.StatusCode, code: name(errcode + code), after: limitedRest}
	if strings.Contains(code, p.ClientSecret) {
		e.code = "(not a name)"
	}
	// Errcode 88 stands for whatever its sub_code says.
	if sub := scalar(body.SubCode); errcode == "88" && sub != "" {
		errcode, e.code = sub, name("88/"+sub)
	}
	// Source: DingTalk, “Global error codes”; custom robots: 130101, 410100.
	switch {
	case res.StatusCode == http.StatusTooManyRequests, strings.Contains(code, "QpsLimit"), strings.Contains(code, "Throttling"),
		errcode == "130101", errcode == "410100", errcode == "90018", errcode == "90002":
		e.limited = true
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			e.after = min(time.Duration(n)*time.Second, mostRest)
		}
	case res.StatusCode == http.StatusUnauthorized, code == "InvalidAuthentication", errcode == "40014", errcode == "42001":
		e.token = true
	case res.StatusCode == http.StatusForbidden, errcode == "60011", errcode == "60020":
		e.forbidden = true
	}
	return e
}

// legacyURL is the host of the API before the OpenAPI.
func (p *Platform) legacyURL() string {
	return strings.Replace(p.APIURL, "//api.dingtalk.com", "//oapi.dingtalk.com", 1)
}
