package dialog

// Getting to know a person before they are answered: in which language, with
// which proposals.

import (
	"time"

	"contactbot/commands"
	"contactbot/state"
)

// meetEvery is how long a profile counts as known.
const meetEvery = time.Hour

// meetFor is how long the platform is asked who somebody is of whom it is not
// known whether they are a member.
const meetFor = 15 * time.Minute

var findingOut = commands.Text{EN: "One moment, I am finding out whether you are a member of this workspace …", ZH: "请稍候，正在确认你是不是本企业的成员……"}

// met reports whether the stored profile is recent enough.
func (s *step) met() bool { return !s.r.Met.IsZero() && s.now.Sub(s.r.Met) < meetEvery }

// introduce keeps what a stranger said and has the platform asked who they are.
func (s *step) introduce(h state.Heard) {
	s.hold(h)
	if s.r.TaskOf(state.Meet) == nil {
		s.add(state.Task{Kind: state.Meet})
		s.r.TaskOf(state.Meet).Until = s.now.Add(meetFor)
		s.meetAgain()
	}
}

// meetAgain asks the platform, now: this needs no turn. After a crash it is
// asked again.
func (s *step) meetAgain() {
	t := s.r.TaskOf(state.Meet)
	if t == nil || !t.Lease.IsZero() || s.fx.Call != nil || s.now.Before(t.After) {
		return
	}
	t.Lease = s.now.Add(s.Lease)
	t.Tries++
	call := *t
	s.fx.Call = &call
}

// acquainted goes on with what was said, now that the person is known. A
// profile that could not be had is asked for again with the next message.
func (s *step) acquainted(in Result) {
	t := s.r.TaskOf(state.Meet)
	s.doubted()
	if in.Profile == nil && !in.Never && s.r.Standing == state.Unknown && s.now.Before(t.Until) {
		// Who may be a guest is not answered: it is asked again.
		t.Lease, t.After = time.Time{}, s.now.Add(max(backoff(t.Tries, time.Minute), min(in.After, maxRest)))
		if !t.Explained {
			t.Explained = true
			s.reply(state.Progress, s.text(findingOut))
		}
		return
	}
	s.dropTasks(state.Meet)
	if in.Profile != nil {
		s.r.Met = s.now
		s.learn(*in.Profile)
	}
}

// looked lists the person's contacts where they look at them.
func (s *step) looked(in Looked) {
	if in.Profile != nil {
		s.learn(*in.Profile)
	}
	s.r.Spoken = string(in.Language)
	s.doubted()
	if s.turnedAwayAt(in.To, s.Access.serves(s.r.Person, "")) {
		return
	}
	s.listMine(in.To)
}

// maxErrands is how many lists of contacts are on their way to a person at once.
const maxErrands = 3

// listMine has CloudMonitor asked for the person's contacts, unless an answer is
// on its way to the same place.
func (s *step) listMine(to state.Address) {
	errands := 0
	for _, t := range s.r.Tasks {
		if t.Kind == state.Mine {
			errands++
			if t.To == to {
				return
			}
		}
	}
	if errands < maxErrands {
		s.add(state.Task{Kind: state.Mine, To: to})
	}
}

// positional reports whether a word means something only as the answer to one
// question.
func positional(text string) bool {
	switch commands.Parse(text).Verb {
	case commands.Yes, commands.No, commands.Skip, commands.Back, commands.Continue, commands.New:
		return true
	default:
		return false
	}
}
