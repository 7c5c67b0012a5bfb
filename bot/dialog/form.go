package dialog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// asking is the field of the open question, or nil.
func (s *step) asking() *commands.Field {
	for _, f := range commands.Fields() {
		if s.r.Phase == state.Asking && f.Name == s.r.Asking {
			return f
		}
	}
	return nil
}

func (s *step) value(f *commands.Field) string { return *f.Of(&s.r.Draft) }

func (s *step) free(f *commands.Field) bool { return s.value(f) == "" }

// set gives a field its value; the person has to agree again.
func (s *step) set(f *commands.Field, value string, origin state.Origin) {
	if isName(f) && s.value(f) != value {
		s.leaveExisting()
	}
	*f.Of(&s.r.Draft) = value
	if s.r.Origins == nil {
		s.r.Origins = map[string]state.Origin{}
	}
	s.r.Origins[f.Name] = origin
	s.r.Skipped = slices.DeleteFunc(s.r.Skipped, func(n string) bool { return n == f.Name })
	s.r.Agreed, s.r.Summed = false, false
	if origin != state.Said {
		s.r.Direct = false
	}
}

// clear takes a field's value away.
func (s *step) clear(f *commands.Field) {
	*f.Of(&s.r.Draft) = ""
	delete(s.r.Origins, f.Name)
	s.r.Agreed, s.r.Summed = false, false
}

// take sets labelled values, whatever was there, and guessed ones where nothing
// was.
func (s *step) take(values []commands.Value, labelled bool) {
	for _, v := range values {
		origin := state.Said
		if v.Guessed || !labelled {
			if origin = state.Guessed; !s.free(v.Field) {
				continue
			}
		}
		if s.value(v.Field) != v.Text {
			s.r.Took = append(s.r.Took, v.Field.Name)
		}
		s.set(v.Field, v.Text, origin)
		if v.Note != (commands.Text{}) {
			s.r.Direct = false
			s.say(fieldProblem, s.words(v.Field.Label), s.words(v.Note))
		}
	}
}

// answer takes a message without a verb: labelled values for any field, the
// rest as the answer to the open question.
func (s *step) answer(cmd commands.Command) {
	s.r.Direct = false
	f := s.asking()
	topic := cmd.Topic
	if topic == nil && !cmd.Quoted && len(cmd.Values) == 0 {
		topic = commands.Named(cmd.Rest)
	}
	if topic != nil {
		s.askFor(topic) // "mail" alone: that is what should be changed
		return
	}
	if f != nil && f.Literal && !cmd.Quoted && len(cmd.Values) == 0 && !labelled(cmd.Problems) {
		cmd.Rest, cmd.Problems = cmd.Text, nil // "CPU=90 alarms" is a description like any other
	}
	s.take(cmd.Values, true)
	s.problems(cmd)
	switch {
	case cmd.Rest == "" && len(cmd.Values) == 0:
		s.wrong(f, nil)
	case cmd.Rest == "":
		s.advance()
	case f == nil:
		s.answerAny(cmd)
	default:
		s.answerField(f, cmd)
	}
}

// answerField takes the rest of a message as the answer to a field's question.
func (s *step) answerField(f *commands.Field, cmd commands.Command) {
	if !s.free(f) && slices.ContainsFunc(cmd.Values, func(v commands.Value) bool { return v.Field == f }) {
		s.advance() // the message named the field itself; the rest is just talk
		return
	}
	value, note, problem := f.Clean(cmd.Rest)
	if cmd.Question && (f.Literal || problem != nil) {
		s.explain(f) // "what is that?" is no description
		return
	}
	if f.Literal && !cmd.Quoted {
		// "ECS on-call, alice@example.com" answers two questions.
		values, left := commands.Guess(cmd.Rest, func(g *commands.Field) bool { return g.Personal && s.free(g) })
		if len(values) > 0 {
			s.take(values, false)
			if left == "" {
				s.advance()
				return
			}
			value, note, problem = f.Clean(left)
		}
	}
	if problem == nil {
		s.set(f, value, state.Said)
		if note != (commands.Text{}) {
			s.say(fieldProblem, s.words(f.Label), s.words(note))
		}
		s.advance()
		return
	}
	if isName(f) && fullName(cmd.Rest) {
		// "John Smith" is no name and a description.
		if s.r.Proposal = f.Propose(commands.Profile{Name: cmd.Rest}); s.r.Proposal != "" {
			s.say(fieldProblem, s.words(f.Label), s.words(problem.Reason))
			s.ask()
			return
		}
	}
	values, _ := guess(cmd, s.free)
	if !worthGuessing(values, f) {
		s.wrong(f, problem)
		return
	}
	s.take(values, false)
	s.advance()
}

