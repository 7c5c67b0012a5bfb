package dialog

// The form as a whole, filled in or left.

import (
	"slices"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// filled takes a form. If something in it is wrong, the good parts are kept and
// the person mends the rest in the form, which is still before them; else it is
// sent: they have seen all of it.
func (s *step) filled(in Filled) {
	s.claim = in.Claim
	s.here(in.From, in.Language)
	s.see(in.ID)
	if in.Profile != nil {
		s.learn(*in.Profile)
	}
	s.doubted()
	if s.turnedAway() {
		return
	}
	switch s.r.Phase {
	case state.Sending, state.Removing:
		s.whereWeStand()
		return
	case state.Queued:
		s.withdraw()
	case state.Idle, state.Leaving:
		s.reset()
		s.fx.Event = Started
		s.r.Begun, s.r.First = s.now, s.r.ReplyID+1
	case state.Checking:
		s.dropTasks(state.Lookup)
	case state.Asking, state.Confirming:
	default:
		panic("dialog: unknown phase " + string(s.r.Phase))
	}
	s.leaveQuestion()
	s.r.Offered, s.r.Agreed, s.r.Summed, s.r.Wrong, s.r.Proposal, s.r.Wanted = nil, false, false, 0, "", nil
	s.r.Phase, s.r.Asking, s.r.Brief = state.Asking, "", true
	notes := s.fill(in.Values)
	if len(s.fx.Problems) > 0 {
		return
	}
	s.r.Took, s.r.Direct = nil, true
	for _, n := range notes {
		s.r.Direct = false
		s.say(fieldProblem, s.words(n.field.Label), s.words(n.text))
	}
	s.advance()
}

// note is a warning about an acceptable value.
type note struct {
	field *commands.Field
	text  commands.Text
}

// fill takes the good values of a form, and notes what is wrong with the others.
func (s *step) fill(values map[string]string) (notes []note) {
	wrong := func(f *commands.Field, reason commands.Text, args ...any) {
		s.r.Wanted = append(s.r.Wanted, f.Name) // a talk would ask for it
		s.fx.Problems = append(s.fx.Problems, Problem{Field: f.Name, Label: s.words(f.Label), Reason: s.words(reason, args...)})
	}
	for _, f := range commands.Fields() {
		if text := values[f.Name]; text != "" {
			value, warning, problem := f.Clean(text)
			switch {
			case problem != nil:
				wrong(f, problem.Reason)
				continue
			case warning != commands.Text{}:
				notes = append(notes, note{f, warning})
			}
			if s.value(f) != value || s.r.Origins[f.Name] != state.Kept {
				s.set(f, value, state.Said)
			}
			continue
		}
		switch {
		case s.r.Was != nil && *f.Of(s.r.Was) != "":
			wrong(f, cannotRemove, s.words(f.Label))
		case f.Need == commands.Required:
			s.clear(f)
			wrong(f, required)
		default:
			s.clear(f)
			if !slices.Contains(s.r.Skipped, f.Name) {
				s.r.Skipped = append(s.r.Skipped, f.Name)
			}
		}
	}
	if enough := s.enoughAlone(); len(s.fx.Problems) == 0 && !s.Site.Sufficient(s.r.Draft.Channels) {
		wrong(enough[0], needChannel, s.labels(enough))
	}
	return notes
}

// left says that what was filled in is kept, and how to go on.
func (s *step) left(in Left) {
	s.see(in.ID)
	if !s.waitsForPerson() || s.r.Phase == state.Leaving {
		return
	}
	s.here(in.From, commands.Language(s.r.Spoken))
	s.r.Offered = nil // they went on with it
	if s.r.Draft == (cloudmonitor.Contact{}) {
		s.cancel()
		return
	}
	s.say(sheetKept, s.moment(s.now.Add(s.ExpireAfter)))
	if s.r.Phase == state.Confirming {
		s.whereWeStand()
		return
	}
	s.r.Direct, s.r.Summed = false, false
	s.advance()
}
