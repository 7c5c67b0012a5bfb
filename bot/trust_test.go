package bot_test

// One test for each promise of trust and privacy, named after it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/enginetest"
)

// ledger is an audit log in memory.
type ledger struct {
	mu    sync.Mutex
	lines []string
	fails int // so many appends fail
}

func (l *ledger) Append(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails > 0 {
		l.fails--
		return errors.New("the disk is full")
	}
	l.lines = append(l.lines, string(line))
	return nil
}

// records are what the log tells.
func (l *ledger) records(t *testing.T) []bot.Record {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []bot.Record
	for _, line := range l.lines {
		var r bot.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

// trusts plays in a house with an audit log.
func trusts(t *testing.T, change func(*bot.Options), play func(t *testing.T, h *house, audit *ledger)) {
	synctest.Test(t, func(t *testing.T) {
		audit := &ledger{}
		h := newHouse(t, memory(), func(o *bot.Options) {
			o.Audit = audit
			if change != nil {
				change(o)
			}
		})
		play(t, h, audit)
		h.close()
	})
}

// tells says something, and waits until all that follows has happened.
func (h *house) tells(user, text string) {
	h.t.Helper()
	h.must(user, "", text)
	if err := h.bot.Settled(h.t.Context(), person(user)); err != nil {
		h.t.Fatal(err)
	}
}

// wants fails the test unless somebody was told something.
func (h *house) wants(user, text string) {
	h.t.Helper()
	if h.platform.told(user, text) == 0 {
		h.t.Errorf("%s is not told %q, but %q", user, text, h.platform.texts(user))
	}
}

func (h *house) contact(name string) cloudmonitor.Contact {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	return h.service.contacts[name]
}

func (h *house) has(c cloudmonitor.Contact) {
	h.service.mu.Lock()
	defer h.service.mu.Unlock()
	if h.service.contacts == nil {
		h.service.contacts = map[string]cloudmonitor.Contact{}
	}
	h.service.contacts[c.Name] = c
}

func TestContactBelongsToWhoRegisteredIt(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		h.tells("U1", oneLiner)
		h.tells("U2", "register name=alice describe=mine mail=mallory@example.com lang=en")
		h.wants("U2", "is registered by somebody else")
		for _, reply := range h.platform.delivered["U2"] {
			if text := fmt.Sprint(reply.Parts); strings.Contains(text, "U1") || strings.Contains(text, "example.com") && !strings.Contains(text, "mallory@") {
				t.Errorf("it is told whose it is, or what it holds: %s", text)
			}
		}
		if c := h.contact("Alice"); c.Channels.Mail != "alice@example.com" {
			t.Errorf("it was changed: %+v", c.Channels.Mail)
		}
		h.tells("U2", "cancel")
		h.tells("U2", "unregister Alice")
		h.wants("U2", "Alice is not among your contacts")
		h.tells("U2", "yes")
		if c := h.contact("Alice"); c.Name == "" {
			t.Error("it was deleted by somebody else")
		}
		if r := audit.records(t); len(r) != 3 || r[1].Result != "foreign" || r[2].Action != "remove" {
			t.Errorf("audited: %+v", r)
		}
	})
}

func TestAdministratorsActForOthers(t *testing.T) {
	admins := func(o *bot.Options) {
		o.Rules.Access.Admins = []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "U9"}}
	}
	trusts(t, admins, func(t *testing.T, h *house, audit *ledger) {
		h.tells("U1", oneLiner)
		h.tells("U9", "register name=Alice mail=new@example.com")
		h.tells("U9", "yes")
		if c := h.contact("Alice"); c.Channels.Mail != "new@example.com" || c.Channels.SMS != "13800138000" {
			t.Errorf("the merged whole is not sent: %+v", c)
		}
		last := audit.records(t)[1]
		if !last.Admin || last.Owner != "fake/W1/U1" || last.Person != "fake/W1/U9" || last.Action != "change" || last.RequestID == "" {
			t.Errorf("audited as %+v", last)
		}
		h.tells("U1", "register name=Alice mail=alice@example.com") // it stays its owner's
		h.wants("U1", "Alice exists already, and it is yours")
	})
}

