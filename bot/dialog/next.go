package dialog

// What the form needs next.

import (
	"slices"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// next is the field that has to be asked for, or nil if the draft is complete.
func (s *step) next() *commands.Field {
	enough := s.Site.Sufficient(s.r.Draft.Channels)
	for _, f := range commands.Fields() {
		if !f.Asked || !s.free(f) || slices.Contains(s.r.Skipped, f.Name) {
			continue
		}
		switch f.Need {
		case commands.Required:
			return f
		case commands.Channel:
			if !s.r.Brief || s.wanted(f) || !enough && s.alone(f) {
				return f
			}
		case commands.Optional:
			if !s.r.Brief || s.wanted(f) {
				return f
			}
		default:
			panic("dialog: unknown need of a field")
		}
	}
	return nil
}

// wanted reports whether the person tried to give the field a value.
func (s *step) wanted(f *commands.Field) bool { return slices.Contains(s.r.Wanted, f.Name) }

// wantedKept is a field that the person wants to change of an existing contact, and
// that is still as it was; or nil.
func (s *step) wantedKept() *commands.Field {
	for _, f := range commands.Fields() {
		if s.wanted(f) && s.r.Origins[f.Name] == state.Kept {
			return f
		}
	}
	return nil
}

// alone reports whether a contact that has just this channel is acceptable.
func (s *step) alone(f *commands.Field) bool {
	draft := s.r.Draft
	draft.Channels.SMS, draft.Channels.Mail, draft.Channels.AliIM, draft.Channels.DingWebHook = "", "", "", ""
	*f.Of(&draft) = "x"
	return s.Site.Sufficient(draft.Channels)
}

// enoughAlone are the channels of which one is needed.
func (s *step) enoughAlone() []*commands.Field {
	var fields []*commands.Field
	for _, f := range commands.Fields() {
		if f.Asked && f.Need == commands.Channel && s.alone(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// missing are the required fields without a value.
func (s *step) missing() []*commands.Field {
	var fields []*commands.Field
	for _, f := range commands.Fields() {
		if f.Need == commands.Required && s.free(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (s *step) complete() bool {
	return len(s.missing()) == 0 && s.Site.Sufficient(s.r.Draft.Channels)
}

// skippable reports whether the form can do without the field's answer.
func (s *step) skippable(f *commands.Field) bool {
	if !s.free(f) {
		return true
	}
	if f.Need == commands.Required {
		return false
	}
	return s.Site.Sufficient(s.r.Draft.Channels) || slices.ContainsFunc(s.enoughAlone(), func(g *commands.Field) bool {
		return g != f && !slices.Contains(s.r.Skipped, g.Name)
	})
}

// advance asks for what comes next: a missing name, whether the contact exists,
// the other fields, the confirmation.
func (s *step) advance() {
	switch f := s.next(); {
	case s.unchecked() && s.r.Draft.Name != "" && !(s.r.Check.Later && f != nil):
		s.check()
	case f != nil:
		s.askFor(f)
	case !s.complete():
		// Every channel was skipped, and one is needed.
		alone := s.enoughAlone()
		s.r.Skipped = slices.DeleteFunc(s.r.Skipped, func(n string) bool {
			return slices.ContainsFunc(alone, func(f *commands.Field) bool { return f.Name == n })
		})
		s.askFor(alone[0])
		return
	case s.r.Direct && s.r.Was == nil:
		s.queue()
	case s.wantedKept() != nil:
		f := s.wantedKept()
		s.r.Wanted = slices.DeleteFunc(s.r.Wanted, func(name string) bool { return name == f.Name })
		s.askFor(f)
	default:
		s.confirm()
	}
}

// isName reports whether a field is the contact's name, which is its key.
func isName(f *commands.Field) bool {
	var c cloudmonitor.Contact
	return f.Of(&c) == &c.Name
}

// nameField is the field of the contact's name.
func nameField() *commands.Field {
	fields := commands.Fields()
	return fields[slices.IndexFunc(fields, isName)]
}

// isLanguage reports whether a field is the language of the alerts.
func isLanguage(f *commands.Field) bool {
	var c cloudmonitor.Contact
	return f.Of(&c) == &c.Lang
}
