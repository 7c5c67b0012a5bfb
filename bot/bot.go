// Package bot carries out what package dialog decides: it takes messages in,
// stores what follows from them, and only then lets the platform acknowledge,
// delivers replies and calls CloudMonitor.
//
// Everything that has to happen later is a stored request with a due time. So a
// new submission, a retry, a restart after a crash and a takeover by another
// process are the same path.
package bot

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// ErrStopping says that the bot is shutting down and takes no more messages.
var ErrStopping = errors.New("the bot is shutting down: send the message again in a moment")

// ErrAway says that a person cannot be reached just now: their reply waits.
var ErrAway = errors.New("the person is not here")

// callsPerSecond is the pace of calls of one API: a little under what
// CloudMonitor allows, so that jitter on the way does not push 21 calls into
// one second.
// Source: Alibaba Cloud, CloudMonitor API, "20 calls per second per account".
const callsPerSecond = 19.2

// CloudMonitor is what the bot needs of cloudmonitor.Client.
type CloudMonitor interface {
	PutContact(ctx context.Context, c cloudmonitor.Contact) (requestID string, err error)
	Lookup(ctx context.Context, name string) (c cloudmonitor.Listed, found bool, err error)
	DeleteContact(ctx context.Context, name string) (requestID string, err error)
	Contacts(ctx context.Context) iter.Seq2[cloudmonitor.Listed, error]
}

// A Platform delivers replies to people. Deliver is called for one reply of a
// person at a time, in order; an error means that it should be tried again. It
// may be a [LaterError].
type Platform interface {
	Name() string // the Platform of its people
	Deliver(ctx context.Context, p state.Person, r state.Reply) error
}

// An Introducer is a platform that can find out who a person is, for messages
// of strangers; see [dialog.Message].
type Introducer interface {
	// Profile may take up to ctx's deadline; an error means that the person is
	// answered without.
	Profile(ctx context.Context, p state.Person) (commands.Profile, error)
}

// ErrNoProfiles says that a platform does not let the bot read profiles.
var ErrNoProfiles = errors.New("profiles may not be read")

// A LaterError says that a platform wants to be left alone for a while.
type LaterError struct {
	After time.Duration
	Err   error
}

func (e *LaterError) Error() string { return e.Err.Error() }
func (e *LaterError) Unwrap() error { return e.Err }

// Options are the parts of a bot.
type Options struct {
	Store        *state.Store
	CloudMonitor CloudMonitor
	Platforms    []Platform
	Rules        dialog.Rules
	Audit        AuditLog // nil: nothing is audited
	Metrics      *Metrics // nil: nothing is measured
	Simulated    bool     // CloudMonitor is a simulator: the audit log says so

	// Alone says that no other process can have the state open, so that leases
	// found at the start are those of a process that died.
	Alone bool

	Pace     rate.Limit    // calls a second of one API; default 19.2
	InFlight int           // calls of one API at once; default 400: twice what is under way when each takes 10 s
	Timeout  time.Duration // for one call; must be under Rules.Lease; default 45 s
	Drain    time.Duration // how long a shutdown waits for what is under way; default 4 s
	Now      func() time.Time
	Log      *slog.Logger
}

// A Bot takes messages and does what follows.
type Bot struct {
	Options
	platforms map[string]Platform
	born      time.Time // leases from before are those of a process that died

	work   context.Context // of everything under way
	cancel context.CancelFunc
	wg     sync.WaitGroup // lanes, couriers, calls

	mu       sync.Mutex
	lanes    map[state.Person]*lane
	audited  map[state.Person]map[told]bool // of those to whom something is to be told
	stopping bool
	bell     chan struct{} // closed and replaced when something has ended

	queues map[state.Queue]*queue
	rush   rush
	inbox  inbox
	heard  chan struct{} // closed when what a dead process has accepted is taken over
	halt   chan struct{} // closed when the bot is asked to end
}

