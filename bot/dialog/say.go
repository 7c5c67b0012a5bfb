package dialog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"contactbot/commands"
	"contactbot/state"
)

// deliverLease is how long a delivery may be under way until it is tried again.
const deliverLease = 30 * time.Second

// maxRest is how long a platform may ask to be left alone.
const maxRest = 15 * time.Minute

// maxOutbox is how many replies wait for a platform that cannot be reached; the
// oldest give way.
const maxOutbox = 100

func (s *step) language() commands.Language {
	return commands.Language(cmp.Or(s.r.Language, s.r.Spoken, string(commands.English)))
}

// words fills in a sentence in the person's language.
func (s *step) words(t commands.Text, args ...any) string {
	if len(args) == 0 {
		return t.In(s.language())
	}
	return fmt.Sprintf(t.In(s.language()), args...)
}

func (s *step) text(t commands.Text, args ...any) state.Part {
	return state.Part{Text: s.words(t, args...)}
}

func (s *step) hint(t commands.Text, args ...any) state.Part {
	return state.Part{Hint: s.words(t, args...)}
}

// say puts a sentence before whatever the reply turns out to be.
func (s *step) say(t commands.Text, args ...any) { s.lead = append(s.lead, s.text(t, args...)) }

// reply queues a reply to where the person last spoke, led by what was said
// before.
func (s *step) reply(tone state.Tone, parts ...state.Part) *state.Reply {
	return s.replyTo(s.r.Home, tone, parts...)
}

func (s *step) replyTo(to state.Address, tone state.Tone, parts ...state.Part) *state.Reply {
	s.r.ReplyID++
	if tone == state.Question && len(s.lead) == 0 {
		s.questions = append(s.questions, s.r.ReplyID)
	}
	s.r.Outbox = append(s.r.Outbox, state.Reply{
		ID: s.r.ReplyID, To: to, Made: s.now, Language: string(s.language()),
		Tone: tone, Lead: len(s.lead), Parts: append(s.lead, parts...), Audit: s.outcomes,
	})
	s.lead, s.r.Took, s.outcomes = nil, nil, nil
	if len(s.r.Outbox) > maxOutbox { // the oldest, of which nothing has to be audited
		if at := slices.IndexFunc(s.r.Outbox, func(r state.Reply) bool { return len(r.Audit) == 0 }); at >= 0 {
			s.r.Outbox = slices.Delete(s.r.Outbox, at, at+1)
		}
	}
	s.r.Deliver, s.fx.Deliver = s.now.Add(deliverLease), true
	return &s.r.Outbox[len(s.r.Outbox)-1]
}

func (s *step) choice(word commands.Text) state.Choice {
	w := s.words(word)
	return state.Choice{Label: w, Say: w}
}

func (s *step) primary(word commands.Text) state.Choice {
	c := s.choice(word)
	c.Primary = true
	return c
}

// shown is a field's value as the readers of an address may see it.
func (s *step) shown(f *commands.Field, value string, to state.Address) string {
	switch {
	case value == "":
		return ""
	case f.Personal && !to.Private:
		return f.Mask(value)
	default:
		return f.Show(value, s.language())
	}
}

// facts are the draft's values, and what they were before where they change.
func (s *step) facts() state.Part {
	var facts []state.Fact
	was := s.r.Was
	for _, f := range commands.Fields() {
		v := *f.Of(&s.r.Draft)
		fact := state.Fact{Label: s.words(f.Label), Value: s.shown(f, v, s.r.Home)}
		if was != nil {
			if old := *f.Of(was); old != v && old != "" {
				fact.Was = s.shown(f, old, s.r.Home)
			} else if old == "" && v != "" {
				fact.Was = s.words(noneBefore)
			}
			if f.Link && v != *f.Of(was) {
				fact.Note = s.words(toActivate)
			}
		}
		switch s.r.Origins[f.Name] {
		case state.Guessed:
			fact.Note = s.words(myGuess)
		case state.Proposed:
			fact.Note = s.words(myProposal)
		}
		if v != "" {
			facts = append(facts, fact)
		}
	}
	return state.Part{Facts: facts}
}

// form says what values fit a field; the question behind it needs no example.
func (s *step) form(f *commands.Field) {
	s.lead = append(s.lead, s.hint(formHint, s.words(f.Form), s.words(f.Example)))
	s.exampled = true
}

// gotIt repeats the values that a message gave, unless they are the answer to
// the question itself: what was understood should be seen.
func (s *step) gotIt() {
	var values []string
	for _, f := range commands.Fields() {
		if slices.Contains(s.r.Took, f.Name) && !s.free(f) {
			values = append(values, s.words(f.Label)+" "+s.shown(f, s.value(f), s.r.Home))
		}
	}
	if len(values) > 0 {
		s.say(gotItText, strings.Join(values, " · "))
	}
}

// labels lists fields by their labels: "mail, webhook".
func (s *step) labels(fields []*commands.Field) string {
	var names []string
	for _, f := range fields {
		names = append(names, s.words(f.Label))
	}
	return strings.Join(names, s.words(commands.Text{EN: ", ", ZH: "、"}))
}

// moment is a time of day, and how far off it is: on the person's own clock, or
// with the zone it is in.
func (s *step) moment(t time.Time) string {
	clock := t.In(s.now.Location()).Format("15:04 MST")
	if s.r.Zone != nil {
		clock = t.In(time.FixedZone("", *s.r.Zone)).Format("15:04")
	}
	if hours := int(t.Sub(s.now).Round(time.Hour) / time.Hour); hours > 2 {
		return s.words(momentHours, clock, hours)
	}
	minutes := int(t.Sub(s.now).Round(time.Minute) / time.Minute)
	return s.words(momentText, clock, max(minutes, 1))
}

// delivered takes replies out of the outbox.
func (s *step) delivered(through uint64) {
	kept := s.r.Outbox[:0]
	for _, reply := range s.r.Outbox {
		if reply.ID > through {
			kept = append(kept, reply)
		}
	}
	s.r.Outbox = kept
}

// undelivered puts the next delivery off: 2 s, 4 s, … up to 5 min, or for as
// long as the platform wants.
func (s *step) undelivered(after time.Duration) {
	s.r.Missed++
	if s.r.Missed > 1 { // the place may be gone: go where the person spoke last
		for i := range s.r.Outbox {
			if r := &s.r.Outbox[i]; !r.To.Bound && (s.r.Home.Private || !r.To.Private) {
				r.To = s.r.Home
			}
		}
	}
	s.r.Deliver = s.now.Add(max(backoff(s.r.Missed, 5*time.Minute), min(after, maxRest)))
}

// backoff is the wait after a number of failures in a row.
func backoff(failures int, most time.Duration) time.Duration {
	wait := time.Second << min(failures, 12)
	return min(wait, most)
}
