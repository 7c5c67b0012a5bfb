package slack

import (
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// An arrival is one thing that Slack sent, by whichever way, and how to
// acknowledge it. One of the first three is set.
type arrival struct {
	command  *slackgo.SlashCommand
	event    *slackevents.EventsAPIEvent
	callback *slackgo.InteractionCallback

	at time.Time // when it came: deadlines and triggers count from here
	// ack acknowledges it, with a payload or nil. It is called once what follows
	// from the arrival is stored.
	ack func(payload any)
	// refuse says that it could not be stored. Slack sends events again then.
	refuse func()
}