func TestClaimIsStoredWithThePutContact(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		h.service.hang = true
		h.must("U1", "1", oneLiner)
		for h.service.count() == 0 {
			pass(time.Millisecond)
		}
		claim, err := h.bot.Store.Registration(t.Context(), "Alice")
		if err != nil || claim.Owner != person("U1") || !claim.Settled.IsZero() {
			t.Errorf("claimed as %+v, %v", claim, err)
		}
	})
}

func TestUnknownContactNeedsVerifiedMail(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		h.has(cloudmonitor.Contact{Name: "Ops", Describe: "old", Channels: cloudmonitor.Channels{Mail: "ops@example.com"}})
		for user, test := range map[string]struct {
			profile commands.Profile
			want    string
		}{
			"U1": {commands.Profile{Mail: "ops@example.com"}, "I cannot tell that it is yours"},
			"U2": {commands.Profile{Mail: "other@example.com", MailVerified: true}, "I cannot tell that it is yours"},
			"U3": {commands.Profile{Mail: "ops@example.com", MailVerified: true}, "and it is yours"},
		} {
			saved := make(chan error, 1)
			h.bot.Take(person(user), dialog.Message{
				Text: "register name=Ops describe=mine", From: state.Address{Private: true}, Profile: test.profile, Member: true, Language: commands.English,
			}, func(err error) { saved <- err })
			if err := <-saved; err != nil {
				t.Fatal(err)
			}
			if err := h.bot.Settled(t.Context(), person(user)); err != nil {
				t.Fatal(err)
			}
			h.wants(user, test.want)
		}
	})
}

func TestOnlyMembersAreServed(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		for user, test := range map[string]struct {
			profile commands.Profile
			want    string
		}{
			"guest":   {commands.Profile{Guest: true}, "members of this workspace only"},
			"unknown": {commands.Profile{}, "I cannot find out just now"},
		} {
			for _, say := range []string{oneLiner, "me", "help"} {
				saved := make(chan error, 1)
				h.bot.Take(person(user), dialog.Message{Text: say, From: state.Address{Private: true}, Profile: test.profile, Language: commands.English}, func(err error) { saved <- err })
				if err := <-saved; err != nil {
					t.Fatal(err)
				}
			}
			filled := make(chan error, 1)
			h.bot.Fill(person(user), dialog.Filled{
				Values: map[string]string{"name": "Eve", "description": "x", "mail": "eve@example.com"}, Profile: &test.profile, From: state.Address{Private: true},
			}, func(_ []dialog.Problem, err error) { filled <- err })
			if err := <-filled; err != nil {
				t.Fatal(err)
			}
			if err := h.bot.Settled(t.Context(), person(user)); err != nil {
				t.Fatal(err)
			}
			if n := h.platform.told(user, test.want); n != 4 || len(h.platform.texts(user)) != 4 {
				t.Errorf("%s: told %q", user, h.platform.texts(user))
			}
		}
		if h.service.count() > 0 || len(h.service.lookups) > 0 {
			t.Error("CloudMonitor was called for them")
		}
		if r := audit.records(t); len(r) != 2 || r[0].Result != "denied" || r[1].Result != "denied" {
			t.Errorf("audited: %+v", r)
		}
	})
}

func TestOnlyThoseListedAreServed(t *testing.T) {
	listed := func(o *bot.Options) {
		o.Rules.Access.Allow = []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "U1"}, {Platform: "fake", Workspace: "W2", ID: "U2"}}
	}
	trusts(t, listed, func(t *testing.T, h *house, _ *ledger) {
		h.tells("U1", "help")
		h.wants("U1", "I register you")
		h.tells("U2", oneLiner) // of another workspace is who is listed
		h.wants("U2", "You are not among those whom I serve here")
		if h.service.count() > 0 {
			t.Error("somebody who is not listed was served")
		}
	})
}

func TestTenSubmissionsAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		for i := range 10 {
			if i == 5 { // a restart forgets nothing
				h.close()
				h = newHouse(t, engine, nil)
			}
			h.tells("U1", fmt.Sprintf("register name=A%d describe=ECS mail=a%d@example.com lang=en", i, i))
		}
		h.tells("U1", "register name=A10 describe=ECS mail=a10@example.com lang=en")
		h.wants("U1", "You have submitted 10 times within an hour")
		if n := h.service.count(); n != 5 {
			t.Errorf("%d calls since the restart", n)
		}
		h.tells("U2", "register name=Bob describe=ECS mail=b@example.com lang=en") // others may
		h.wants("U2", "Bob is registered")
		pass(time.Hour)
		h.tells("U1", "submit")
		h.wants("U1", "A10 is registered")
		h.close()
	})
}

func TestThreeActivationMessagesADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		for i := range 4 { // whoever asks
			if i == 2 {
				h.close()
				h = newHouse(t, engine, nil)
			}
			h.tells(fmt.Sprint("U", i), fmt.Sprintf("register name=A%d describe=ECS mail=victim@example.com lang=en", i))
		}
		h.wants("U2", "A2 is registered")
		h.wants("U3", "email: 3 activation messages were sent there within a day")
		h.tells("U3", "cancel")
		pass(24 * time.Hour)
		h.tells("U4", "register name=A4 describe=ECS mail=victim@example.com lang=en")
		h.wants("U4", "A4 is registered")
		for _, value := range engine.Values() {
			if strings.Contains(value, "victim@") {
				t.Fatal("the address is kept")
			}
		}
		h.close()
	})
}

// Whatever else is changed, a channel that waits for its activation gets a message
// with every PutContact; and one mailbox has many spellings.
func TestActivationMessagesAreCountedHowever(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		h.tells("U1", "register name=Eve describe=a0 mail=victim@example.com lang=en")
		for i := range 5 {
			h.tells("U1", fmt.Sprintf("register name=Eve describe=a%d mail=victim@example.com lang=en", i+1))
			h.tells("U1", "yes")
		}
		if n := h.service.count(); n != 3 {
			t.Errorf("%d messages to one address, by changing the description", n)
		}
	})
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		for i, m := range []string{"victim", "Victim", "vIctim", "victim+1", "VICTIM+2"} {
			h.tells(fmt.Sprint("U", i), fmt.Sprintf("register name=A%d describe=ECS mail=%s@example.com lang=en", i, m))
		}
		if n := h.service.count(); n != 3 {
			t.Errorf("%d messages to one mailbox, by its spellings", n)
		}
	})
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		for range 50 { // each may have been carried out
			h.service.fail = append(h.service.fail, &cloudmonitor.Error{Action: "PutContact", Status: 504, Temporary: true, Uncertain: true})
		}
		h.tells("U1", oneLiner)
		if n := h.service.count(); n != 3 {
			t.Errorf("%d tries of one submission whose outcome is not known", n)
		}
		h.service.fail = nil
		h.tells("U2", "register name=Bob describe=ECS mail=alice@example.com lang=en") // nothing is given back
		h.wants("U2", "3 activation messages were sent there")
	})
}

// What was allowed when it was said need not be allowed when it is done.
func TestContactThatBecameAnothers(t *testing.T) {
	admins := func(o *bot.Options) {
		o.Rules.Access.Admins = []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "U9"}}
	}
	trusts(t, admins, func(t *testing.T, h *house, _ *ledger) {
		h.tells("U1", oneLiner)
		h.tells("U1", "unregister Alice")
		h.tells("U9", "unregister Alice")
		h.tells("U9", "yes")
		h.has(cloudmonitor.Contact{Name: "Alice", Describe: "made in the console"})
		h.tells("U1", "yes")
		if h.contact("Alice").Name == "" {
			t.Error("a late yes has deleted what is not theirs any more")
		}
	})
	trusts(t, admins, func(t *testing.T, h *house, _ *ledger) {
		h.tells("U1", oneLiner)
		h.service.fail = []error{&cloudmonitor.Error{Action: "PutContact", Status: 503, Temporary: true, RetryAfter: 5 * time.Minute}}
		h.must("U1", "", "register name=Alice mail=evil@example.com")
		pass(time.Second)
		h.must("U1", "", "yes") // it waits for its next try
		pass(10 * time.Second)
		h.tells("U9", "unregister Alice")
		h.tells("U9", "yes")
		h.tells("U2", "register name=Alice describe=mine mail=u2@example.com lang=en")
		h.wants("U2", "Alice is registered")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if c := h.contact("Alice"); c.Channels.Mail != "u2@example.com" {
			t.Errorf("overwritten with %s", c.Channels.Mail)
		}
		h.wants("U1", "is registered by somebody else")
	})
}

