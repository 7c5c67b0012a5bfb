package dialog

import (
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// maxChanges is how many contacts get a choice to change them.
const maxChanges = 10

// mine lists the person's contacts and whether alerts reach each channel; more are
// not listed.
func (s *step) mine(to state.Address, contacts []Mine, more int) {
	if len(contacts) == 0 {
		s.say(noneMine)
		s.endErrand(to)
		return
	}
	pending := ""
	var changes []state.Choice
	for _, c := range contacts {
		switch {
		case c.Err != nil:
			s.say(mineUnknown, c.Name)
			s.lead = append(s.lead, s.text(cause(c.Err)))
			if v := s.verbatim(c.Err, to); v != "" {
				s.lead = append(s.lead, state.Part{Verbatim: v})
			}
		case c.Unlooked:
			s.say(mineTrusted, c.Name)
		case !c.Found && !c.Settled:
			s.say(mineUnsure, c.Name)
		case !c.Found:
			s.say(mineGone, c.Name)
		default:
			facts, waits := s.listed(to, c.Contact)
			if waits {
				pending = c.Name
			}
			s.lead = append(s.lead, state.Part{Text: c.Name}, facts)
			if len(changes) < maxChanges {
				changes = append(changes, state.Choice{Label: s.words(changeLabel, c.Name), Say: s.words(sayChange, c.Name)})
			}
			if len(c.Contact.Groups) == 0 {
				s.lead = append(s.lead, s.hint(noGroup))
			}
		}
	}
	if more > 0 {
		s.say(mineMore, more)
	}
	if pending != "" {
		s.say(openLinksStill, pending)
	}
	s.endErrand(to, changes...)
}

// endErrand says what was found out, and then goes on where the form stood.
func (s *step) endErrand(to state.Address, changes ...state.Choice) {
	switch {
	case s.waitsForPerson() && to == s.r.Home:
		s.askAgain()
	case s.r.Phase == state.Idle:
		s.replyTo(to, state.Plain).Choices = append(changes, s.choice(sayRegister))
	default:
		s.replyTo(to, state.Plain).Choices = changes
	}
}

// listed is a contact as CloudMonitor holds it, with the activation of each
// channel, and whether one of them still waits for it.
func (s *step) listed(to state.Address, c cloudmonitor.Listed) (state.Part, bool) {
	var facts []state.Fact
	pending := false
	states := statesOf(c)
	for _, f := range commands.Fields() {
		value := *f.Of(&c.Contact)
		if value == "" || isName(f) {
			continue
		}
		fact := state.Fact{Label: s.words(f.Label), Value: s.shown(f, value, to)}
		switch state := cloudmonitor.Activation(*f.Of(&states)); state {
		case "":
		case cloudmonitor.Pending:
			pending = true
			fact.Note = s.words(statePending)
		case cloudmonitor.OK:
			fact.Note = s.words(stateOK)
		default:
			fact.Note = string(state)
		}
		facts = append(facts, fact)
	}
	return state.Part{Facts: facts}, pending
}

// statesOf are the activations of a contact, in the fields of a contact, so that
// the one field table finds them.
func statesOf(c cloudmonitor.Listed) cloudmonitor.Contact {
	return cloudmonitor.Contact{Channels: cloudmonitor.Channels{
		SMS: string(c.State.SMS), Mail: string(c.State.Mail),
		AliIM: string(c.State.AliIM), DingWebHook: string(c.State.DingWebHook),
	}}
}
