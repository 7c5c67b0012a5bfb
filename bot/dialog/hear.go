package dialog

// What is heard, and whose turn it is to act on it.

import (
	"slices"
	"strings"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// hear acts on what a person said.
func (s *step) hear(text string) {
	cmd := commands.Parse(text)
	s.listen(cmd)
	if s.anywhere(cmd) {
		return
	}
	switch s.r.Phase {
	case state.Idle:
		s.hearIdle(text, cmd)
	case state.Asking, state.Confirming:
		s.hearForm(text, cmd)
	case state.Checking:
		s.hearChecking(text, cmd)
	case state.Queued:
		s.hearQueued(text, cmd)
	case state.Sending, state.Removing:
		s.whereWeStand()
	case state.Leaving:
		s.hearLeaving(cmd)
	default:
		panic("dialog: unknown phase " + string(s.r.Phase))
	}
}

// listen notes the language of what was said, unless it is settled.
func (s *step) listen(cmd commands.Command) {
	if s.r.Language == "" && s.r.Spoken == string(commands.Chinese) && cmd.Language != commands.Chinese && len(strings.Fields(cmd.Text)) < 2 {
		return // “ok”, “hi” and “?” are what Chinese people write, too
	}
	if cmd.Language == "" && cmd.Verb != commands.None && s.r.Language == "" {
		cmd.Language = commands.English // a single English word tells little, but more than nothing
	}
	if cmd.Language == "" || s.r.Fixed {
		return
	}
	known := s.r.Language != ""
	answer := cmd.Verb == commands.None && len(cmd.Values) == 0
	switch {
	case !known, !answer:
	case cmd.Language != commands.Chinese:
		return // "ECS" or "alice" is what a Chinese engineer writes, too
	case s.asking() != nil && !s.asking().Literal:
		return // 张三 is a name in any conversation
	}
	s.r.Language = string(cmd.Language)
}

// anywhere acts on the words that work at any point and change nothing of the
// form, and on cancel.
func (s *step) anywhere(cmd commands.Command) bool {
	switch cmd.Verb {
	case commands.Cancel:
		s.cancel()
	case commands.Help:
		if cmd.Topic != nil {
			s.explain(cmd.Topic)
		} else {
			s.help()
		}
	case commands.Why:
		topic := cmd.Topic
		if topic == nil {
			topic = s.asking()
		}
		if topic == nil {
			s.help()
		} else {
			s.explain(topic)
		}
	case commands.Show:
		s.whereWeStand()
	case commands.Wait:
		s.say(takeYourTime)
		if s.r.Phase == state.Idle {
			s.reply(state.Plain)
		} else {
			s.askAgain()
		}
	case commands.Me:
		s.listMine(s.r.Home)
	case commands.Delete:
		s.unregister(cmd)
	case commands.Speak:
		s.r.Language, s.r.Fixed, s.r.Chosen = string(cmd.Speak), true, true
		s.say(speaking)
		s.whereWeStand()
	default:
		return false
	}
	return true
}

func (s *step) hearIdle(text string, cmd commands.Command) {
	switch cmd.Verb {
	case commands.Register, commands.New:
		s.start(cmd)
	case commands.None:
		if cmd.Topic != nil && len(cmd.Values) == 0 {
			s.changeWhich(cmd.Topic)
			return
		}
		if name := s.ownName(cmd); name != "" {
			s.change(name, nil)
			return
		}
		values, _ := commands.Guess(cmd.Rest, func(f *commands.Field) bool { return f.Personal })
		if len(cmd.Values) > 0 || len(values) > 0 && !cmd.Quoted || labelled(cmd.Problems) {
			s.start(cmd)
			return
		}
		s.problems(cmd)
		s.reply(state.Plain, s.text(notUnderstoodIdle)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayHelp)}
	case commands.Hello:
		s.reply(state.Plain, s.text(welcome)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayHelp)}
	default:
		s.reply(state.Plain, s.text(nothingPending)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayHelp)}
	}
}

