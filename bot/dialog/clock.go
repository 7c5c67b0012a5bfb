package dialog

import (
	"time"

	"contactbot/cloudmonitor"
	"contactbot/state"
)

// longestForm is how long a form stays open, however often it is touched.
const longestForm = 7 * 24 * time.Hour

// staleReply is the age at which an undeliverable reply is given up: by then
// the request it speaks of has expired, too.
const staleReply = 24 * time.Hour

// timer is when the request has to be looked at again although nothing happens.
func (s *step) timer() time.Time {
	var timer time.Time
	soonest := func(t time.Time) {
		if timer.IsZero() || t.Before(timer) {
			timer = t
		}
	}
	for _, t := range s.r.Tasks {
		if s.restless(t) {
			soonest(t.Began.Add(s.PatienceAfter))
		}
	}
	if n := len(s.r.Sent); n > 0 {
		soonest(s.r.Sent[n-1].Add(submissionSpan))
	}
	if s.forgettable() && s.r.Chosen { // else the record goes as a whole, with Seen
		soonest(s.r.Touched.Add(s.Remember))
	}
	if !s.r.Denied.IsZero() {
		soonest(s.r.Denied.Add(time.Hour))
	}
	if s.r.Phase == state.Idle && s.r.Chosen {
		soonest(s.r.Touched.Add(s.KeepFor))
	}
	if s.waitsForPerson() {
		if !s.r.Reminded && s.r.Phase != state.Leaving {
			soonest(s.r.Touched.Add(s.ReminderAfter))
		}
		soonest(s.r.Touched.Add(s.ExpireAfter))
		soonest(s.r.Begun.Add(longestForm))
	}
	if len(s.r.Seen) > 0 {
		// All at once, with the last: one wake a conversation is enough.
		soonest(s.r.Seen[len(s.r.Seen)-1].At.Add(s.Remember + time.Second))
	}
	return timer
}

// restless reports whether a wait for a call has to be explained once it is
// long: once a form, and once an errand.
func (s *step) restless(t state.Task) bool {
	return t.Kind != state.Meet && !t.Explained && (t.Kind == state.Mine || !s.r.Soothed)
}

func (s *step) soothe(t *state.Task) {
	to := s.r.Home
	if t.Kind == state.Mine {
		t.Explained, to = true, t.To
	} else {
		s.r.Soothed = true
	}
	lead := s.lead
	s.lead = nil
	s.replyTo(to, state.Progress, s.text(patience))
	s.lead = lead
}

func (s *step) waitsForPerson() bool {
	return s.r.Phase == state.Asking || s.r.Phase == state.Confirming || s.r.Phase == state.Leaving
}

// reached reports whether a span after a moment has passed.
func (s *step) reached(from time.Time, after time.Duration) bool {
	return !s.now.Before(from.Add(after))
}

// wake does what has become due.
func (s *step) wake(in Wake) {
	s.claim = in.Claim
	s.leases(in.Void)
	if in.Grant != "" {
		s.grant(in.Grant)
	}
	s.meetAgain() // with the next wake, if there is a call already
	for i := range s.r.Tasks {
		if t := &s.r.Tasks[i]; s.restless(*t) && s.reached(t.Began, s.PatienceAfter) {
			s.soothe(t)
		}
	}
	switch {
	case !s.waitsForPerson():
	case s.r.Phase == state.Leaving && s.reached(s.r.Touched, s.ExpireAfter):
		s.stay()
	case s.reached(s.r.Touched, s.ExpireAfter), s.reached(s.r.Begun, longestForm):
		s.fx.Event = Expired
		if s.r.Unsure {
			s.say(expiredUnsure)
		} else {
			s.say(expired)
		}
		s.reset()
		s.reply(state.Warning).Choices = []state.Choice{s.primary(sayRegister)}
	case !s.r.Reminded && s.r.Phase != state.Leaving && s.reached(s.r.Touched, s.ReminderAfter):
		s.r.Reminded = true
		s.say(reminder, s.moment(s.r.Touched.Add(s.ExpireAfter)))
		s.whereWeStand()
	}
	s.forget()
	s.dropStale()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// usual is how long a call of CloudMonitor usually takes at most.
const usual = 3 * time.Second

// leases puts calls back into their queue whose holder is gone. Such a call may
// have been carried out; PutContact is an upsert, so it is simply made again.
func (s *step) leases(void time.Time) {
	gone := func(lease time.Time, lasts time.Duration) bool {
		return !s.now.Before(lease) || !void.IsZero() && lease.Before(void.Add(lasts))
	}
	var late []state.Task
	for i := range s.r.Tasks {
		t := &s.r.Tasks[i]
		if t.Lease.IsZero() || !gone(t.Lease, s.Lease) {
			continue
		}
		made := t.Lease.Add(-s.Lease)
		t.Lease, t.After = time.Time{}, s.now
		again := s.now.Before(t.Until)
		switch t.Kind {
		case state.Put:
			s.r.Phase = state.Queued
			again = s.lost(t, later(s.now, made.Add(usual)))
		case state.Delete:
			t.Uncertain = true
		}
		if !again {
			late = append(late, *t)
		}
	}
	for _, t := range late { // it was tried for long enough
		in := Result{Task: t.ID, Claim: s.claim, Err: &cloudmonitor.Error{Action: string(t.Kind), Temporary: true}}
		if t.Kind == state.Put {
			s.refused(t, in)
		} else {
			s.result(in)
		}
	}
	if len(s.r.Outbox) > 0 && gone(s.r.Deliver, deliverLease) {
		s.r.Deliver, s.fx.Deliver = s.now.Add(deliverLease), true // after the save
	}
}

// grant lets the first task of a queue go ahead, under a lease.
func (s *step) grant(q state.Queue) {
	for i := range s.r.Tasks {
		t := &s.r.Tasks[i]
		if t.Kind.Queue() != q || !t.Lease.IsZero() || s.now.Before(t.After) {
			continue
		}
		if (t.Kind == state.Put || t.Kind == state.Delete) && s.overtaken(*t) {
			return
		}
		t.Lease = s.now.Add(s.Lease)
		t.Tries++
		if t.Kind == state.Put {
			s.r.Phase = state.Sending
		}
		call := *t
		s.fx.Call = &call
		return
	}
}

// dropStale gives up replies that could not be delivered for too long.
func (s *step) dropStale() {
	// What has to be audited stays until it is.
	for len(s.r.Outbox) > 0 && s.reached(s.r.Outbox[0].Made, staleReply) && len(s.r.Outbox[0].Audit) == 0 {
		s.r.Outbox = s.r.Outbox[1:]
	}
}
