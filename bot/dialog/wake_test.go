package dialog_test

import (
	"testing"
	"time"

	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// TestGrantBesideMeet: of two calls that are due in one wake, one is made and the
// other still waits; none is leased that nobody makes.
func TestGrantBesideMeet(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	r := state.Request{Person: state.Person{Platform: "slack", Workspace: "T1", User: "U1"}, Standing: state.Member, Vouched: now, Tasks: []state.Task{
		{ID: 1, Kind: state.Meet, Began: now, After: now, Until: now.Add(time.Hour)},
		{ID: 2, Kind: state.Mine, Began: now, After: now, Until: now.Add(time.Hour)},
	}}
	r, fx := dialog.Rules{}.Step(r, dialog.Wake{Grant: state.Lookups}, now)
	if fx.Call == nil || fx.Call.Kind != state.Mine || r.Tasks[0].Tries != 0 || !r.Tasks[0].Lease.IsZero() {
		t.Fatalf("calls %+v of %+v", fx.Call, r.Tasks)
	}
	if _, fx = (dialog.Rules{}).Step(r, dialog.Wake{}, now); fx.Call == nil || fx.Call.Kind != state.Meet {
		t.Errorf("then calls %+v", fx.Call)
	}
}

// TestWhatIsKeptOfSomebodyIdle: an hour after the last word, of a person who chose
// a language nothing but that.
func TestWhatIsKeptOfSomebodyIdle(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	zone := 8 * 3600
	r := state.Request{Person: state.Person{Platform: "dingtalk", Workspace: "corp", User: "wang01"}}
	r, _ = dialog.Rules{}.Step(r, dialog.Message{
		ID: "1", Text: "中文", From: state.Address{Private: true, Where: "https://oapi.dingtalk.com/robot/sendBySession?session=1"},
		Profile: commands.Profile{Name: "王小明", Mail: "wang@example.com", Zone: &zone}, Member: true, Language: commands.Chinese,
	}, now)
	r, _ = dialog.Rules{}.Step(r, dialog.Delivered{Through: r.ReplyID}, now)
	for range 10 {
		if r.Timer.IsZero() || r.Timer.After(now.Add(2*time.Hour)) {
			break
		}
		r, _ = dialog.Rules{}.Step(r, dialog.Wake{}, r.Timer)
	}
	if r.Home != (state.Address{}) || r.Name != "" || r.Mail != "" || r.Zone != nil || r.Spoken != "" || len(r.Seen) > 0 {
		t.Errorf("kept: home %t, name %t, mail %t, zone %t, spoken %q, %d message IDs",
			r.Home != state.Address{}, r.Name != "", r.Mail != "", r.Zone != nil, r.Spoken, len(r.Seen))
	}
	if !r.Chosen || r.Language != "zh" {
		t.Errorf("the language that was chosen is %q (%t)", r.Language, r.Chosen)
	}
}

// TestBoundReplies: what is for one place is not told elsewhere when that place
// cannot be reached; other replies go to where the person spoke last.
func TestBoundReplies(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	r := state.Request{
		Person: state.Person{Platform: "slack", Workspace: "T1", User: "U1"}, Home: state.Address{Private: true, Where: "direct message"}, ReplyID: 2,
		Outbox: []state.Reply{
			{ID: 1, Made: now, To: state.Address{Private: true, Where: "home", Bound: true}, Parts: []state.Part{{Text: "the list"}}},
			{ID: 2, Made: now, To: state.Address{Private: true, Where: "thread"}, Parts: []state.Part{{Text: "an answer"}}},
		},
	}
	for range 3 {
		r, _ = dialog.Rules{}.Step(r, dialog.Undelivered{}, now)
	}
	if where := r.Outbox[0].To.Where; where != "home" {
		t.Errorf("the list goes to the %s", where)
	}
	if where := r.Outbox[1].To.Where; where != "direct message" {
		t.Errorf("the answer goes to the %s", where)
	}
}
