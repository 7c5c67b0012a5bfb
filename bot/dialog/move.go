package dialog

// Moving in the form: back, skip, yes and no.

import (
	"slices"

	"contactbot/commands"
	"contactbot/state"
)

// back returns to the question before.
func (s *step) back() {
	for n := len(s.r.Trail); n > 0 && s.r.Trail[n-1] == s.r.Asking && s.r.Phase == state.Asking; n-- {
		s.r.Trail = s.r.Trail[:n-1] // a correction has led from the question to itself
	}
	if len(s.r.Trail) == 0 {
		if s.r.Phase == state.Confirming {
			s.no()
			return
		}
		s.say(firstQuestion)
		s.askAgain()
		return
	}
	last := len(s.r.Trail) - 1
	name := s.r.Trail[last]
	s.r.Trail = s.r.Trail[:last]
	s.r.Phase, s.r.Asking, s.r.Wrong, s.r.Agreed, s.r.Proposal = state.Asking, name, 0, false, ""
	s.r.Skipped = slices.DeleteFunc(s.r.Skipped, func(n string) bool { return n == name })
	s.ask()
}

// skip leaves a field out: the open question's, or the named one.
func (s *step) skip(f *commands.Field) {
	open := s.asking()
	if f == nil {
		f = open
	}
	switch {
	case f == nil:
		s.say(nothingToSkip)
		s.askAgain()
		return
	case f == open && !s.free(f):
		s.leaveQuestion() // keep the value it has
		s.advance()
		return
	case s.r.Was != nil && *f.Of(s.r.Was) != "":
		s.say(cannotRemove, s.words(f.Label))
		s.whereWeStand()
		return
	}
	old, origin := s.value(f), s.r.Origins[f.Name]
	s.clear(f)
	if !s.skippable(f) {
		if old != "" {
			s.set(f, old, origin)
		}
		if f.Need == commands.Required || f != open {
			s.say(cannotSkip, s.words(f.Label))
		}
		s.askAgain()
		return
	}
	if !slices.Contains(s.r.Skipped, f.Name) {
		s.r.Skipped = append(s.r.Skipped, f.Name)
	}
	s.leaveQuestion()
	s.advance()
}

// maxTrail is how many questions back can return to.
const maxTrail = 20

func (s *step) remember(f *commands.Field) {
	s.r.Trail = append(s.r.Trail, f.Name)
	s.r.Trail = s.r.Trail[max(0, len(s.r.Trail)-maxTrail):]
}

// leaveQuestion closes the open question, and remembers it for back.
func (s *step) leaveQuestion() {
	if f := s.asking(); f != nil {
		s.remember(f)
		s.r.Asking = ""
	}
}

// yes takes a proposal, finishes the form early, or confirms it.
func (s *step) yes() {
	f := s.asking()
	switch {
	case s.r.Phase == state.Confirming:
		s.agree()
	case f != nil && (s.free(f) || s.r.Proposal != "") && s.proposal(f) != "":
		s.set(f, s.proposal(f), state.Proposed)
		s.advance()
	case f != nil && !s.free(f):
		s.leaveQuestion()
		s.advance()
	case f == nil && s.complete() && s.r.Summed:
		s.agree() // after a refusal: once more, as it is
	case s.complete():
		s.r.Brief, s.r.Wanted = true, nil
		s.leaveQuestion()
		s.advance()
	default:
		if missing := s.missing(); len(missing) > 0 {
			s.say(notYet, s.labels(missing))
		} else {
			s.say(notYetOne, s.labels(s.enoughAlone()))
		}
		s.askAgain()
	}
}

// no asks what should be different.
func (s *step) no() {
	if s.r.Phase == state.Confirming {
		s.r.Phase, s.r.Asking = state.Asking, ""
		s.ask()
		return
	}
	if f := s.asking(); f != nil && s.free(f) && s.proposal(f) != "" {
		// Not that one: another value is asked for.
		s.r.Declined, s.r.Proposal = append(s.r.Declined, f.Name), ""
		s.say(anotherThen)
		s.ask()
		return
	}
	if f := s.asking(); f != nil && s.skippable(f) && s.free(f) {
		s.skip(f)
		return
	}
	s.whereWeStand()
}
