package bot_test

// Promises of trust: who is served.

import (
	"strings"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/enginetest"
)

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
		// Nor does a form that was begun keep somebody a member.
		said(false, "register")
		pass(2 * time.Hour)
		before := h.platform.told("U1", "I cannot find out just now")
		said(true, "Alice")
		if h.platform.told("U1", "I cannot find out just now") != before+1 {
			t.Errorf("served two hours later: %q", h.platform.texts("U1"))
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

// Administrators are always served, and everybody in a room that is listed; also
// who only comes to the conversation has to be.
func TestListedRoomsAndAdministrators(t *testing.T) {
	listed := func(o *bot.Options) {
		o.Rules.Access = dialog.Access{
			Allow:  []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "C1"}},
			Admins: []dialog.Entry{{Platform: "fake", Workspace: "W1", ID: "U9"}},
		}
	}
	trusts(t, listed, func(t *testing.T, h *house, _ *ledger) {
		h.tells("U9", "help")
		h.wants("U9", "I register you")
		for user, test := range map[string]struct{ room, want string }{
			"U1": {"C1", "I register you"}, "U2": {"C2", "You are not among those"}, "U3": {"", "You are not among those"},
		} {
			saved := make(chan error, 2)
			from := state.Address{Private: true, Room: test.room}
			h.bot.Take(person(user), dialog.Message{Text: "help", From: from, Member: true, Language: commands.English}, func(err error) { saved <- err })
			h.bot.Open(person(user+"-opens"), dialog.Opened{From: from, Language: commands.English}, func(err error) { saved <- err })
			for range 2 {
				if err := <-saved; err != nil {
					t.Fatal(err)
				}
			}
			for _, u := range []string{user, user + "-opens"} {
				if err := h.bot.Settled(t.Context(), person(u)); err != nil {
					t.Fatal(err)
				}
			}
			h.wants(user, test.want)
			h.wants(user+"-opens", "I cannot find out just now")
		}
	})
}
