package dialog

import (
	"slices"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// unchecked reports whether it is not known if the draft's contact exists and
// whose it is.
func (s *step) unchecked() bool {
	return s.r.Check.Name != s.r.Draft.Name || s.r.Check.At.IsZero()
}

// check asks CloudMonitor for the contact that the draft names.
func (s *step) check() {
	s.leaveQuestion()
	s.r.Phase = state.Checking
	s.dropTasks(state.Lookup)
	later := s.r.Check.Later && s.r.Check.Name == s.r.Draft.Name
	s.r.Check = state.Check{Name: s.r.Draft.Name, Later: later}
	if s.NoLookup {
		s.trust()
		return
	}
	s.add(state.Task{Kind: state.Lookup, Contact: cloudmonitor.Contact{Name: s.r.Draft.Name}})
}

// trust goes on with what our own records tell of the draft's contact.
func (s *step) trust() {
	claim, ok := s.known.Claims[s.r.Draft.Name]
	if !ok {
		s.fx.Wants.Claim = s.r.Draft.Name // it is decided again
	}
	s.checked(Result{Claim: claim})
}

// leaveExisting forgets the existing contact that the draft was a change of,
// because the draft now names another.
func (s *step) leaveExisting() {
	s.r.Check, s.r.Was, s.r.Active = state.Check{}, nil, nil
	s.dropClaim(s.claim)
	s.r.Unsure, s.r.Claimed = false, false // they were of the other one
	s.dropTasks(state.Lookup)
	for _, f := range commands.Fields() {
		if s.r.Origins[f.Name] == state.Kept {
			s.clear(f)
		}
	}
}

// checked goes on with what the lookup of the draft's contact told.
func (s *step) checked(in Result) {
	s.claim = in.Claim
	s.r.Check.At, s.r.Check.Later = s.now, false
	s.r.Phase = state.Asking
	if len(s.r.Held) > 0 { // there may be a correction in it: look before sending
		s.r.Direct = false
	}
	if !s.mayHave(in) {
		s.refuseName(in)
		return
	}
	if c := in.Claim; c.Exists() && c.Contact != s.r.Draft.Name && !in.Found {
		// One name in two spellings is one contact: the one that there is.
		s.r.Draft.Name = c.Contact
		s.check()
		return
	}
	was, changed, agreed := s.r.Was, false, s.r.Agreed
	s.r.Was = nil
	if in.Found {
		contact := in.Contact.Contact
		contact.Name = s.r.Draft.Name
		s.r.Was, s.r.Active = &contact, active(in.Contact)
		changed = was != nil && *was != contact
		s.keep(contact)
	}
	changed = changed || (was == nil) != (s.r.Was == nil)
	if agreed && !changed && len(s.r.Held) == 0 {
		s.queue()
		return
	}
	s.r.Agreed = false
	if agreed && changed {
		s.r.Summed = false
		s.say(changedMeanwhile)
	}
	if in.Found && was == nil {
		if in.Claim.Exists() && in.Claim.Owner != s.r.Person {
			s.say(existsAdmin, s.r.Draft.Name)
		} else {
			s.say(existsYours, s.r.Draft.Name)
		}
	}
	s.advance()
}

// active are the channels of a contact that are activated, by field name.
func active(c cloudmonitor.Listed) []string {
	states := statesOf(c)
	var all []string
	for _, f := range commands.Fields() {
		if cloudmonitor.Activation(*f.Of(&states)) == cloudmonitor.OK {
			all = append(all, f.Name)
		}
	}
	return all
}

// mayHave reports whether the person may register or change the contact.
func (s *step) mayHave(in Result) bool {
	switch {
	case s.admin:
		return true
	case in.Claim.Exists():
		return in.Claim.Owner == s.r.Person
	case in.Found:
		// Known to CloudMonitor and not to us: it is whose verified mail it has.
		return s.r.Verified && s.r.Mail != "" && s.r.Mail == in.Contact.Channels.Mail
	default:
		return true
	}
}

// refuseName asks for another name, without telling whose the contact is or
// what it holds.
func (s *step) refuseName(in Result) {
	s.fx.Event = Foreign
	name := s.r.Draft.Name
	s.outcome(s.byWhom(state.Outcome{Action: "register", Result: string(Foreign), Contact: name}))
	if in.Claim.Exists() {
		s.say(foreign, name)
	} else {
		s.say(foreignUnknown, name)
	}
	s.r.Agreed = false
	s.leaveExisting()
	for _, f := range commands.Fields() {
		if isName(f) {
			s.clear(f)
			s.askFor(f)
		}
	}
}

// keep fills the draft's gaps from the existing contact, because a PutContact
// may drop what it does not name.
func (s *step) keep(was cloudmonitor.Contact) {
	for _, f := range commands.Fields() {
		if v := *f.Of(&was); v != "" && v != s.value(f) && (s.free(f) || s.r.Origins[f.Name] == state.Kept) {
			s.set(f, v, state.Kept)
		}
	}
}

// checkFailed goes on without the answer, or tries again later.
func (s *step) checkFailed(t *state.Task, e *cloudmonitor.Error) {
	switch {
	case e.Temporary && s.next() != nil:
		// There is still something to ask: the check can wait until the end.
		s.dropTasks(state.Lookup)
		s.r.Check.Later = true
		s.r.Phase = state.Asking
		s.say(checkLater)
		s.advance()
	case s.again(t, e):
		s.explainWait(t, busy)
	default:
		s.dropTasks(state.Lookup)
		// A "yes" that waited was not meant for this.
		s.r.Held = slices.DeleteFunc(s.r.Held, func(h state.Heard) bool { return commands.Parse(h.Text).Verb == commands.Yes })
		s.r.Check = state.Check{}
		s.r.Agreed, s.r.Direct = false, false
		s.r.Phase, s.r.Asking = state.Asking, ""
		s.failure(checkRefused, e)
	}
}