// worthGuessing reports whether the shape of an answer that does not fit its
// question tells more than that some words were typed.
func worthGuessing(values []commands.Value, asked *commands.Field) bool {
	return slices.ContainsFunc(values, func(v commands.Value) bool { return v.Field.Personal || v.Field == asked })
}

// answerAny takes a message when no field is asked for: in the summary, or when
// something has to be mended.
func (s *step) answerAny(cmd commands.Command) {
	if cmd.Question {
		s.help()
		return
	}
	values, left := guess(cmd, s.free)
	if len(cmd.Values) == 0 && (len(values) == 0 || left != "" || !worthGuessing(values, nil)) {
		s.wrong(nil, nil)
		return
	}
	s.take(values, false)
	s.advance()
}

// wrong says what was wrong with an answer and asks again, with more help each
// time.
func (s *step) wrong(f *commands.Field, p *commands.Problem) {
	s.r.Wrong++
	if p != nil {
		s.say(fieldProblem, s.words(f.Label), s.words(p.Reason))
	}
	if f == nil {
		if p == nil && len(s.lead) == 0 {
			s.say(grow(s.r.Wrong, notUnderstood, notUnderstoodMore, notUnderstoodOut))
		}
		s.askAgain()
		return
	}
	switch s.r.Wrong {
	case 1:
	case 2:
		s.form(f)
	case 3:
		s.lead = append(s.lead, s.text(f.Why))
	default:
		switch {
		case s.r.Wrong%2 == 1: // by turns, never the same line over and over
			s.form(f)
		case s.skippable(f):
			s.say(wayOutSkip)
		default:
			s.say(wayOut)
		}
	}
	s.ask()
}

func grow(times int, texts ...commands.Text) commands.Text {
	return texts[min(times, len(texts))-1]
}

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
	default:
		s.confirm()
	}
}

// isName reports whether a field is the contact's name, which is its key.
func isName(f *commands.Field) bool {
	var c cloudmonitor.Contact
	return f.Of(&c) == &c.Name
}

// isLanguage reports whether a field is the language of the alerts.
func isLanguage(f *commands.Field) bool {
	var c cloudmonitor.Contact
	return f.Of(&c) == &c.Lang
}

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
		s.reply(state.Question, s.text(whatToMend)).Choices = []state.Choice{s.primary(saySubmit), s.choice(sayCancel)}
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
	reply.Choices, reply.Field = append(choices, s.choice(sayCancel)), f.Name
}

// proposal is a value for the field that a "yes" takes, or "".
func (s *step) proposal(f *commands.Field) string {
	if s.r.Proposal != "" && s.asking() == f {
		return s.r.Proposal
	}
	return f.Propose(s.profile())
}

// fullName reports whether a text looks like a first and a last name.
func fullName(text string) bool {
	words := strings.Fields(text)
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) {
			return false
		}
	}
	return len(words) == 2 || len(words) == 3
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
	reply.Choices = []state.Choice{s.primary(saySubmit), s.choice(sayBack), s.choice(sayCancel)}
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

// back returns to the question before.
func (s *step) back() {
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
	s.r.Phase, s.r.Asking, s.r.Wrong, s.r.Agreed = state.Asking, name, 0, false
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
		missing := s.labels(s.missing())
		if missing == "" {
			missing = s.labels(s.enoughAlone())
		}
		s.say(notYet, missing)
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
	if f := s.asking(); f != nil && s.skippable(f) && s.free(f) {
		s.skip(f)
		return
	}
	s.whereWeStand()
}