// labelled reports whether somebody meant to give a field's value.
func labelled(problems []*commands.Problem) bool {
	for _, p := range problems {
		if p.Field != nil {
			return true
		}
	}
	return false
}

// start begins a form with what the message gives.
func (s *step) start(cmd commands.Command) {
	s.reset()
	s.fx.Event = Started
	s.r.Begun, s.r.First = s.now, s.r.ReplyID+1
	bare := len(cmd.Values) == 0 && cmd.Rest == ""
	s.r.Brief = !bare
	s.r.Direct = !bare && cmd.Rest == "" && len(cmd.Problems) == 0
	s.take(cmd.Values, true)
	if cmd.Rest != "" {
		values, left := guess(cmd, s.free)
		s.take(values, false)
		s.unused(left)
	}
	s.problems(cmd)
	switch {
	case bare:
		s.say(letsStart)
	case s.r.Draft.Name == "" && cmd.Verb == commands.None: // perhaps a change was meant
		if s.proposeMine() {
			return
		}
		s.say(whichContact)
	}
	s.advance()
}

// proposeMine asks whether the person's only contact is meant; false if they have
// none, or several.
func (s *step) proposeMine() bool {
	if !s.known.HasOwned {
		s.fx.Wants.Owned = true // it is decided again
		return false
	}
	if len(s.known.Owned) != 1 {
		return false
	}
	s.r.Phase, s.r.Asking, s.r.Proposal, s.r.Direct = state.Asking, nameField().Name, s.known.Owned[0], false
	s.say(changeMine, s.known.Owned[0])
	s.ask()
	return true
}

// ownName is the name of the person's contact that a message consists of, or "".
func (s *step) ownName(cmd commands.Command) string {
	name, _, problem := nameField().Clean(cmd.Rest)
	switch {
	case problem != nil || len(cmd.Values) > 0:
	case !s.known.HasOwned:
		s.fx.Wants.Owned = true // it is decided again
	case slices.Contains(s.known.Owned, name):
		return name
	}
	return ""
}

// change begins a change of the person's contact; topic, which may be nil, is what
// they want to change.
func (s *step) change(name string, topic *commands.Field) {
	s.start(commands.Command{Verb: commands.Register, Values: []commands.Value{{Field: nameField(), Text: name}}})
	s.r.Took = nil // they know its name
	if topic != nil {
		s.r.Wanted = append(s.r.Wanted, topic.Name)
	}
}

// changeWhich asks which of the person's contacts is to be changed, if there are
// several.
func (s *step) changeWhich(topic *commands.Field) {
	if !s.known.HasOwned {
		s.fx.Wants.Owned = true // it is decided again
		return
	}
	mine := s.known.Owned
	if len(mine) == 0 {
		s.reply(state.Plain, s.text(noneMine)).Choices = []state.Choice{s.primary(sayRegister), s.choice(sayHelp)}
		return
	}
	if len(mine) == 1 && !isName(topic) {
		s.change(mine[0], topic)
		return
	}
	reply := s.reply(state.Plain, s.text(changeWhich))
	for _, name := range mine[:min(len(mine), maxChanges)] {
		reply.Choices = append(reply.Choices, state.Choice{Label: s.words(changeLabel, name), Say: s.words(sayChange, name)})
	}
}

func guess(cmd commands.Command, free func(*commands.Field) bool) ([]commands.Value, string) {
	if cmd.Quoted {
		return nil, cmd.Rest
	}
	return commands.Guess(cmd.Rest, free)
}

