package dialog

// Answers: what a message gives the form, and what is wrong with it.

import (
	"slices"
	"strings"
	"unicode"

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
		cmd.Rest, cmd.Problems = commands.Unthanked(cmd.Text), nil // "CPU=90 alarms" is a description like any other
	}
	s.take(cmd.Values, true)
	s.problems(cmd)
	switch {
	case cmd.Rest == "" && len(cmd.Values) == 0:
		s.wrongAbout(f, accusedOf(cmd, f), nil)
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
		s.unused(cmd.Rest) // the message named the field itself
		s.advance()
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
	if name := commands.FullName(cmd.Rest); isName(f) && name != "" {
		// "John Smith" is no name and a description.
		s.r.Proposal = name
		s.say(fieldProblem, s.words(f.Label), s.words(problem.Reason))
		s.ask()
		return
	}
	values, left := guess(cmd, s.free)
	if !worthGuessing(values, f) {
		if s.corrected(f, cmd) {
			s.advance()
			return
		}
		s.wrong(f, problem)
		return
	}
	s.take(values, false)
	s.unused(left)
	s.advance()
}

// corrected takes an answer that is nothing but an address, or a number, of
// another field than the one asked for: it replaces the one there is, and the
// summary shows it.
func (s *step) corrected(f *commands.Field, cmd commands.Command) bool {
	values, left := guess(cmd, func(g *commands.Field) bool { return g != f && g.Personal && !s.free(g) })
	if len(values) != 1 || strings.TrimSpace(left) != "" || values[0].Text == s.value(values[0].Field) {
		return false
	}
	s.clear(values[0].Field)
	s.take(values, false)
	return true
}

// someWords are so many that leaving them out is worth a word.
const someWords = 4

// unused names what a message held that nothing was made of.
func (s *step) unused(left string) {
	words := 0
	for _, w := range strings.FieldsFunc(left, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		han := 0
		for _, r := range w {
			if unicode.Is(unicode.Han, r) {
				han++
			}
		}
		words += max(1, han)
	}
	switch {
	case words < someWords && !strings.ContainsRune(left, '@'):
	case s.r.Home.Private:
		s.say(notUsed, clipped(left))
	default: // where others read
		s.say(notTaken)
	}
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
	// A number or an address alone replaces the one there is: the summary shows it.
	values, left := guess(cmd, func(f *commands.Field) bool { return s.free(f) || f.Personal })
	left = strings.TrimSpace(left)
	if len(cmd.Values) == 0 && (len(values) == 0 || left != "" && !slices.Contains(changing, strings.ToLower(left)) || !worthGuessing(values, nil)) {
		s.wrong(nil, nil)
		return
	}
	for _, v := range values {
		if v.Field.Personal && !s.free(v.Field) {
			s.clear(v.Field)
		}
	}
	s.take(values, false)
	if len(cmd.Values) > 0 {
		s.unused(left)
	}
	s.advance()
}

// changing may stand before a new value.
var changing = []string{"改成", "换成", "改为", "加上", "改", "换", "change to", "change it to", "to", "use", "add"}

// accusedOf is the field of which a message gave a wrong value, else f.
func accusedOf(cmd commands.Command, f *commands.Field) *commands.Field {
	for _, p := range cmd.Problems {
		if p.Field != nil && f != nil {
			return p.Field
		}
	}
	return f
}

// wrong says what was wrong with an answer and asks again, with more help each
// time.
func (s *step) wrong(f *commands.Field, p *commands.Problem) { s.wrongAbout(f, f, p) }

// wrongAbout is wrong with help about another field than the one asked for.
func (s *step) wrongAbout(f, about *commands.Field, p *commands.Problem) {
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
		s.form(about)
	case 3:
		s.lead = append(s.lead, s.text(about.Why))
	default:
		switch {
		case s.r.Wrong%2 == 1: // by turns, never the same line over and over
			s.form(about)
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
