package bot

import (
	"sync"
	"time"
)

// Once remembers what is done only once in half an hour, as long as the process
// lives. The zero value remembers nothing. What it is told may be a secret: it is
// kept in memory alone.
type Once struct {
	mu    sync.Mutex
	done  map[string]time.Time
	swept time.Time
}

// onceLife is how long something counts as done.
const onceLife = 30 * time.Minute

// First notes something as done; false if it was done before.
func (o *Once) First(what string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done == nil {
		o.done = map[string]time.Time{}
	}
	if now.Sub(o.swept) > time.Minute {
		o.swept = now
		for key, at := range o.done {
			if now.Sub(at) > onceLife {
				delete(o.done, key)
			}
		}
	}
	if at, before := o.done[what]; before && now.Sub(at) <= onceLife {
		return false
	}
	o.done[what] = now
	return true
}

// Known reports whether something was done.
func (o *Once) Known(what string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	at, known := o.done[what]
	return known && now.Sub(at) <= onceLife
}

// Undo takes back that something was done.
func (o *Once) Undo(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.done, what)
}
