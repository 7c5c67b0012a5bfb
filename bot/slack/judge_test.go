package slack

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
)

// TestJudged: the log tells a Slack that refuses from one that is not reached.
func TestJudged(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("dial tcp: connection refused"), `msg="slack cannot be reached, it is asked again" reason="Slack cannot be reached"`},
		{slackgo.StatusCodeError{Code: 502}, `msg="slack cannot be reached, it is asked again" reason="HTTP 502"`},
		{slackgo.SlackErrorResponse{Err: "invalid_auth"}, `msg="slack does not accept the bot, it is asked again" reason=invalid_auth`},
		{slackgo.SlackErrorResponse{Err: "fatal_error"}, `msg="slack does not accept the bot, it is asked again" reason=fatal_error`},
	} {
		var logged bytes.Buffer
		p := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1", Log: slog.New(slog.NewTextHandler(&logged, nil))})
		p.judge(t.Context(), test.err)
		if !strings.Contains(logged.String(), test.want) {
			t.Errorf("%v is logged as %s", test.err, logged.String())
		}
	}
}
