package dialog_test

import (
	"testing"
	"time"

	"contactbot/bot/dialog"
	"contactbot/state"
)

// BenchmarkStep is one decision, without anything around it.
func BenchmarkStep(b *testing.B) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	me := state.Person{Platform: "slack", Workspace: "T1", User: "U1"}
	from := state.Address{Private: true}
	asking, _ := dialog.Rules{}.Step(state.Request{Person: me}, dialog.Message{Text: "register", From: from, Member: true}, now)
	asking, _ = dialog.Rules{}.Step(asking, dialog.Delivered{Through: asking.ReplyID}, now)
	for _, bench := range []struct {
		name string
		r    state.Request
		in   dialog.Input
		want state.Phase // afterwards
	}{
		{"one-liner", state.Request{Person: me}, dialog.Message{ID: "1", From: from, Member: true,
			Text: `register name=Alice describe="ECS on-call" mail=alice@example.com phone=13800138000 lang=en`}, state.Checking},
		{"answer", asking, dialog.Message{ID: "1", From: from, Member: true, Text: "Alice"}, state.Checking},
		{"wrong-answer", asking, dialog.Message{ID: "1", From: from, Member: true, Text: "what is that?"}, state.Asking},
		{"delivered", asking, dialog.Delivered{Through: 1}, state.Asking},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var r state.Request
			for b.Loop() {
				r, _ = dialog.Rules{}.Step(bench.r, bench.in, now)
			}
			if r.Phase != bench.want {
				b.Fatalf("the request is %q instead of %q", r.Phase, bench.want)
			}
		})
	}
}
