package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"contactbot/bot/dialog"
	"contactbot/state"
)

// batch is how many due requests are looked at in one go.
const batch = 256

// forever is later than any due time.
var forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// A queue is what a loop knows of a stored queue: when to look again, and which
// of its people are being dealt with.
type queue struct {
	name  state.Queue
	poked chan struct{}

	mu     sync.Mutex
	next   time.Time // the loop looks again then
	taken  map[state.Person]bool
	failed map[state.Person]failures
}

// failures are those of one person's wakes, in a row.
type failures struct {
	n    int
	last time.Time
}

// failingFor is how long somebody counts as failing after the last failure: longer
// than the pause until they are woken again. Who is not due any more has none.
const failingFor = 10 * time.Minute

func newQueue(name state.Queue) *queue {
	return &queue{name: name, poked: make(chan struct{}, 1), taken: map[state.Person]bool{}, failed: map[state.Person]failures{}}
}

// poke makes the loop look again if something is due before it would.
func (q *queue) poke(at time.Time) {
	q.mu.Lock()
	sooner := q.next.IsZero() || at.Before(q.next)
	q.mu.Unlock()
	if sooner {
		q.nudge()
	}
}

func (q *queue) nudge() {
	select {
	case q.poked <- struct{}{}:
	default:
	}
}

// take marks a person as being dealt with; false if they are already.
func (q *queue) take(p state.Person) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken[p] {
		return false
	}
	q.taken[p] = true
	return true
}

func (q *queue) give(p state.Person) {
	q.mu.Lock()
	delete(q.taken, p)
	q.mu.Unlock()
	q.nudge()
}

// failure counts a failure in a row, and says how long to leave the person
// alone: 1 s, 2 s, … up to about 5 min.
func (q *queue) failure(p state.Person, now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.failed[p].n
	q.failed[p] = failures{min(n+1, 8), now}
	return saveAgain << n
}

func (q *queue) success(p state.Person) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.failed, p)
}

// failing are the people whose wakes fail.
func (q *queue) failing(now time.Time) map[state.Person]bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make(map[state.Person]bool, len(q.failed))
	for p, f := range q.failed {
		if now.Sub(f.last) > failingFor {
			delete(q.failed, p)
			continue
		}
		all[p] = true
	}
	return all
}

// due returns who is due in a queue and not being dealt with. Pokes that come
// from now on count.
func (b *Bot) due(ctx context.Context, q *queue, limit int) (due []state.DuePerson, next time.Time, err error) {
	q.mu.Lock()
	q.next = time.Time{} // any poke wakes the loop until it knows better
	limit += len(q.taken)
	q.mu.Unlock()
	people, err := b.Store.Due(ctx, q.name, forever, limit)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := b.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range people {
		if p.At.After(now) {
			q.next = p.At
			return due, p.At, nil
		}
		if !q.taken[p.Person] {
			due = append(due, p)
		}
	}
	q.next = forever
	return due, forever, nil
}

// wait waits until a time, or a poke.
func (b *Bot) wait(ctx context.Context, q *queue, until time.Time) error {
	timer := time.NewTimer(until.Sub(b.Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-q.poked:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// ring wakes the people whose time has come.
func (b *Bot) ring(ctx context.Context, name state.Queue) {
	q := b.queues[name]
	for {
		due, next, err := b.due(ctx, q, batch)
		if err != nil {
			next = b.Now().Add(saveAgain)
			b.Log.Error("due requests could not be read", "err", err)
		}
		for _, p := range due {
			b.rouse(q, p.Person, dialog.Wake{})
		}
		if b.wait(ctx, q, next) != nil {
			return
		}
	}
}

// rouse wakes a person. One whose wake cannot be stored is left alone for a
// moment, so that a full disk does not make the loop spin.
func (b *Bot) rouse(q *queue, p state.Person, wake dialog.Wake) {
	if !q.take(p) {
		return
	}
	b.enqueue(p, work{in: wake, done: func(_ dialog.Effects, err error) { b.giveBack(q, p, err) }})
}

// giveBack lets a person be dealt with again: at once, or after a failure (a
// full disk, a record that cannot be read) after a pause that grows.
func (b *Bot) giveBack(q *queue, p state.Person, err error) {
	if err == nil {
		q.success(p)
		q.give(p)
		return
	}
	time.AfterFunc(q.failure(p, b.Now()), func() { q.give(p) })
}

// pump grants the calls of a queue their turns, at the pace that CloudMonitor
// allows.
func (b *Bot) pump(ctx context.Context, name state.Queue) {
	q := b.queues[name]
	pace := rate.NewLimiter(b.Pace, 1)
	slots := make(chan struct{}, b.InFlight)
	for {
		due, next, err := b.due(ctx, q, batch)
		if err != nil {
			next = b.Now().Add(saveAgain)
			b.Log.Error("due requests could not be read", "err", err)
		}
		for _, p := range due {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if pace.Wait(ctx) != nil {
				return
			}
			b.grant(q, p.Person, slots)
		}
		if b.wait(ctx, q, next) != nil {
			return
		}
	}
}

// grant lets a person's call go ahead; its slot is free again when it has ended.
func (b *Bot) grant(q *queue, p state.Person, slots chan struct{}) {
	if !q.take(p) {
		<-slots
		return
	}
	b.enqueue(p, work{
		in:      dialog.Wake{Grant: q.name},
		done:    func(_ dialog.Effects, err error) { b.giveBack(q, p, err) },
		release: func() { <-slots },
	})
}

// maxTakeOver is how many requests of a dead process are taken over at once. The
// others follow as their leases end, within a minute.
const maxTakeOver = 10_000

// takeOver wakes everybody for whom a process that died had something under
// way.
func (b *Bot) takeOver(ctx context.Context) error {
	q := b.queues[state.Leases]
	people, err := b.Store.Due(ctx, state.Leases, forever, maxTakeOver)
	if err != nil {
		return err
	}
	for _, p := range people {
		b.rouse(q, p.Person, dialog.Wake{Void: b.born})
	}
	return nil
}
