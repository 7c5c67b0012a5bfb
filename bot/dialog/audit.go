package dialog

// What the audit log keeps.

import (
	"time"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// outcome has the next reply audited: it is told once that is in the log.
func (s *step) outcome(o state.Outcome) { s.outcomes = append(s.outcomes, o) }

// denied has a refusal audited that costs the person nothing: one an hour is
// enough to know, and more would fill the disk.
func (s *step) denied(o state.Outcome) {
	if s.r.Denied.IsZero() || s.now.Sub(s.r.Denied) >= time.Hour {
		s.r.Denied = s.now
		s.outcome(o)
	}
}

// aboutDraft is an outcome of a submission, with the channels masked.
func (s *step) aboutDraft(c cloudmonitor.Contact, result string) state.Outcome {
	o := state.Outcome{Action: "register", Result: result, Contact: c.Name, Values: map[string]string{}}
	switch {
	case s.r.Was == nil:
	case *s.r.Was == c:
		o.Action = "resend"
	default:
		o.Action = "change"
	}
	for _, f := range commands.Fields() {
		if v := *f.Of(&c); f.Personal && v != "" {
			o.Values[f.Name] = f.Mask(v)
		}
	}
	return s.byWhom(o)
}

// byWhom names the owner of a contact where somebody else acts.
func (s *step) byWhom(o state.Outcome) state.Outcome {
	if s.admin && s.claim.Exists() && s.claim.Owner != s.r.Person {
		o.Admin, o.Owner = true, s.claim.Owner.Key()
	}
	return o
}
