package slack

// Trying the settings, without running.

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
)

// signingSecret is what signing secrets look like.
var signingSecret = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Check tries every setting of the workspace. Nobody notices.
func (p *Platform) Check(ctx context.Context) []bot.Finding {
	token := bot.Finding{What: "slack bot token"}
	scopes := bot.Finding{What: "slack scopes"}
	self, err := p.quick.AuthTestContext(ctx)
	switch {
	case err == nil:
		token.Note = fmt.Sprintf("workspace %s (%s), user %s", self.Team, self.TeamID, self.User)
		if lacks := lacking(self.Header.Get("X-OAuth-Scopes")); len(lacks) > 0 {
			scopes.Err = fmt.Errorf("the app lacks %s: add them under “OAuth & Permissions”, or paste the manifest again, and install the app again", strings.Join(lacks, ", "))
		}
	case refused(err):
		token.Err = fmt.Errorf("it is refused (%s): copy it again from the app's page “OAuth & Permissions” and set SLACK_BOT_TOKEN", reason(err))
		scopes.Skipped = true
	default:
		token.Err = fmt.Errorf("slack does not answer (%s): look at SLACK_API_URL and the way out of this network", reason(err))
		scopes.Skipped = true
	}
	link := bot.Finding{What: "slack signing secret"}
	if p.AppToken == "" {
		if link.Note = "HTTP mode; only a request of Slack can prove it"; !signingSecret.MatchString(p.SigningSecret) {
			link.Err = errors.New("it does not look like one (32 digits 0-9 a-f): copy it again from the app's page “Basic Information”")
		}
		return []bot.Finding{token, scopes, link}
	}
	link.What = "slack app-level token"
	api := slackgo.New(p.BotToken, slackgo.OptionAppLevelToken(p.AppToken), slackgo.OptionAPIURL(p.APIURL), slackgo.OptionHTTPClient(p.HTTP))
	switch _, _, err := api.StartSocketModeContext(ctx); {
	case err == nil:
		link.Note = "Socket Mode"
	case token.Err != nil && !refused(err):
		link.Skipped = true // it is the same trouble
	default:
		link.Err = fmt.Errorf("no connection is given (%s): make a token with the scope connections:write on the page “Basic Information”, set SLACK_APP_TOKEN, and switch Socket Mode on", reason(err))
	}
	return []bot.Finding{token, scopes, link}
}

// refused reports whether an error is Slack's own word, and final. What only has
// an HTTP status may come from somebody else.
func refused(err error) bool {
	_, said := errors.AsType[slackgo.SlackErrorResponse](err)
	return said && fatal[reason(err)]
}
