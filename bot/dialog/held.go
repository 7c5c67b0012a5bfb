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
	if !slow && len(s.r.Held) < maxHeld {
		s.r.Held = append(s.r.Held, state.Heard{Text: text[:min(len(text), commands.MaxText+1)]})
		return
	}
	s.r.Direct, s.r.Agreed = false, false
	if slow && cmd.Verb == commands.None {
		s.take(cmd.Values, true)
		s.problems(cmd)
		if s.unchecked() && s.r.TaskOf(state.Lookup) == nil {
			s.check() // another contact is meant
		}
	}
	s.stillChecking()
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
		s.unask()
		s.hear(next.Text)
	}
}

// unask takes back the questions that are answered already.
func (s *step) unask() {
	s.r.Outbox = slices.DeleteFunc(s.r.Outbox, func(r state.Reply) bool { return slices.Contains(s.questions, r.ID) })
	if s.summed && slices.Contains(s.questions, s.r.Asked) { // the summary was one of them
		s.r.Summed = false
	}
	s.questions = nil
}
