package dingtalk

import (
	"strings"
	"testing"
	"time"

	"contactbot/bot/bottest"
	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/state"
)

// An office is an organization on a strict DingTalk, a simulated CloudMonitor,
// and a bot between them that keeps its state in a file.
type office struct {
	*bottest.Office
	t        *testing.T
	ding     *dingtalktest.DingTalk
	options  Options // of the platform
	platform *Platform
}

func newOffice(t *testing.T, do dingtalktest.Options) *office {
	t.Helper()
	o := &office{Office: bottest.New(t), t: t, ding: dingtalktest.New(do)}
	t.Cleanup(func() { o.ding.Close() })
	return o
}

// inOffice runs a test in an office. When it has ended, no rule of DingTalk may
// be broken.
func inOffice(t *testing.T, do dingtalktest.Options, test func(t *testing.T, o *office)) {
	t.Parallel()
	o := newOffice(t, do)
	o.open()
	test(t, o)
	o.close()
	o.keepsRules()
}

// open starts a bot; it returns once DingTalk can reach it.
func (o *office) open() {
	o.t.Helper()
	o.start()
	o.Ready()
	o.Eventually("connected", func() bool { return o.ding.Connections() == 1 })
}

func (o *office) start() {
	o.t.Helper()
	options := o.options
	options.ClientID, options.ClientSecret, options.APIURL, options.Log = o.ding.ClientID, o.ding.ClientSecret, o.ding.URL(), o.Logger()
	o.platform = New(options)
	o.Start(o.platform, nil)
}

// close ends the bot well.
func (o *office) close() {
	o.t.Helper()
	o.ding.Settle(5 * time.Second)
	if err := o.End(); err != nil {
		o.t.Errorf("the bot ended with %v", err)
	}
}

// keepsRules fails the test for every rule of DingTalk that was broken, for
// everything personal in a group, and in the log.
func (o *office) keepsRules() {
	o.t.Helper()
	for _, rule := range o.ding.Broken() {
		o.t.Errorf("broken rule: %s", rule)
	}
	for _, n := range o.ding.Public() {
		for _, value := range []string{"alice@", "wang@", "13700137000", "13900139000", "access_token"} {
			if strings.Contains(n.Text+n.Title, value) {
				o.t.Errorf("everybody in the group reads %q in\n%s", value, n.Text)
			}
		}
	}
	o.Silent(o.ding.ClientSecret, "13700137000", "ticket=", "session=", "token-", "jumprobot")
}

// settled waits until nothing is under way for a person.
func (o *office) settled(p *dingtalktest.Person) {
	o.t.Helper()
	o.Settled(o.person(p))
}

func (o *office) person(p *dingtalktest.Person) state.Person {
	return state.Person{Platform: Name, Workspace: p.Corp, User: p.ID}
}

// acked waits until something is acknowledged.
func acked(t *testing.T, d *dingtalktest.Delivery) {
	t.Helper()
	if _, ok := d.Wait(); !ok {
		t.Fatal("it was not acknowledged")
	}
}

// wang and alice are people of the organization.
func (o *office) wang() *dingtalktest.Person {
	return o.ding.Join(dingtalktest.Person{ID: "wang01", Nick: "小明", Name: "王小明", Mail: "wang@example.com", Mobile: "13700137000"})
}

func (o *office) alice() *dingtalktest.Person {
	return o.ding.Join(dingtalktest.Person{ID: "alice02", Nick: "Alice", Name: "Alice Chen", Mail: "alice@example.com"})
}

// quiet waits until nothing happens for a person just now.
func (o *office) quiet(p *dingtalktest.Person) {
	o.t.Helper()
	o.Eventually("noted as delivered", func() bool {
		r, err := o.Store.Request(o.t.Context(), o.person(p))
		return err == nil && len(r.Outbox) == 0
	})
}
