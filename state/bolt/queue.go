package bolt

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"contactbot/state"
)

const (
	// maxGroup bounds the bytes of one transaction, and with it the memory of a
	// burst and the wait of those behind it. 1,024 saves are about 0.7 MB.
	maxGroup = 4 << 20

	// maxPassed is how many transactions in a row may leave patient batches
	// waiting.
	maxPassed = 8
)

// A call is a batch on its way through the writer.
type call struct {
	writes []write
	size   int
	ping   bool        // a write of Ping's
	sweep  []stale     // of Due's: nobody waits for it
	taken  atomic.Bool // by the writer, or by a caller whose context ended
	err    error       // the writer's, final when done has been sent to
	done   chan struct{}
}

// calls holds used calls, because a busy engine would otherwise make garbage of
// a channel for every save.
var calls = sync.Pool{New: func() any { return &call{done: make(chan struct{}, 1)} }}

// A queue holds the batches that wait for the writer.
//
// A transaction takes the batches that somebody waits for first. Patient ones
// are taken when there are no others, or when they were passed over by
// maxPassed transactions: then all that fit go along.
type queue struct {
	mu      sync.Mutex
	hurried []*call
	patient []*call
	passed  int
	closed  bool
	wake    chan struct{}
}

// Put stores a batch: see state.Engine. A batch whose context ends before the
// writer took it is not stored; later the outcome is waited for. An error other
// than state.ErrConflict goes to every batch of the transaction, and nothing of
// it is stored.
func (e *Engine) Put(ctx context.Context, batch state.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	writes, size, err := prepare(batch)
	if err != nil {
		return err
	}
	if len(writes) == 0 {
		return nil
	}
	c := calls.Get().(*call)
	c.writes, c.size = writes, size
	return e.queue.do(ctx, c, batch.Patient)
}

func (q *queue) do(ctx context.Context, c *call, patient bool) error {
	c.taken.Store(false)
	if !q.add(c, patient) {
		return ErrClosed
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if c.taken.CompareAndSwap(false, true) {
			return ctx.Err() // the queue still knows c: it is not used again
		}
		<-c.done
	}
	err := c.err
	c.writes, c.ping, c.err = nil, false, nil
	calls.Put(c)
	return err
}

func (q *queue) add(c *call, patient bool) bool {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return false
	}
	if patient {
		q.patient = append(q.patient, c)
	} else {
		q.hurried = append(q.hurried, c)
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return true
}

// shut refuses further batches; those that wait are still taken.
func (q *queue) shut() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take appends the batches of the next transaction to group. If there are none
// it waits for some, unless told not to. last is how many there were in the
// transaction before. false says that the queue is closed and empty.
func (q *queue) take(group []*call, last int, wait bool) ([]*call, bool) {
	q.gather(last)
	for {
		q.mu.Lock()
		group = q.next(group)
		left := len(q.hurried) + len(q.patient)
		closed := q.closed
		q.mu.Unlock()
		switch {
		case len(group) > 0:
			return group, true
		case left > 0:
			continue // all that were taken had given up
		case closed:
			return group, false
		case !wait:
			return group, true
		}
		<-q.wake
	}
}

// gather lets those who were just answered run, because busy writers come back
// at once: otherwise the first of them would get a transaction for itself, and
// the others would wait for it. A lone writer waits for nobody.
func (q *queue) gather(last int) {
	for range gatherRounds {
		if last < 2 {
			return
		}
		q.mu.Lock()
		n := len(q.hurried)
		closed := q.closed
		q.mu.Unlock()
		if n >= last || closed {
			return
		}
		runtime.Gosched()
	}
}

// gatherRounds is how often the writer steps back. Each time everybody who can
// run does so first, which takes microseconds.
const gatherRounds = 4

func (q *queue) next(group []*call) []*call {
	var size int
	if q.passed < maxPassed {
		group, q.hurried = pull(group, q.hurried, &size)
		if len(group) > 0 {
			if len(q.patient) > 0 {
				q.passed++
			}
			return group
		}
		group, q.patient = pull(group, q.patient, &size)
	} else {
		group, q.patient = pull(group, q.patient, &size)
		group, q.hurried = pull(group, q.hurried, &size)
	}
	q.passed = 0
	return group
}

// pull moves calls from waiting to group while they fit; the first always fits.
func pull(group, waiting []*call, size *int) (taken, rest []*call) {
	for i, c := range waiting {
		if *size > 0 && *size+c.size > maxGroup {
			return group, waiting[i:]
		}
		waiting[i] = nil
		if c.taken.CompareAndSwap(false, true) {
			group = append(group, c)
			*size += c.size
		}
	}
	return group, waiting[:0]
}
