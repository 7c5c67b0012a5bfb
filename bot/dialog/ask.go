package dialog

// Questions, and the summary that is the last of them.

import (
	"fmt"
	"hash/fnv"
	"slices"

	"contactbot/commands"
	"contactbot/state"
)

// askFor opens a field's question.
func (s *step) askFor(f *commands.Field) {
	if now := s.asking(); now != nil && now != f {
		s.remember(now)
	}
	if s.r.Phase != state.Asking || s.r.Asking != f.Name {
		s.r.Wrong, s.r.Proposal = 0, ""
	}
	s.r.Phase, s.r.Asking, s.r.Direct = state.Asking, f.Name, false
	s.ask()
}

// ask puts the open question.
func (s *step) ask() {
	f := s.asking()
	if f == nil {
		s.asks(s.reply(state.Question, s.text(whatToMend)), s.primary(saySubmit), s.choice(sayCancel)).Form = true
		return
	}
	var choices []state.Choice
	question := s.text(f.Question)
	var hints []state.Part
	if !s.exampled {
		hints = append(hints, s.hint(exampleHint, s.words(f.Example)))
	}
	proposal := s.proposal(f)
	s.gotIt()
	if f.Need == commands.Channel && s.free(f) && !s.skippable(f) {
		s.say(needChannel, s.labels(s.enoughAlone()))
	}
	switch {
	case !s.free(f) && s.r.Proposal == "":
		question = s.text(questionNow, s.words(f.Question), s.shown(f, s.value(f), s.r.Home))
		hints = []state.Part{s.hint(keepHint)}
		choices = append(choices, state.Choice{Label: s.words(keepLabel), Say: s.words(saySkip), Primary: true})
	case proposal != "":
		question = s.text(questionProposal, s.words(f.Question), s.shown(f, proposal, s.r.Home))
		choices = append(choices, s.primary(sayYes))
	}
	if s.free(f) && s.skippable(f) {
		choices = append(choices, s.choice(saySkip))
		if s.complete() {
			choices = append(choices, s.choice(saySubmit))
		}
	}
	if len(s.r.Trail) > 0 {
		choices = append(choices, s.choice(sayBack))
	}
	reply := s.reply(state.Question, append([]state.Part{question}, hints...)...)
	s.asks(reply, append(choices, s.choice(sayCancel))...)
	reply.Field, reply.Form = f.Name, true
}

// asks makes a reply the question that is open now.
func (s *step) asks(r *state.Reply, choices ...state.Choice) *state.Reply {
	r.Choices = choices
	// A question that is put once more is the same: what was chosen of its first
	// copy still answers it.
	h := fnv.New64a()
	fmt.Fprint(h, s.r.Phase, "\x00", s.r.Asking, "\x00", s.r.Proposal, "\x00", s.r.First, "\x00", s.r.Offered != nil)
	for _, f := range commands.Fields() {
		if s.r.Asking == "" || s.r.Asking == f.Name { // a summary is of all of them
			fmt.Fprint(h, "\x00", s.value(f))
		}
	}
	if open := h.Sum64(); open != s.r.Open {
		s.r.Asked, s.r.Open = r.ID, open
	}
	return r
}

// proposal is a value for the field that a "yes" takes, or "".
func (s *step) proposal(f *commands.Field) string {
	if s.r.Proposal != "" && s.asking() == f {
		return s.r.Proposal
	}
	if slices.Contains(s.r.Declined, f.Name) {
		return ""
	}
	return f.Propose(s.profile())
}

// confirm sums the draft up and waits for a yes.
func (s *step) confirm() {
	if s.r.Phase != state.Confirming {
		s.r.Wrong = 0
	}
	if f := s.asking(); f != nil {
		s.remember(f)
	}
	s.r.Phase, s.r.Asking, s.r.Direct = state.Confirming, "", false
	s.proposeLanguage()
	s.summed = s.summed || !s.r.Summed
	s.r.Summed = true
	parts := []state.Part{s.text(confirmNew), s.facts(), s.hint(confirmHint)}
	switch {
	case s.r.Was == nil:
	case *s.r.Was == s.r.Draft:
		parts = []state.Part{s.text(confirmSame, s.r.Draft.Name), s.facts()}
	default:
		parts[0] = s.text(confirmChange, s.r.Draft.Name)
	}
	reply := s.reply(state.Question, parts...)
	s.asks(reply, s.primary(saySubmit), s.choice(sayBack), s.choice(sayCancel))
	reply.Form, reply.Summary = true, true
}

// proposeLanguage proposes the language of the conversation for the alerts.
func (s *step) proposeLanguage() {
	for _, f := range commands.Fields() {
		if !isLanguage(f) || !s.free(f) || s.r.Was != nil || slices.Contains(s.r.Skipped, f.Name) {
			continue
		}
		if value, _, problem := f.Clean(string(s.language())); problem == nil {
			s.set(f, value, state.Proposed)
		}
	}
}
