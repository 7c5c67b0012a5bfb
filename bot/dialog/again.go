package dialog

// Tries after the first: of what CloudMonitor does not take just now, and of what it
// has not answered.

import (
	"slices"
	"strings"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// Judge is what a look at a contact tells of the tries of a PutContact that had no
// answer. If it is Undone, another may be made.
func Judge(t state.Task, listed cloudmonitor.Listed, found bool) Result {
	r := Result{Task: t.ID}
	switch {
	case found && listed.Holds(t.Contact):
		r.Found = true
	case found != (t.Was != nil), found && !listed.Holds(*t.Was):
		r.Changed, r.Contact = true, listed
	default:
		r.Undone = true
	}
	return r
}

// changed asks what a contact is now, and whose, of which a look has shown that it
// is neither as it was nor as it was sent. One that shares no channel with what was
// sent was made by somebody else.
func (s *step) changed(t state.Task, in Result) {
	now := in.Contact.Contact
	ours := slices.ContainsFunc(commands.Fields(), func(f *commands.Field) bool {
		v := *f.Of(&t.Contact)
		return f.Need == commands.Channel && v != "" && strings.EqualFold(v, *f.Of(&now))
	})
	s.r.Unsure = s.r.Unsure || t.Was != nil || ours
	s.dropTasks(state.Put)
	s.dropClaim(in.Claim)
	s.check()
}

// putAgain schedules another try of a PutContact, if one is worth it.
func (s *step) putAgain(t *state.Task, in Result) bool {
	if in.Undone {
		t.Uncertain, t.Doubts = false, 0
	}
	if !in.Err.Uncertain {
		return s.again(t, in.Err)
	}
	t.Lease, t.Uncertain = time.Time{}, true
	wait := 10 * time.Second
	for range min(t.Lost, 5) {
		wait *= 3
	}
	wait = min(wait, 15*time.Minute)
	return in.Err.Temporary && s.lost(t, s.now.Add(max(wait, min(in.Err.RetryAfter, 10*time.Minute))))
}

// lost notes that a PutContact has had no answer, and reports whether it is tried
// again, and not before when: what is slow may be carried out yet. Each that may
// have been carried out may have sent activation messages: where a look can tell,
// it is looked first; elsewhere the tries are few, and each counts. Whether a
// contact was sent once more that exists just so, no look can tell.
func (s *step) lost(t *state.Task, when time.Time) bool {
	t.Uncertain, t.Lost, t.Doubts = true, t.Lost+1, t.Doubts+1
	t.Look = !s.NoLookup && (t.Was == nil || *t.Was != t.Contact)
	t.After = when
	if !when.Before(t.Until) || !t.Look && t.Doubts >= maxActivations {
		return false
	}
	if !t.Look {
		s.charge(*t)
	}
	return true
}

// again schedules another try of a task, if one is worth it.
func (s *step) again(t *state.Task, e *cloudmonitor.Error) bool {
	t.Lease = time.Time{}
	t.Uncertain = t.Uncertain || e.Uncertain
	wait := max(backoff(t.Tries, 2*time.Minute), min(e.RetryAfter, 10*time.Minute))
	if !e.Temporary || s.now.Add(wait).After(t.Until) {
		return false
	}
	t.After = s.now.Add(wait)
	return true
}

// explainWait tells once why a task takes long, and until when it is tried.
func (s *step) explainWait(t *state.Task, why commands.Text) {
	if t.Explained {
		return
	}
	t.Explained = true
	s.reply(state.Progress, s.text(why, s.moment(t.Until)))
}
