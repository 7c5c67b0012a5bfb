package dialog

// What is said while somebody else is being asked, and waits for that.

import (
	"slices"

	"contactbot/commands"
	"contactbot/state"
)

// maxHeld is how many messages wait while CloudMonitor is asked about a contact.
const maxHeld = 20

// hearChecking lets what is said wait for CloudMonitor, which mostly answers
// before it could be read. If it takes long, labelled corrections are taken, and
// the rest is told to be of no use now.
func (s *step) hearChecking(text string, cmd commands.Command) {
	slow := s.r.Soothed || s.r.TaskOf(state.Lookup).Explained
	if cmd.Verb == commands.Register && s.saysNothingNew(cmd) {
		return // sent once more by somebody impatient: it is being done
	}
	if !slow && s.hold(state.Heard{Text: text, Choice: s.chosen}) {
		return
	}
	s.r.Direct, s.r.Agreed = false, false
	if slow && cmd.Verb == commands.None {
		s.take(cmd.Values, true)
		s.problems(cmd)
		if s.unchecked() && s.r.TaskOf(state.Lookup) == nil {
			s.check() // another contact is meant
		}
		if s.r.Phase != state.Checking {
			return // lookups were turned off in between
		}
	}
	s.stillChecking()
}

// hold keeps what is said until it can be acted on; false if there is too much.
func (s *step) hold(h state.Heard) bool {
	if len(s.r.Held) >= maxHeld {
		return false
	}
	h.Text = h.Text[:min(len(h.Text), commands.MaxText+1)]
	s.r.Held = append(s.r.Held, h)
	return true
}

// saysNothingNew reports whether a message has values, and the draft has them
// all.
func (s *step) saysNothingNew(cmd commands.Command) bool {
	return len(cmd.Values) > 0 && cmd.Rest == "" && len(cmd.Problems) == 0 &&
		!slices.ContainsFunc(cmd.Values, func(v commands.Value) bool { return s.value(v.Field) != v.Text })
}

// release acts on what was said while somebody was asked, in order. What comes
// after a message that has CloudMonitor asked waits on.
func (s *step) release() {
	if s.r.Phase == state.Checking || s.r.TaskOf(state.Meet) != nil {
		return
	}
	held := s.r.Held
	s.r.Held = nil
	for i, next := range held {
		if s.r.Phase == state.Checking {
			s.r.Held = append(s.r.Held, held[i:]...)
			return
		}
		if s.stale(next.Choice, next.Text) {
			continue // a second click: the question is answered
		}
		s.unask()
		s.heard(next)
	}
}

// unask takes back the questions that are answered already.
func (s *step) unask() {
	s.r.Outbox = slices.DeleteFunc(s.r.Outbox, func(r state.Reply) bool {
		taken := slices.Contains(s.questions, r.ID)
		if taken && r.Summary && s.summed {
			s.r.Summed = false
		}
		return taken
	})
	s.questions = nil
}
