package bot

// A rush: many people write at once. Each of them waits for an acknowledgement,
// and platforms wait for seconds only; what follows from a message can wait a
// moment longer.

import (
	"sync"
	"time"
)

const (
	// rushCount messages within rushSpan, or waiting to be stored, are a rush:
	// more than a few people typing.
	rushCount = 4
	rushSpan  = 20 * time.Millisecond
	// rushLook is how often it is looked whether a rush is over, and rushMost how
	// long after its beginning what follows is held back at most.
	rushLook = 5 * time.Millisecond
	rushMost = 500 * time.Millisecond
	// rushFor is how long a rush is met with the inbox, which stores everything
	// twice. A load that stays is better decided on at once.
	rushFor = time.Second
)

// A rush counts the messages that somebody waits for.
type rush struct {
	mu      sync.Mutex
	waiting int         // to be stored
	recent  []time.Time // when the last rushCount came, a ring
	next    int
	since   time.Time     // when the rush began; zero: there is none
	over    chan struct{} // closed when the rush is; nil: nobody waits for that
}

// came notes a message that waits to be stored. It reports whether there is a
// rush that is still new.
func (r *rush) came(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting++
	if r.recent == nil {
		r.recent = make([]time.Time, rushCount)
	}
	r.recent[r.next] = now
	r.next = (r.next + 1) % rushCount
	switch on := r.on(now); {
	case !on:
		r.since = time.Time{}
		return false
	case r.since.IsZero():
		r.since = now
	}
	return now.Sub(r.since) < rushFor
}

// stored notes that it waits no more.
func (r *rush) stored() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting--
}

// on reports whether there is a rush. The caller holds r.mu.
func (r *rush) on(now time.Time) bool {
	return r.waiting >= rushCount || r.recent != nil && now.Sub(r.recent[r.next]) < rushSpan
}

// calm waits until there is no rush, or until it has lasted long enough: what
// waits here may itself be what makes it one.
func (b *Bot) calm() {
	r := &b.rush
	r.mu.Lock()
	over := r.over
	if now := b.Now(); over == nil && r.on(now) && now.Sub(r.since) < rushMost {
		over = make(chan struct{})
		r.over = over
		until := r.since.Add(rushMost)
		b.wg.Go(func() { b.outlast(over, until) })
	}
	r.mu.Unlock()
	if over == nil {
		return
	}
	select {
	case <-over:
	case <-b.work.Done():
	}
}

// outlast ends a rush for those who wait for that.
func (b *Bot) outlast(over chan struct{}, until time.Time) {
	r := &b.rush
	look := time.NewTicker(rushLook)
	defer look.Stop()
	for on := true; on; {
		select {
		case <-look.C:
		case <-b.work.Done():
			return
		}
		r.mu.Lock()
		if now := b.Now(); !r.on(now) || now.After(until) {
			r.over, on = nil, false
			close(over)
		}
		r.mu.Unlock()
	}
}
