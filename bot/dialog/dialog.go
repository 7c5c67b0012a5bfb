// Package dialog decides: it takes a person's pending request and what has just
// happened, and returns the request as it must be stored, the replies in it,
// and what is to be done once it is stored.
//
// It is pure. It has no clock, no network, no store and no randomness, so a
// conversation can be replayed to the letter: the transcripts in testdata are
// its specification.
package dialog

import (
	"slices"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// Rules are the settings of a dialog. The zero value of each duration stands
// for its default.
type Rules struct {
	Site   cloudmonitor.Site // decides which channels suffice; default International
	Access Access            // who is served
	// NoLookup says that CloudMonitor cannot be asked which contacts exist: whose
	// they are is known from our own records only.
	NoLookup bool

	ReminderAfter time.Duration // silence until the one reminder; default 1 h
	ExpireAfter   time.Duration // silence until the request is dropped; default 24 h
	PatienceAfter time.Duration // how long a call takes until the wait is explained; default 2 s
	GiveUpAfter   time.Duration // how long a call is tried again; default 1 h
	Lease         time.Duration // how long a call may be under way until it counts as lost; default 1 min
	Remember      time.Duration // how long a message ID is remembered; default 1 h, more than Slack's last retry (5 min)
	FreshFor      time.Duration // how long the answer to a lookup holds; default 2 min
	KeepFor       time.Duration // how long what is known of a person is kept who has nothing pending; default 90 d
}

func (r Rules) withDefaults() Rules {
	if r.Site == "" {
		r.Site = cloudmonitor.International
	}
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&r.ReminderAfter, time.Hour)
	set(&r.ExpireAfter, 24*time.Hour)
	set(&r.PatienceAfter, 2*time.Second)
	set(&r.GiveUpAfter, time.Hour)
	set(&r.Lease, time.Minute)
	set(&r.Remember, time.Hour)
	set(&r.FreshFor, 2*time.Minute)
	set(&r.KeepFor, 90*24*time.Hour)
	return r
}

// Effects are what has to be stored with the request, and done after that. The
// replies are in the request's outbox.
type Effects struct {
	Claims     []state.Claim
	Allowances []state.Allowance
	// Wants are facts that the decision needs and was not given. Nothing else of it
	// counts then: it has to be made again.
	Wants Wants
	Call  *state.Task // to be called now
	// Deliver says that the outbox is to be delivered now; else its time has not
	// come.
	Deliver bool
	// Duplicate says that the message had been taken before; the request is
	// unchanged.
	Duplicate bool
	Event     Event
	// Problems are what is wrong with the fields of a form; the good ones were
	// taken, and the person still has the form before them.
	Problems []Problem
}

// Wants are facts of the store.
type Wants struct {
	Channels []state.Channel // how many activation messages they had
	Claim    string          // whose a contact is
	Owned    bool            // the person's contacts
}

// None reports whether nothing is wanted.
func (w Wants) None() bool { return len(w.Channels) == 0 && w.Claim == "" && !w.Owned }

// Known are facts that a decision wanted.
type Known struct {
	Allowances map[state.Channel]state.Allowance
	Claims     map[string]state.Registration // by the name of the contact
	Owned      []string
	HasOwned   bool
}

// A Problem is what is wrong with a field of a form, and the field's label, in
// the person's language.
type Problem struct{ Field, Label, Reason string }

// An Event is what a step amounted to, for logs and metrics.
type Event string

// Events worth counting.
const (
	Started   Event = "started"
	Cancelled Event = "cancelled"
	Expired   Event = "expired"
	Refused   Event = "refused" // by CloudMonitor
	Foreign   Event = "foreign" // the contact is another person's
	GaveUp    Event = "gave_up"
	Limited   Event = "limited" // too many submissions, or activation messages
	Denied    Event = "denied"  // the person is not served
	Removed   Event = "removed"
	Done      Event = "registered"
)

// Step decides what follows from an input. It changes nothing of its arguments.
func (rules Rules) Step(r state.Request, in Input, now time.Time) (state.Request, Effects) {
	return rules.StepKnowing(r, in, now, Known{})
}

// StepKnowing is Step with the facts that a first decision wanted.
func (rules Rules) StepKnowing(r state.Request, in Input, now time.Time, known Known) (state.Request, Effects) {
	s := &step{Rules: rules.withDefaults(), now: now, r: r.Clone(), known: known}
	s.admin = has(s.Access.Admins, r.Person, r.Person.User)
	switch in := in.(type) {
	case Message:
		if s.seen(in.ID) {
			return r, Effects{Duplicate: true}
		}
		s.message(in)
	case Filled:
		if s.seen(in.ID) {
			return r, Effects{Duplicate: true}
		}
		s.filled(in)
	case Left:
		if s.seen(in.ID) {
			return r, Effects{Duplicate: true}
		}
		s.left(in)
	case Looked:
		s.looked(in)
	case Opened:
		s.opened(in)
	case Wake:
		s.wake(in)
	case Result:
		s.result(in)
	case Delivered:
		s.delivered(in.Through)
		s.r.Missed = 0
	case Undelivered:
		s.delivered(in.Through)
		s.undelivered(in.After)
	default:
		panic("dialog: unknown kind of input")
	}
	s.release()
	if s.r.Phase != state.Idle && len(s.lead) > 0 { // nothing was said yet that it could lead
		s.r.Lead, s.r.Whispered = append(s.r.Lead, s.lead...), s.r.Whispered || s.r.Home.Private
	}
	// An alarm that is set for earlier stays: going off once for nothing is
	// cheaper than moving it with every message.
	if t := s.timer(); t.IsZero() || !s.r.Timer.After(now) || t.Before(s.r.Timer) {
		s.r.Timer = t
	}
	return s.r, s.fx
}

