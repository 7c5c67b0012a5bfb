package dialog

import (
	"slices"
	"strings"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// agree takes the person's yes to the summary.
func (s *step) agree() {
	if s.summed || !s.r.Summed { // said before the summary was there to be read
		s.confirm()
		return
	}
	s.r.Agreed = true
	s.queue()
}

// queue hands the draft to CloudMonitor, as soon as its turn comes. The claim to
// the contact is stored in the same write: otherwise a crash before the answer
// would make a person's own contact look foreign.
func (s *step) queue() {
	if s.unchecked() || s.now.Sub(s.r.Check.At) > s.FreshFor {
		s.check() // it may have changed since
		return
	}
	if s.claim.Exists() && s.claim.Owner != s.r.Person && !s.admin {
		// Somebody claimed it between the check and now.
		s.refuseName(Result{Claim: s.claim})
		return
	}
	if !s.withinLimits() {
		return
	}
	s.leaveQuestion()
	s.r.Phase, s.r.Refusal = state.Queued, ""
	s.add(state.Task{Kind: state.Put, Contact: s.r.Draft, Was: s.r.Was})
	// A claim that this very step gives up is kept, and one that an earlier form
	// has made and nothing has settled is this form's.
	s.fx.Claims = slices.DeleteFunc(s.fx.Claims, func(c state.Claim) bool { return c.Drop && c.Contact == s.claim.Contact && c.Owner == s.r.Person })
	if s.claim.Exists() && s.claim.Owner == s.r.Person && s.claim.Settled.IsZero() {
		s.r.Claimed = true
	}
	if !s.claim.Exists() {
		s.r.Claimed = true
		s.fx.Claims = append(s.fx.Claims, state.Claim{Registration: state.Registration{
			Contact: s.r.Draft.Name, Owner: s.r.Person, Claimed: s.now,
		}})
	}
	s.reply(state.Progress, s.text(sendingNow, s.r.Draft.Name))
}

// overtaken reports whether the contact of a call that is about to go out has
// become somebody else's, or nobody's, since it was queued. The call is then not
// made.
func (s *step) overtaken(t state.Task) bool {
	theirs := s.claim.Exists() && s.claim.Owner != s.r.Person
	// Without lookups a contact may be changed that nobody has claimed here.
	gone := !s.claim.Exists() && (t.Kind == state.Delete || !s.NoLookup)
	switch {
	case s.admin || !theirs && !gone:
		return false
	case t.Kind == state.Delete:
		s.outcome(state.Outcome{Action: "remove", Result: string(Foreign), Contact: t.Contact.Name})
		s.say(notYours, t.Contact.Name)
		s.stay()
	case theirs:
		s.dropTasks(state.Put)
		s.refuseName(Result{Claim: s.claim})
	default:
		s.dropTasks(state.Put)
		s.check() // whose is it now?
	}
	return true
}

// withdraw takes a waiting PutContact back. It reports whether an earlier try
// may have been carried out; the claim then stays.
func (s *step) withdraw() bool {
	t := s.r.TaskOf(state.Put)
	if t == nil {
		return false
	}
	s.r.Unsure = s.r.Unsure || t.Uncertain
	if !s.r.Unsure {
		s.refund(*t)
	}
	s.dropTasks(state.Put)
	s.r.Phase, s.r.Agreed, s.r.Direct = state.Confirming, false, false
	s.dropClaim(s.claim)
	return s.r.Unsure
}

// dropClaim gives up the claim that this form has made, unless a PutContact has
// settled it, or may have.
func (s *step) dropClaim(c state.Registration) {
	// One that this very step has made is not made.
	made := len(s.fx.Claims)
	s.fx.Claims = slices.DeleteFunc(s.fx.Claims, func(c state.Claim) bool { return !c.Drop && !c.Exists() && c.Settled.IsZero() })
	if len(s.fx.Claims) < made {
		s.r.Claimed = false
		return
	}
	if s.r.Claimed && !s.r.Unsure && c.Exists() && c.Owner == s.r.Person && c.Settled.IsZero() {
		s.r.Claimed = false
		s.fx.Claims = append(s.fx.Claims, state.Claim{Registration: c, Drop: true})
	}
}

// result goes on with how a task ended. A task that was withdrawn in between
// has no result any more.
func (s *step) result(in Result) {
	t := s.r.Task(in.Task)
	if t == nil {
		return
	}
	s.claim = in.Claim
	if t.Kind != state.Mine && t.Kind != state.Meet {
		s.r.Touched, s.r.Reminded = s.now, false // the person has the word again
	}
	switch t.Kind {
	case state.Lookup:
		if !s.r.Whispered || s.r.Home.Private {
			s.lead = s.r.Lead
		}
		s.r.Lead = nil
		if in.Err != nil {
			s.checkFailed(t, in.Err)
		} else {
			s.dropTasks(state.Lookup)
			s.checked(in)
		}
	case state.Put:
		switch {
		case in.Changed:
			s.changed(*t, in)
		case in.Err == nil:
			s.done(*t, in)
		case s.putAgain(t, in):
			s.r.Phase = state.Queued
			s.explainWait(t, busy)
		default:
			s.refused(*t, in)
		}
	case state.Delete:
		s.removed(t, in)
	case state.Meet:
		s.acquainted(in)
	case state.Mine:
		if in.Err != nil && s.again(t, in.Err) {
			return
		}
		to := t.To
		s.r.Tasks = slices.DeleteFunc(s.r.Tasks, func(o state.Task) bool { return o.ID == in.Task })
		if in.Err != nil {
			s.replyTo(to, state.Failure, s.text(cause(in.Err)))
			return
		}
		s.mine(to, in.Mine, in.More)
	default:
		panic("dialog: unknown kind of task " + string(t.Kind))
	}
}

// done tells of a success and closes the form.
func (s *step) done(t state.Task, in Result) {
	settled := in.Claim
	if !settled.Exists() { // an administrator's, or the claim was lost with a restored backup
		settled.Contact, settled.Owner, settled.Claimed = t.Contact.Name, s.r.Person, s.now
	}
	settled.Settled, settled.RequestID = s.now, in.RequestID
	s.fx.Claims = append(s.fx.Claims, state.Claim{Registration: settled})
	s.fx.Event = Done

	o := s.aboutDraft(t.Contact, "done")
	o.RequestID = in.RequestID
	s.outcome(o)
	var links []*commands.Field
	for _, c := range s.activated(t.Contact) {
		links = append(links, commands.Named(c.Field))
	}
	title := registered
	switch {
	case s.r.Was == nil:
	case *s.r.Was == t.Contact:
		title = sentAgain
	default:
		title = changedText
	}
	parts := []state.Part{s.text(title, t.Contact.Name)}
	if len(links) > 0 {
		parts = append(parts, s.text(openLinks, s.labels(links)))
	}
	if s.r.Was == nil { // an existing contact may be in groups already
		parts = append(parts, s.hint(groupHint))
	}
	if in.Found {
		parts = append(parts, s.hint(answerLost))
	} else {
		parts = append(parts, state.Part{Verbatim: "RequestId: " + in.RequestID})
	}
	s.reset()
	s.reply(state.Success, parts...).Choices = []state.Choice{s.choice(sayMe)}
}

// refused tells that CloudMonitor will not take the contact, or could not be
// reached for too long, and asks what to mend. Everything is kept.
func (s *step) refused(t state.Task, in Result) {
	s.dropTasks(state.Put)
	s.r.Unsure = s.r.Unsure || t.Uncertain
	s.dropClaim(in.Claim)
	s.r.Phase, s.r.Asking, s.r.Agreed, s.r.Direct, s.r.Wrong = state.Asking, "", false, false, 0
	s.r.Summed = true // what was sent was shown before, or said in so many words
	title := map[bool]commands.Text{true: refusedUnsure, false: refusedText}
	s.fx.Event = Refused
	if in.Err.Temporary {
		title = map[bool]commands.Text{true: gaveUpUnsure, false: gaveUp}
		s.fx.Event = GaveUp
		if t.Doubts >= maxActivations {
			title[true] = gaveUpDoubts
		}
	}
	o := s.aboutDraft(t.Contact, string(s.fx.Event))
	o.Code, o.RequestID = in.Err.Code, in.Err.RequestID
	s.outcome(o)
	if !s.r.Unsure {
		s.refund(t)
	}
	s.failure(title[s.r.Unsure], in.Err)
}

// failure gives the cause and the next step, then CloudMonitor's own words, and
// asks for the field that it complains of, or what to mend.
func (s *step) failure(title commands.Text, e *cloudmonitor.Error) {
	s.say(title)
	s.say(cause(e))
	if v := s.verbatim(e, s.r.Home); v != "" {
		s.lead = append(s.lead, state.Part{Verbatim: v})
	}
	s.r.Refusal = s.verbatim(e, state.Address{Private: true})
	if !s.r.Home.Private && e.Message != "" {
		s.lead = append(s.lead, s.hint(notInGroup))
	}
	if f := accused(e); f != nil {
		s.r.Asking = f.Name
	}
	first := len(s.r.Outbox)
	s.ask()
	s.r.Outbox[first].Tone = state.Failure
}

// verbatim is CloudMonitor's code, message and request ID as they came. The
// message may repeat a value: where others read, it is left out.
func (s *step) verbatim(e *cloudmonitor.Error, to state.Address) string {
	var lines []string
	for _, line := range []struct {
		label, value string
		private      bool
	}{
		{"Code", e.Code, false}, {"Message", e.Message, true}, {"RequestId", e.RequestID, false},
	} {
		if line.value != "" && (to.Private || !line.private) {
			lines = append(lines, line.label+": "+line.value)
		}
	}
	return strings.Join(lines, "\n")
}

// accused is the one field whose parameter the message names, or nil.
func accused(e *cloudmonitor.Error) *commands.Field {
	var found *commands.Field
	if !strings.HasPrefix(e.Code, "Invalid") && e.Code != "400" {
		return nil
	}
	for _, f := range commands.Fields() {
		if strings.Contains(e.Message, f.Param) {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}
