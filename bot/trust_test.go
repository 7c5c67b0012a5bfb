package bot_test

// One test for each promise of trust and privacy, named after it: whose contact it
// is, and what is kept and shown. Those of access, limits and audit have files of
// their own.

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

// Whatever else is changed, a channel that waits for its activation gets a message

// with every PutContact; and one mailbox has many spellings.

// What was allowed when it was said need not be allowed when it is done.

func TestContactThatBecameAnothers(t *testing.T) {
	admins := func(o *bot.Options) {
		o.Rules.Access.Admins = []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "U9"}}
	}
	for _, off := range []bool{false, true} { // also without lookups
		trusts(t, func(o *bot.Options) { admins(o); o.Rules.NoLookup = off }, func(t *testing.T, h *house, _ *ledger) {
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
	}
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
		const erased = "to-be-erased" // nothing that a key looks like
		engine := memory()
		h := newHouse(t, engine, nil)
		h.tells(erased, oneLiner)
		h.tells(erased, "中文")
		h.tells(erased, "登记")
		names, _, err := h.bot.Store.Forget(t.Context(), person(erased))
		if err != nil || len(names) != 1 || names[0] != "Alice" {
			t.Fatalf("forgot %q, %v", names, err)
		}
		for _, value := range engine.Values() {
			if strings.Contains(value, erased) || strings.Contains(value, "alice@") {
				t.Errorf("kept: %s", value)
			}
		}
		h.tells(erased, "help")
		h.wants(erased, "I register you")
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
