package slacktest

// What can go wrong with Slack itself.

import (
	"fmt"
	"net/http"
	"time"
)

// A Fault is how a call of the Web API, or of a response_url ("respond"), goes
// wrong. The zero value is none.
type Fault struct {
	Status     int           // an HTTP status, such as 429 or 503
	RetryAfter int           // seconds, with 429
	Error      string        // Slack's code for a refusal
	Lose       bool          // the call is carried out, and its answer gets lost
	Delay      time.Duration // the answer comes so much later
	Hang       bool          // no answer comes at all
}

// Fail makes the next calls of a method go wrong, in the order given.
func (s *Slack) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// fault takes the next fault of a method. The caller holds s.mu.
func (s *Slack) fault(method string) Fault {
	if s.down {
		return Fault{Status: http.StatusServiceUnavailable}
	}
	queue := s.faults[method]
	if len(queue) == 0 {
		return Fault{}
	}
	s.faults[method] = queue[1:]
	return queue[0]
}

// suffer carries a fault out; true if that was all the answer there is.
func (s *Slack) suffer(f Fault, w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case f.Hang:
		<-r.Context().Done()
		return true
	case f.Status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", fmt.Sprint(max(f.RetryAfter, 1)))
		http.Error(w, `{"ok":false,"error":"ratelimited"}`, f.Status)
		return true
	case f.Status != 0:
		http.Error(w, "<html>Slack is having a bad day</html>", f.Status)
		return true
	case f.Error != "":
		refuse(w, f.Error)
		return true
	}
	return false
}

// Slow lets what acknowledgements say take effect so much later.
func (s *Slack) Slow(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = d
}

// SetDown takes Slack down, with all its sockets, or brings it back.
func (s *Slack) SetDown(down bool) {
	s.mu.Lock()
	s.down = down
	s.mu.Unlock()
	if down {
		s.cutAll()
	}
}
