package bot

import (
	"sync"
	"time"
)

// Pauses are the calls, by name, that a platform does not want for a while. The
// zero value is none.
type Pauses struct {
	mu    sync.Mutex
	calls map[string]time.Time
	queue map[string]int // how many were sent away since
}

// spread is the distance at which those that were sent away come again.
const spread = 50 * time.Millisecond

// When more calls than maxPauses are known, those are forgotten whose pause ended
// before longer than any lasts.
const (
	maxPauses = 1000
	longPause = time.Hour
)

// Until notes that a call is not wanted before t.
func (p *Pauses) Until(call string, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls == nil {
		p.calls, p.queue = map[string]time.Time{}, map[string]int{}
	}
	if p.calls[call].Before(t) {
		p.calls[call], p.queue[call] = t, 0
	}
	if len(p.calls) > maxPauses {
		for c, until := range p.calls {
			if until.Before(t.Add(-longPause)) {
				delete(p.calls, c)
				delete(p.queue, c)
			}
		}
	}
}

// Wait is how long to leave a call alone. Each who asks gets a later turn, so
// that they do not all come back at once.
func (p *Pauses) Wait(call string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.calls[call].Sub(now)
	if left <= 0 {
		return 0
	}
	p.queue[call]++
	return left + time.Duration(p.queue[call])*spread
}