func (s *step) hearForm(text string, cmd commands.Command) {
	if s.r.Offered != nil && s.answerOffer(cmd) {
		return
	}
	switch cmd.Verb {
	case commands.Register:
		switch bare := cmd.Rest == "" && len(cmd.Values) == 0 && len(cmd.Problems) == 0; {
		case bare && (s.chosen != 0 || s.r.Draft == (cloudmonitor.Contact{})):
			s.askAgain() // nothing is there to go on with, or the form is wanted
		case s.r.Draft == (cloudmonitor.Contact{}):
			s.start(cmd) // nothing is lost
		case !bare && cmd.Rest == "" && s.sameContact(cmd.Values):
			s.answer(cmd)
		default:
			s.r.Offered = &state.Heard{Text: text[:min(len(text), commands.MaxText+1)]}
			s.offer()
		}
	case commands.New:
		s.say(startedAnew)
		s.start(cmd)
	case commands.Continue, commands.Hello:
		s.whereWeStand()
	case commands.Back:
		if cmd.Topic != nil {
			s.askFor(cmd.Topic)
		} else {
			s.back()
		}
	case commands.Skip:
		s.skip(cmd.Topic)
	case commands.Yes:
		s.yes()
	case commands.No:
		s.no()
	case commands.None:
		s.answer(cmd)
	default:
		panic("dialog: unknown verb in a form")
	}
}

// sameContact reports whether values are for the contact of the draft.
func (s *step) sameContact(values []commands.Value) bool {
	for _, v := range values {
		if isName(v.Field) && s.r.Draft.Name != "" && v.Text != s.r.Draft.Name {
			return false
		}
	}
	return true
}

// offer asks whether to go on with what is pending or to start anew.
func (s *step) offer() {
	reply := s.reply(state.Question, s.text(alreadyPending), s.facts(), s.hint(offerHint))
	// The form would go on with what is pending: where something else was meant,
	// that has to be asked first.
	wish := commands.Parse(s.r.Offered.Text)
	s.asks(reply, s.primary(sayContinue), s.choice(sayNew)).Form = wish.Rest == "" && len(wish.Values) == 0
}

// answerOffer takes the answer to offer. Anything but a choice goes on.
func (s *step) answerOffer(cmd commands.Command) bool {
	offered := *s.r.Offered
	s.r.Offered = nil
	switch cmd.Verb {
	case commands.Yes, commands.Continue:
		s.say(goingOn)
		s.whereWeStand()
	case commands.New, commands.No:
		s.say(startedAnew)
		s.start(commands.Parse(offered.Text))
	default:
		return false
	}
	return true
}

func (s *step) hearQueued(text string, cmd commands.Command) {
	switch {
	case cmd.Verb == commands.None && (len(cmd.Values) > 0 || len(cmd.Problems) > 0):
		// A correction while CloudMonitor is down: the submission is held back
		// until it is confirmed again.
		s.withdraw()
		s.say(heldBack)
		s.answer(cmd)
	case cmd.Verb == commands.No, cmd.Verb == commands.Back:
		s.withdraw()
		s.say(heldBack)
		s.confirm()
	case cmd.Verb == commands.Yes && !s.reached(s.r.TaskOf(state.Put).Began, s.PatienceAfter):
		// a second click on “submit”: it is being done
	default:
		if cmd.Verb == commands.Register || cmd.Verb == commands.New {
			s.say(oneAtATime)
		}
		s.reply(state.Progress, s.text(stillQueued, s.r.Draft.Name, s.moment(s.r.TaskOf(state.Put).Until)))
	}
}

// cancel leaves the form, unless it cannot be stopped any more.
func (s *step) cancel() {
	switch s.r.Phase {
	case state.Idle:
		s.reply(state.Plain, s.text(nothingPending)).Choices = []state.Choice{s.primary(sayRegister)}
		return
	case state.Leaving:
		s.stay()
		return
	case state.Sending, state.Removing:
		s.whereWeStand()
		return
	}
	s.withdraw()
	unsure := s.r.Unsure
	s.reset()
	s.fx.Event = Cancelled
	if unsure {
		s.reply(state.Warning, s.text(cancelledUnsure))
		return
	}
	s.reply(state.Plain, s.text(cancelled)).Choices = []state.Choice{s.choice(sayRegister)}
}
