package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

const (
	// tokenMargin is how long before its end a token is renewed.
	tokenMargin = 5 * time.Minute
	// tokenLeast is how long a token is used at least, unless it is refused.
	tokenLeast = time.Minute
	// tokenWithin bounds how long a token is waited for.
	tokenWithin = 10 * time.Second
)

// A token is the access token, which all calls of the OpenAPI share.
type token struct {
	mu    sync.Mutex
	value string
	until time.Time
	asked *tokenAnswer // nil: nobody asks
}

// A tokenAnswer is what was said to somebody who asked for a token.
type tokenAnswer struct {
	done  chan struct{} // closed when the answer is there
	value string
	err   error // why there is none
}

// errSameToken says that DingTalk gives no other token than the one that it
// refused.
var errSameToken = errors.New("dingtalk: the token that was refused is given again")

// accessToken is a token that is good for a while; another than stale. One asks
// for it, and the others wait, each for as long as they can. What comes is taken as
// it is: DingTalk gives the same token as long as it holds it for a good one.
// Source: DingTalk, “Obtain the access token of an internal app”.
func (p *Platform) accessToken(ctx context.Context, stale string) (string, error) {
	t := &p.token
	t.mu.Lock()
	if t.value != "" && t.value != stale && p.Now().Before(t.until) {
		defer t.mu.Unlock()
		return t.value, nil
	}
	asked := t.asked
	if asked == nil {
		asked = &tokenAnswer{done: make(chan struct{})}
		t.asked, t.value = asked, ""
		if !p.asides.Go(tokenWithin, func(ctx context.Context) { p.askForToken(ctx, asked) }) {
			t.asked = nil
			t.mu.Unlock()
			return "", &callError{kind: unsent, call: tokens, code: "it is too late for a call"}
		}
	}
	t.mu.Unlock()
	select {
	case <-asked.done:
	case <-ctx.Done():
		return "", &callError{kind: unsent, call: tokens, code: "no answer in time"}
	}
	switch {
	case asked.err != nil:
		return "", asked.err
	case asked.value == stale:
		return "", errSameToken
	}
	return asked.value, nil
}

// askForToken asks for a token, and tells those who wait.
func (p *Platform) askForToken(ctx context.Context, asked *tokenAnswer) {
	var answer struct {
		AccessToken string
		ExpireIn    int64 // seconds
	}
	now := p.Now()
	asked.err = &callError{kind: unsent, call: tokens, code: "asking for one failed"}
	defer func() { // whatever happens: others wait for it
		if asked.err == nil {
			asked.value = answer.AccessToken
		}
		life := time.Duration(answer.ExpireIn) * time.Second
		t := &p.token
		t.mu.Lock()
		defer t.mu.Unlock()
		t.value, t.until, t.asked = asked.value, now.Add(max(life-tokenMargin, life/2, tokenLeast)), nil
		close(asked.done)
	}()
	asked.err = p.inSlot(ctx, tokens, func() error {
		if err := p.pace[tokens].Wait(ctx); err != nil {
			return &callError{kind: unsent, call: tokens, code: "too many calls wait"}
		}
		body, err := p.post(ctx, p.APIURL+tokens, "", map[string]string{"appKey": p.ClientID, "appSecret": p.ClientSecret})
		if err == nil && (json.Unmarshal(body, &answer) != nil || answer.AccessToken == "") {
			err = &callError{kind: uncertain, call: tokens, code: "the answer has no token"}
		}
		return err
	})
}