func TestMembershipIsNotTakenForGranted(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		said := func(stranger bool, text string) {
			saved := make(chan error, 1)
			m := dialog.Message{ID: text, Text: text, From: state.Address{Private: true}, Language: commands.English, Stranger: stranger}
			if !stranger {
				m.Profile = commands.Profile{Member: true, Mail: "ops@example.com", MailVerified: true}
			}
			h.bot.Take(person("U1"), m, func(err error) { saved <- err })
			if err := <-saved; err != nil {
				t.Fatal(err)
			}
			if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
				t.Fatal(err)
			}
		}
		said(false, "english")
		pass(3 * time.Hour)
		for _, value := range h.engine.Engine.(*enginetest.Memory).Values() {
			if strings.Contains(value, "ops@example.com") {
				t.Error("the profile of somebody who has nothing pending is kept")
			}
		}
		said(true, "register name=Ops describe=x mail=a@example.com lang=en") // the platform does not say who they are now
		h.wants("U1", "I cannot find out just now")
		if h.service.count() > 0 {
			t.Error("somebody who was a member once was served")
		}
		saved := make(chan error, 1)
		h.bot.Look(person("guest"), dialog.Looked{To: state.Address{Private: true}, Profile: &commands.Profile{Guest: true}}, func(err error) { saved <- err })
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		if err := h.bot.Settled(t.Context(), person("guest")); err != nil {
			t.Fatal(err)
		}
		h.wants("guest", "members of this workspace only")
	})
}

func TestNoOutcomeIsLostToTheAuditLog(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		h.platform.fail = 1 << 30 // nothing can be told
		h.must("U1", "", "help")
		pass(time.Second)
		h.must("U1", "", oneLiner)
		pass(time.Minute)
		for range 120 {
			h.must("U1", "", "help")
		}
		pass(26 * time.Hour)
		h.platform.mu.Lock()
		h.platform.fail = 0
		h.platform.mu.Unlock()
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if r := audit.records(t); len(r) != 1 || r[0].Result != "done" {
			t.Errorf("audited: %+v", r)
		}
	})
}

func TestRecordsAreEncryptedAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		keys, err := state.ParseKeys("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=")
		if err != nil {
			t.Fatal(err)
		}
		h := newHouse(t, engine, func(o *bot.Options) {
			if o.Store, err = state.Open(t.Context(), engine, keys); err != nil {
				t.Fatal(err)
			}
		})
		h.platform.fail = 3 // replies wait, too
		h.must("U1", "", oneLiner)
		h.must("U2", "", "register name=Bob 13900139000")
		pass(time.Second)
		if len(engine.Values()) < 3 {
			t.Fatal("too little is stored to be a test")
		}
		for _, value := range engine.Values() {
			for _, typed := range []string{"alice@", "13800138000", "13900139000", "ECS"} {
				if strings.Contains(value, typed) {
					t.Errorf("%q can be read", typed)
				}
			}
		}
		h.close()
	})
}

