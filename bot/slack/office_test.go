package slack

import (
	"net/http/httptest"
	"testing"
	"time"

	"contactbot/bot/bottest"
	"contactbot/bot/slack/slacktest"
	"contactbot/state"
)

// An office is a workspace of a strict Slack, a simulated CloudMonitor, and a
// bot between them that keeps its state in a file.
type office struct {
	*bottest.Office
	t        *testing.T
	mode     string // "socket" or "http"
	slack    *slacktest.Slack
	options  Options // of the platform
	platform *Platform
}

// modes are the ways in which Slack's messages come.
var modes = []string{"socket", "http"}

// inBothModes runs a test in an office of each mode. When it has ended, no rule
// of Slack may be broken.
func inBothModes(t *testing.T, test func(t *testing.T, o *office)) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, mode, slacktest.Options{})
			o.open()
			test(t, o)
			o.close()
			o.keepsRules()
		})
	}
}

func newOffice(t *testing.T, mode string, so slacktest.Options) *office {
	t.Helper()
	o := &office{Office: bottest.New(t), t: t, mode: mode, slack: slacktest.New(so)}
	t.Cleanup(func() { o.slack.Close() })
	o.slack.AddChannel("C1", false)
	return o
}

// open starts a bot; it returns once Slack can reach it.
func (o *office) open() {
	o.t.Helper()
	o.start()
	o.Ready()
}

// start starts a bot.
func (o *office) start() {
	o.t.Helper()
	options := o.options
	options.BotToken, options.APIURL, options.Log = o.slack.BotToken, o.slack.APIURL(), o.Logger()
	if o.mode == "socket" {
		options.AppToken = o.slack.AppToken
	} else {
		options.SigningSecret = o.slack.SigningSecret
	}
	o.platform = New(options)
	if o.mode == "socket" {
		o.Start(o.platform, nil)
		return
	}
	door := httptest.NewServer(o.platform.Handler())
	o.slack.PostTo(door.URL)
	o.Start(o.platform, func() {
		door.CloseClientConnections()
		door.Close()
	})
}

// close ends the bot well.
func (o *office) close() {
	o.t.Helper()
	o.slack.Quiet()
	o.slack.Settle(5 * time.Second) // of its own messages, too
	if err := o.End(); err != nil {
		o.t.Errorf("the bot ended with %v", err)
	}
}

// keepsRules fails the test for every rule of Slack that was broken, and for
// everything personal in the log.
func (o *office) keepsRules() {
	o.t.Helper()
	for _, rule := range o.slack.Broken() {
		o.t.Errorf("broken rule: %s", rule)
	}
	if public := o.slack.Public(); len(public) > 0 {
		o.t.Errorf("everybody was shown %+v", public)
	}
	o.Silent(o.slack.BotToken, o.slack.AppToken, o.slack.SigningSecret, "/respond/", "ticket=")
}

// forgive forgets acknowledgements that were late or missing, once nothing waits
// for one any more.
func (o *office) forgive() {
	o.slack.Settle(10 * time.Second)
	o.slack.Forgive("acknowledgement")
}

// settled waits until nothing is under way for a person.
func (o *office) settled(p *slacktest.Person) {
	o.t.Helper()
	o.Settled(state.Person{Platform: Name, Workspace: p.Team, User: p.ID})
}

// acked waits until something is acknowledged.
func acked(t *testing.T, d *slacktest.Delivery) {
	t.Helper()
	if _, ok := d.Wait(); !ok {
		t.Fatal("it was not acknowledged")
	}
}

// alice and bob are people of the workspace.
func (o *office) alice() *slacktest.Person {
	return o.slack.Join(slacktest.Person{
		ID: "UALICE", Name: "Alice Chen", Mail: "alice@example.com", Phone: "+86 138 0013 8000", Locale: "en-US",
	})
}

func (o *office) bob() *slacktest.Person {
	return o.slack.Join(slacktest.Person{ID: "UBOB", Name: "王小明", Mail: "wang@example.com", Locale: "zh-CN"})
}