// New returns a bot. Messages are taken at once, and decided on as soon as Run
// has looked for what a process that died has left; what is due is done while
// Run runs.
func New(o Options) *Bot {
	if o.Pace == 0 {
		o.Pace = callsPerSecond
	}
	if o.InFlight == 0 {
		o.InFlight = 400
	}
	if o.Timeout == 0 {
		o.Timeout = 45 * time.Second
	}
	if o.Drain == 0 {
		o.Drain = 4 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if lease := o.Rules.Lease; lease != 0 && o.Timeout >= lease {
		panic("bot: a call must end before its lease does")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{
		Options: o, platforms: map[string]Platform{}, born: o.Now(),
		lanes: map[state.Person]*lane{}, audited: map[state.Person]map[told]bool{}, bell: make(chan struct{}),
		queues: map[state.Queue]*queue{}, heard: make(chan struct{}), halt: make(chan struct{}),
	}
	b.inbox.generation = uint64(b.born.UnixNano())
	if !o.Alone {
		close(b.heard) // nothing is accepted then
	}
	for _, p := range o.Platforms {
		b.platforms[p.Name()] = p
	}
	for _, q := range []state.Queue{state.Timers, state.Leases, state.Puts, state.Lookups} {
		b.queues[q] = newQueue(q)
	}
	b.work, b.cancel = context.WithCancel(context.Background())
	return b
}

// Take takes what a person said. It returns at once; saved, which must not
// block, is called when the message is stored and may be acknowledged, or with
// an error if it could not be stored and should come again. The messages of a
// person are taken in the order of the calls.
func (b *Bot) Take(p state.Person, m dialog.Message, saved func(error)) {
	b.enqueue(p, work{in: m, done: whenStored(saved)})
}

// Fill takes a form as a whole. It is like Take; problems, if there are any, are
// to be shown in the form, which stays open.
func (b *Bot) Fill(p state.Person, in dialog.Filled, saved func(problems []dialog.Problem, err error)) {
	b.enqueue(p, work{in: in, done: func(fx dialog.Effects, err error) { saved(fx.Problems, err) }})
}

// Leave tells the bot that a person has closed the form.
func (b *Bot) Leave(p state.Person, in dialog.Left, saved func(error)) {
	b.enqueue(p, work{in: in, done: whenStored(saved)})
}

// Look tells the bot that a person looks at their contacts.
func (b *Bot) Look(p state.Person, in dialog.Looked, saved func(error)) {
	b.enqueue(p, work{in: in, done: whenStored(saved)})
}

// Open tells the bot that a person has come to the conversation.
func (b *Bot) Open(p state.Person, in dialog.Opened, saved func(error)) {
	b.enqueue(p, work{in: in, done: whenStored(saved)})
}

// Sheet is the form of a person's request as it stands.
func (b *Bot) Sheet(ctx context.Context, p state.Person) (dialog.Sheet, error) {
	b.mu.Lock()
	var known *state.Request
	if l := b.lanes[p]; l != nil {
		known = l.known
	}
	b.mu.Unlock()
	if known != nil {
		return b.Rules.Sheet(*known), nil
	}
	r, err := b.Store.Request(ctx, p)
	if err != nil {
		return dialog.Sheet{}, err
	}
	return b.Rules.Sheet(r), nil
}

func whenStored(saved func(error)) func(dialog.Effects, error) {
	if saved == nil {
		return nil
	}
	return func(_ dialog.Effects, err error) { saved(err) }
}

// Run does what is due until ctx ends. It then lets what is under way finish,
// for a while; what does not is found under its lease by the next process.
func (b *Bot) Run(ctx context.Context) error {
	defer b.cancel()
	defer b.drain()
	if b.Alone {
		if err := b.hearAccepted(ctx); err != nil {
			b.cancel() // nothing can be decided on
			if ctx.Err() != nil {
				return nil // it was asked to end
			}
			return err
		}
		if err := b.takeOver(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	var loops sync.WaitGroup
	for _, q := range []state.Queue{state.Timers, state.Leases} {
		loops.Go(func() { b.ring(ctx, q) })
	}
	for _, q := range []state.Queue{state.Puts, state.Lookups} {
		loops.Go(func() { b.pump(ctx, q) })
	}
	loops.Go(func() { b.sweep(ctx) })
	loops.Go(func() { b.countActivations(ctx) })
	loops.Wait()
	return nil
}

// drain ends what is under way: with patience first, then without.
func (b *Bot) drain() {
	b.mu.Lock()
	b.stopping = true
	b.mu.Unlock()
	close(b.halt)
	ended := make(chan struct{})
	go func() { b.wg.Wait(); close(ended) }()
	patience := time.NewTimer(b.Drain)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		b.cancel()
		<-ended
	}
}

// Settled waits until nothing is under way for a person: no call, not even one
// that waits for another try, and no delivery.
func (b *Bot) Settled(ctx context.Context, p state.Person) error {
	return b.until(ctx, p, func(r state.Request) bool { return len(r.Tasks) == 0 })
}

// Quiet waits until nothing happens for a person just now: calls may wait for
// another try.
func (b *Bot) Quiet(ctx context.Context, p state.Person) error {
	return b.until(ctx, p, func(r state.Request) bool {
		return !slices.ContainsFunc(r.Tasks, func(t state.Task) bool {
			return !t.Lease.IsZero() || t.Tries == 0
		})
	})
}

// until waits until a person's request is as wanted, and all replies delivered.
func (b *Bot) until(ctx context.Context, p state.Person, wanted func(state.Request) bool) error {
	select {
	case <-b.heard:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		b.mu.Lock()
		bell, busy := b.bell, b.lanes[p] != nil
		b.mu.Unlock()
		if !busy {
			r, err := b.Store.Request(ctx, p)
			if err != nil || wanted(r) && len(r.Outbox) == 0 {
				return err
			}
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
