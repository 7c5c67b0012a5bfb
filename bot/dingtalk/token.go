package dingtalk

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

const (
	// tokenMargin is how long before its end a token is renewed.
	tokenMargin = 5 * time.Minute
	// tokenWithin bounds how long a token is waited for.
	tokenWithin = 10 * time.Second
)

// A token is the access token, which all calls of the OpenAPI share.
type token struct {
	mu    sync.Mutex
	value string
	until time.Time
	err   error         // why there is none
	asked chan struct{} // closed when the answer is there; nil: nobody asks
}

// accessToken is a token that is good for a while; another than stale. One asks
// for it, and the others wait, each for as long as they can.
// Source: DingTalk, “Obtain the access token of an internal app”.
func (p *Platform) accessToken(ctx context.Context, stale string) (string, error) {
	t := &p.token
	for {
		t.mu.Lock()
		if t.value != "" && t.value != stale && p.Now().Before(t.until) {
			defer t.mu.Unlock()
			return t.value, nil
		}
		asked := t.asked
		if asked == nil {
			asked = make(chan struct{})
			t.asked, t.value, t.err = asked, "", nil
			if !p.asides.Go(tokenWithin, func(ctx context.Context) { p.askForToken(ctx, asked) }) {
				t.asked = nil
				t.mu.Unlock()
				return "", &callError{kind: unsent, call: tokens, code: "it is too late for a call"}
			}
		}
		t.mu.Unlock()
		select {
		case <-asked:
		case <-ctx.Done():
			return "", &callError{kind: unsent, call: tokens, code: "no answer in time"}
		}
		t.mu.Lock()
		err := t.err
		t.mu.Unlock()
		if err != nil {
			return "", err
		}
	}
}

// askForToken asks for a token, and tells those who wait.
func (p *Platform) askForToken(ctx context.Context, asked chan struct{}) {
	var answer struct {
		AccessToken string
		ExpireIn    int64 // seconds
	}
	now := p.Now()
	err := p.inSlot(ctx, tokens, func() error {
		body, err := p.post(ctx, p.APIURL+tokens, "", map[string]string{"appKey": p.ClientID, "appSecret": p.ClientSecret})
		if err == nil && (json.Unmarshal(body, &answer) != nil || answer.AccessToken == "") {
			err = &callError{kind: uncertain, call: tokens, code: "the answer has no token"}
		}
		return err
	})
	life := time.Duration(answer.ExpireIn) * time.Second
	t := &p.token
	t.mu.Lock()
	defer t.mu.Unlock()
	t.value, t.until, t.err, t.asked = answer.AccessToken, now.Add(max(life-tokenMargin, life/2)), err, nil
	close(asked)
}
