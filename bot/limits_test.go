package bot_test

// Promises of trust: how often.

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/cloudmonitor"
)

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
	lost := func(h *house) { // each may have been carried out
		for range 50 {
			h.service.fail = append(h.service.fail, &cloudmonitor.Error{Action: "PutContact", Status: 504, Temporary: true, Uncertain: true})
		}
	}
	trusts(t, func(o *bot.Options) { o.Rules.NoLookup = true }, func(t *testing.T, h *house, _ *ledger) {
		lost(h)
		h.tells("U1", oneLiner)
		if n := h.service.count(); n != 3 {
			t.Errorf("%d tries of one submission whose outcome is not known", n)
		}
		h.service.fail = nil
		h.tells("U2", "register name=Bob describe=ECS mail=alice@example.com lang=en") // nothing is given back
		h.wants("U2", "3 activation messages were sent there")
	})
	// A look shows that nothing was carried out, and CloudMonitor has time for it.
	trusts(t, nil, func(t *testing.T, h *house, _ *ledger) {
		lost(h)
		h.tells("U1", oneLiner)
		if puts, looks := h.service.count(), len(h.service.lookups); puts > 8 || looks < puts {
			t.Errorf("%d tries of one submission within the hour, after %d looks", puts, looks)
		}
		h.service.fail = nil
		h.tells("U2", "register name=Bob describe=ECS mail=alice@example.com lang=en")
		h.wants("U2", "Bob is registered")
	})
}
