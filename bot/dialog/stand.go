package dialog

// Where the conversation stands, said again.

import (
	"contactbot/commands"
	"contactbot/state"
)

// whereWeStand repeats what is known and what is waited for.
func (s *step) whereWeStand() {
	switch s.r.Phase {
	case state.Idle:
		s.reply(state.Plain, s.text(nothingPending)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayHelp)}
	case state.Asking:
		if s.r.Offered != nil {
			s.offer()
			return
		}
		if facts := s.facts(); len(facts.Facts) > 0 {
			s.lead = append(s.lead, s.text(soFar), facts)
		}
		if s.r.Refusal != "" && s.r.Home.Private {
			s.lead = append(s.lead, s.text(refusedBefore), state.Part{Verbatim: s.r.Refusal})
		}
		s.ask()
	case state.Confirming:
		if s.r.Offered != nil {
			s.offer()
			return
		}
		s.confirm()
	case state.Checking:
		s.stillChecking()
	case state.Queued:
		s.reply(state.Progress, s.text(stillQueued, s.r.Draft.Name, s.moment(s.r.TaskOf(state.Put).Until)), s.facts())
	case state.Sending:
		s.reply(state.Progress, s.text(beingSent, s.r.Draft.Name), s.facts())
	case state.Leaving:
		s.askLeave()
	case state.Removing:
		s.reply(state.Progress, s.text(removingNow, s.r.Draft.Name))
	default:
		panic("dialog: unknown phase " + string(s.r.Phase))
	}
}

// askAgain puts the open question once more, without all that is known.
func (s *step) askAgain() {
	if s.r.Phase == state.Asking && s.r.Offered == nil {
		s.ask()
		return
	}
	s.whereWeStand()
}

// help lists the words, then goes on where the form stood.
func (s *step) help() {
	if !s.r.Home.Private && s.r.Phase == state.Idle {
		// A whole group need not read all of it.
		s.reply(state.Plain, s.text(helpShort)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayMe)}
		return
	}
	s.lead = append(s.lead, s.text(helpText), state.Part{Hint: s.words(helpHint)})
	if s.waitsForPerson() {
		s.askAgain()
		return
	}
	s.reply(state.Plain).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayMe)}
}

// explain says what a field is for, then goes on where the form stood.
func (s *step) explain(f *commands.Field) {
	s.lead = append(s.lead, s.text(f.Why))
	s.form(f)
	if s.waitsForPerson() {
		s.askAgain()
		return
	}
	s.reply(state.Plain)
}

// problems tells what was wrong with which part of a message; the good parts
// were taken.
func (s *step) problems(cmd commands.Command) {
	for _, p := range cmd.Problems {
		switch {
		case p.Field != nil:
			s.r.Wanted = append(s.r.Wanted, p.Field.Name)
			s.say(fieldProblem, s.words(p.Field.Label), s.words(p.Reason))
		case p.Word != "" && s.r.Home.Private:
			s.say(wordProblem, p.Word, s.words(p.Reason))
		default:
			s.lead = append(s.lead, s.text(p.Reason))
		}
	}
}

func (s *step) stillChecking() {
	s.reply(state.Progress, s.text(checking, s.r.Draft.Name, s.moment(s.r.TaskOf(state.Lookup).Until)), s.facts())
}
