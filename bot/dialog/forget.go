package dialog

// What is let go: of a form that has ended, and of a person who is gone.

import (
	"slices"
	"time"

	"contactbot/state"
)

// forgettable reports whether more is kept of somebody than what they chose, and
// nothing is under way that needs it.
func (s *step) forgettable() bool {
	r := &s.r
	return r.Phase == state.Idle && len(r.Tasks) == 0 && len(r.Outbox) == 0 &&
		(r.Name != "" || r.Mail != "" || r.Phone != "" || r.Home != state.Address{} || r.Zone != nil || r.Spoken != "")
}

// forget drops the message IDs that are too old to come again, and what is kept
// of somebody who has not been here for long.
func (s *step) forget() {
	s.r.Sent = recent(s.r.Sent, submissionSpan, s.now)
	if s.r.Phase == state.Idle && s.reached(s.r.Touched, s.KeepFor) {
		s.r.Chosen = false
	}
	if s.forgettable() && s.reached(s.r.Touched, s.Remember) {
		// Who they are, and where, is found out again when they are back.
		s.r.Name, s.r.Mail, s.r.Phone, s.r.Verified, s.r.Standing = "", "", "", false, state.Unknown
		s.r.Met, s.r.Vouched, s.r.Home, s.r.Zone, s.r.Spoken = time.Time{}, time.Time{}, state.Address{}, nil, ""
	}
	if s.reached(s.r.Denied, time.Hour) {
		s.r.Denied = time.Time{}
	}
	s.r.Seen = slices.DeleteFunc(s.r.Seen, func(m state.Seen) bool {
		return s.now.Sub(m.At) > s.Remember
	})
}

// reset leaves the form, completely.
func (s *step) reset() {
	s.r.Phase = state.Idle
	unheard := s.r.Held
	s.r.Form = state.Form{}
	if s.r.TaskOf(state.Meet) != nil { // it has not been acted on yet
		s.r.Held = unheard
	}
	s.dropTasks(state.Lookup, state.Put, state.Delete)
}

func (s *step) dropTasks(kinds ...state.TaskKind) {
	s.r.Tasks = slices.DeleteFunc(s.r.Tasks, func(t state.Task) bool { return slices.Contains(kinds, t.Kind) })
}