func TestEveryOutcomeIsAuditedBeforeItIsTold(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		audit.fails = 2
		h.must("U1", "", oneLiner)
		for h.service.count() == 0 {
			pass(time.Millisecond)
		}
		pass(time.Second)
		if h.platform.told("U1", "is registered as") != 0 {
			t.Error("told before it was audited")
		}
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		h.wants("U1", "Alice is registered")

		h.service.fail = []error{&cloudmonitor.Error{Action: "PutContact", Status: 400, Code: "InvalidParameterValue", RequestID: "7F3E"}}
		h.tells("U2", "register name=Bob describe=ECS mail=bob@example.com lang=en")
		records := audit.records(t)
		if len(records) != 2 {
			t.Fatalf("audited: %+v", records)
		}
		done, refused := records[0], records[1]
		if done.Person != "fake/W1/U1" || done.Action != "register" || done.Result != "done" || done.Contact != "Alice" || done.RequestID != "REQUEST-Alice" || done.Time.IsZero() || done.ID == "" {
			t.Errorf("audited as %+v", done)
		}
		if refused.Result != "refused" || refused.Code != "InvalidParameterValue" || refused.RequestID != "7F3E" {
			t.Errorf("audited as %+v", refused)
		}
		if done.Values["mail"] != "a***@example.com" || done.Values["phone"] != "138****8000" {
			t.Errorf("not masked: %v", done.Values)
		}
		for _, line := range audit.lines {
			for _, typed := range []string{"alice@", "13800138000", "bob@", "ECS"} {
				if strings.Contains(line, typed) {
					t.Errorf("%q is audited", typed)
				}
			}
		}
	})
}

func TestMaskedWhereOthersCanRead(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		said := []string{
			"register name=Alice 13800138000 alice@example.com", "ECS", "show", "help", "yes", "me", "register name=Alice mail=bob@example.com", "show",
			"webhook=https://oapi.dingtalk.com/robot/send?access_token=7d49515e8ebf21106a80a9cc4bb3d247771305d52fb15d6201234565abcd", "yes", "unregister", "yes",
		}
		h.service.fail = []error{nil, &cloudmonitor.Error{Action: "PutContact", Status: 400, Code: "InvalidParameterValue", Message: "bob@example.com 13800138000"}}
		for _, text := range said {
			saved := make(chan error, 1)
			h.bot.Take(person("U1"), dialog.Message{Text: text, From: state.Address{Where: "group"}, Member: true, Language: commands.English}, func(err error) { saved <- err })
			if err := <-saved; err != nil {
				t.Fatal(err)
			}
			if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
				t.Fatal(err)
			}
		}
		if len(h.platform.delivered["U1"]) < len(said) {
			t.Fatalf("too little was said to be a test: %q", h.platform.texts("U1"))
		}
		for _, r := range h.platform.delivered["U1"] {
			text := strings.ReplaceAll(fmt.Sprint(r.Parts, r.Choices), "alice@example.com)", "") // an example
			for _, typed := range []string{"13800138000 ", "alice@example.com ", "bob@example.com", "21106a80a9cc"} {
				if strings.Contains(text, typed) {
					t.Errorf("%q is repeated in a group: %s", typed, text)
				}
			}
		}
	})
}

func TestPersonCanBeErased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.tells("U1", oneLiner)
		h.tells("U1", "中文")
		h.tells("U1", "登记")
		names, _, err := h.bot.Store.Forget(t.Context(), person("U1"))
		if err != nil || len(names) != 1 || names[0] != "Alice" {
			t.Fatalf("forgot %q, %v", names, err)
		}
		for _, value := range engine.Values() {
			if strings.Contains(value, "U1") || strings.Contains(value, "alice@") {
				t.Errorf("kept: %s", value)
			}
		}
		h.tells("U1", "help")
		h.wants("U1", "I register you")
		h.close()
	})
}

func TestNothingIsKeptForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.tells("U1", oneLiner)
		h.tells("U1", "english")
		pass(89 * 24 * time.Hour)
		if !strings.Contains(strings.Join(engine.Values(), "\n"), `"chosen":true`) {
			t.Error("the language is forgotten too soon")
		}
		pass(2 * 24 * time.Hour)
		for _, value := range engine.Values() {
			if strings.Contains(value, "chosen") || strings.Contains(value, "times") {
				t.Errorf("kept: %s", value)
			}
		}
		h.close()
	})
}
