package bot_test

import (
	"fmt"
	"testing"

	"contactbot/bot"
	"contactbot/state"
)

// TestFitting: what does not fit is left out of the middle, and what the reply
// itself says stays.
func TestFitting(t *testing.T) {
	for _, test := range []struct {
		lead, own, most int
		want            string
	}{
		{2, 1, 5, "l0 l1 o0"},
		{4, 1, 5, "l0 l1 l2 l3 o0"},
		{60, 2, 5, "l0 l1 (cut short) o0 o1"},
		{0, 9, 5, "(cut short) o5 o6 o7 o8"},
		{3, 4, 5, "(cut short) o0 o1 o2 o3"},
	} {
		r := state.Reply{Lead: test.lead, Language: "en"}
		for i := range test.lead {
			r.Parts = append(r.Parts, state.Part{Text: fmt.Sprint("l", i)})
		}
		for i := range test.own {
			r.Parts = append(r.Parts, state.Part{Text: fmt.Sprint("o", i)})
		}
		got := ""
		for i, p := range bot.Fitting(r, test.most) {
			if i > 0 {
				got += " "
			}
			got += p.Text + p.Hint
		}
		if got != test.want {
			t.Errorf("%d and %d parts in %d: %q instead of %q", test.lead, test.own, test.most, got, test.want)
		}
	}
}
