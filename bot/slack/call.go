package slack

// Calls of the Web API: so many at once, and none while Slack wants to be left
// alone.

import (
	"context"
	"errors"
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
)

// call makes a call of the Web API, unless Slack has asked to be left alone. Its
// error is errNoWay if the same call would fail again.
func (p *Platform) call(ctx context.Context, method string, do func() error) error {
	if wait := p.pause.Wait(method, p.Now()); wait > 0 {
		return &bot.LaterError{After: wait, Err: fmt.Errorf("slack: %s is rate limited", method)}
	}
	// Views answer somebody who waits at a form, and profiles tell whether to open
	// one: they do not queue up.
	if !strings.HasPrefix(method, "views.") && method != "users.info" {
		select {
		case p.slots <- struct{}{}:
			defer func() { <-p.slots }()
		case <-ctx.Done():
			return fmt.Errorf("slack: %s: too many calls are under way", method)
		}
	}
	err := do()
	if err == nil || errors.Is(err, errNoWay) {
		return err
	}
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		p.pause.Until(method, p.Now().Add(limited.RetryAfter))
		return &bot.LaterError{After: p.pause.Wait(method, p.Now()), Err: fmt.Errorf("slack: %s is rate limited", method)}
	}
	var answer slackgo.SlackErrorResponse
	if errors.As(err, &answer) && !passing[answer.Err] {
		p.Log.WarnContext(ctx, "slack refuses a call, another way is tried", "method", method, "reason", answer.Err, "details", len(answer.ResponseMetadata.Messages))
		return errNoWay
	}
	return fmt.Errorf("slack: %s: %s", method, reason(err))
}

// passing are the refusals that another try, or an operator, can mend: a reply
// stays due with them.
// Source: Slack, Web API, "Errors" of chat.postMessage.
var passing = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true, "ratelimited": true, "team_added_to_org": true,
	"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true,
}