// maxSeen is how many message IDs are remembered, far more than a person types
// in Rules.Remember.
const maxSeen = 500

// step is one decision in the making.
type step struct {
	Rules
	now  time.Time
	r    state.Request
	fx   Effects
	lead []state.Part // what the next reply begins with
	// claim is whose the draft's contact is.
	claim    state.Registration
	known    Known
	admin    bool            // the person may act for others
	outcomes []state.Outcome // what the next reply tells of
	// questions are the replies of this step that do nothing but ask.
	questions []uint64
	exampled  bool   // the lead has an example already
	chosen    uint64 // the reply whose choice is heard; 0: it was typed
	summed    bool   // the summary is of this step: the person has not seen it
}

func (s *step) profile() commands.Profile {
	return commands.Profile{Name: s.r.Name, Mail: s.r.Mail, Phone: s.r.Phone, MailVerified: s.r.Verified}
}

// learn takes over what the platform knows of the person.
func (s *step) learn(p commands.Profile) {
	r := &s.r
	r.Name, r.Mail, r.Phone, r.Verified, r.Zone = p.Name, p.Mail, p.Phone, p.MailVerified, p.Zone
	switch {
	case p.Guest:
		s.vouched(state.Guest)
	case p.Member:
		s.vouched(state.Member)
	}
	if l := commands.MatchLanguage(p.Locale); l != "" && !r.Fixed {
		r.Language, r.Fixed = string(l), true
	}
}

// here notes where the person is and that they have done something.
func (s *step) here(from state.Address, platform commands.Language) {
	s.r.Home, s.r.Spoken = from, string(platform)
	s.r.Touched, s.r.Reminded = s.now, false
}

// seen reports whether a message was taken before.
func (s *step) seen(id string) bool {
	return id != "" && slices.ContainsFunc(s.r.Seen, func(m state.Seen) bool { return m.ID == id })
}

// see notes that a message is taken.
func (s *step) see(id string) {
	s.forget()
	if id != "" {
		s.r.Seen = append(s.r.Seen, state.Seen{ID: id, At: s.now})
		s.r.Seen = s.r.Seen[max(0, len(s.r.Seen)-maxSeen):]
	}
}

func (s *step) message(m Message) {
	s.claim = m.Claim
	s.here(m.From, m.Language)
	s.see(m.ID)
	if m.Member {
		s.vouched(state.Member)
	}
	switch {
	case !m.Stranger:
		s.learn(m.Profile)
	case s.r.TaskOf(state.Meet) != nil || !s.met():
		s.introduce(state.Heard{Text: m.Text, Choice: m.Choice, Unread: m.Unread})
		return
	}
	if s.stale(m.Choice, m.Text) {
		s.say(staleChoice)
		s.whereWeStand()
		return
	}
	s.heard(state.Heard{Text: m.Text, Choice: m.Choice, Unread: m.Unread})
}

// heard acts on something said.
func (s *step) heard(h state.Heard) {
	if s.turnedAway() {
		return
	}
	if h.Unread {
		s.say(onlyText)
		s.askAgain()
		return
	}
	s.chosen = h.Choice
	s.hear(h.Text)
	s.chosen = 0
}

// stale reports whether what was chosen belongs to a question that is answered
// already, or to a form that has ended.
func (s *step) stale(choice uint64, text string) bool {
	// A record that was deleted begins anew at its first reply: of what is not made
	// yet nothing can be chosen.
	return choice != 0 && (positional(text) && (choice > s.r.ReplyID || choice < s.r.Asked) ||
		choice < s.r.First && commands.Parse(text).Verb == commands.Cancel)
}

func (s *step) opened(in Opened) {
	s.here(in.From, in.Language)
	s.learn(in.Profile)
	if in.Member {
		s.vouched(state.Member)
	}
	if s.turnedAway() {
		return
	}
	if s.r.Phase == state.Idle {
		if s.r.Language == "" && s.r.Spoken == "" {
			s.lead = append(s.lead, state.Part{Text: welcome.EN}, state.Part{Text: welcome.ZH})
			s.reply(state.Plain)
			return
		}
		s.reply(state.Plain, s.text(welcome))
		return
	}
	s.lead = append(s.lead, s.text(welcomeBack))
	s.whereWeStand()
}

// add gives the request a task that is due now.
func (s *step) add(t state.Task) {
	s.r.TaskID++
	t.ID, t.Began, t.After, t.Until = s.r.TaskID, s.now, s.now, s.now.Add(s.GiveUpAfter)
	s.r.Tasks = append(s.r.Tasks, t)
}
