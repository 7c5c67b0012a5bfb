package bottest

// What people see, as files that are read in review.

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// Talk plays a conversation with the real dialog, in private or in a group, and
// returns the last reply and the request as it stands. CloudMonitor refuses with
// fail, and has the contact exists; nil: it does not.
func Talk(locale string, private bool, fail *cloudmonitor.Error, exists *cloudmonitor.Contact, says ...string) (state.Reply, state.Request) {
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	var rules dialog.Rules
	r := state.Request{Person: state.Person{Platform: "test", Workspace: "T1", User: "U1"}}
	var last state.Reply
	var claim state.Registration
	step := func(in dialog.Input) *state.Task {
		switch v := in.(type) {
		case dialog.Wake:
			v.Claim = claim
			in = v
		case dialog.Result:
			v.Claim = claim
			in = v
		}
		var fx dialog.Effects
		var known dialog.Known
		for range 3 { // nobody has had an activation message
			var next state.Request
			if next, fx = rules.StepKnowing(r, in, now, known); fx.Wants.None() {
				r = next
				break
			}
			known.Allowances = map[state.Channel]state.Allowance{}
			for _, c := range fx.Wants.Channels {
				known.Allowances[c] = state.Allowance{}
			}
			known.HasOwned = true
		}
		for _, c := range fx.Claims {
			claim = c.Registration
			claim.Revision++
		}
		if n := len(r.Outbox); n > 0 {
			last = r.Outbox[n-1]
		}
		return fx.Call
	}
	profile := commands.Profile{Name: "Alice Chen", Mail: "alice@example.com", Locale: locale, MailVerified: true}
	for _, text := range says {
		step(dialog.Message{Text: text, From: state.Address{Private: private}, Profile: profile, Member: true, Language: commands.Chinese})
		for len(r.Tasks) > 0 {
			call := step(dialog.Wake{Grant: r.Tasks[0].Kind.Queue()})
			result := dialog.Result{Task: call.ID, RequestID: "181C406E-9DE4-484C-9C61-37AE9A1A12FB"}
			switch call.Kind {
			case state.Lookup:
				if result.Found = exists != nil; result.Found {
					result.Contact = cloudmonitor.Listed{Contact: *exists}
				}
			case state.Put:
				result.Err = fail
			case state.Mine:
				result.Mine = []dialog.Mine{{Name: "Alice", Settled: true, Found: true, Contact: cloudmonitor.Listed{
					Contact: cloudmonitor.Contact{Name: "Alice", Describe: "ECS on-call", Channels: cloudmonitor.Channels{Mail: "alice@example.com", SMS: "13800138000"}},
					State:   cloudmonitor.States{Mail: cloudmonitor.OK, SMS: cloudmonitor.Pending},
				}}}
			}
			step(result)
		}
	}
	return last, r
}

// Golden holds what is shown against a file, or writes it there.
func Golden(t testing.TB, file, got string, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s looks different now (-then +now); if it should, run with -update:\n%s", file, d)
	}
}
