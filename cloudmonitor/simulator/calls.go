package simulator

// What was called: for the log, for tests, and for the limit of calls.

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

// A Call is one call of the API, refused ones included.
type Call struct {
	Time   time.Time // of its arrival
	Action string
	Name   string // ContactName, if it has one
	Status int    // HTTP; 0: it got no answer
	Code   string // of the answer; if it got none, the name of the fault that kept it
}

// maxCalls is how many calls are remembered: enough for a burst in a test, and
// no leak in a simulator that runs for weeks.
const maxCalls = 10_000

type record struct {
	mu        sync.Mutex
	calls     []Call
	throttled int
}

func (r *record) throttle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.throttled++
}

// Calls are the last 10,000 calls, oldest first.
func (s *Server) Calls() []Call {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.calls[max(0, len(s.record.calls)-maxCalls):])
}

// Throttled is how many calls were refused because of the limit; faults do not
// count.
func (s *Server) Throttled() int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.throttled
}

// tell remembers how a call ended, and tells of it.
func (s *Server) tell(call Call, status int, code string) {
	call.Status, call.Code = status, code
	s.record.mu.Lock()
	s.record.calls = append(s.record.calls, call)
	if len(s.record.calls) >= 2*maxCalls {
		s.record.calls = slices.Delete(s.record.calls, 0, maxCalls)
	}
	s.record.mu.Unlock()
	action := call.Action
	if _, known := actions[action]; !known {
		action = "unknown" // anybody may write anything there
	}
	s.options.Log.Info("cloudmonitor called", slog.String("action", action), slog.Int("status", status), slog.String("code", code))
	if s.options.OnCall != nil {
		s.options.OnCall(call)
	}
}

// A window is the last calls of an action that were let through, a ring once
// it is as long as the limit.
type window struct {
	times []time.Time
	next  int
}

// throttle takes a place in the second before now, or tells how long it takes
// until there is one.
func (s *Server) throttle(action string) (wait time.Duration) {
	if s.options.Limit < 0 {
		return 0
	}
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.pace[action]
	if w == nil {
		w = new(window)
		s.pace[action] = w
	}
	if len(w.times) < s.options.Limit {
		w.times = append(w.times, now)
		return 0
	}
	// The place to be taken next holds the oldest of the calls in the ring.
	if wait := time.Second - now.Sub(w.times[w.next]); wait > 0 {
		return wait
	}
	w.times[w.next] = now
	w.next = (w.next + 1) % len(w.times)
	return 0
}
