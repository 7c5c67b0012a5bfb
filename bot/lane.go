package bot

// Lanes: one person's inputs, in order.

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"contactbot/bot/dialog"
	"contactbot/state"
)

// maxWaiting is how many messages of one person may wait to be stored.
const maxWaiting = 1000

// maxConflicts is how often an accepted message is decided on anew at once.
const maxConflicts = 10

// saveAgain is the pause before something that could not be stored (the disk is
// full, say) is tried again.
const saveAgain = time.Second

var errMistake = errors.New("this failed because of a mistake in contactbot")

var errFlood = errors.New("too many messages of one person are waiting")

// A lane takes one person's inputs in order. It exists while there is something
// to do for the person.
type lane struct {
	waiting    []work
	running    bool
	delivering bool   // a courier is under way
	clearing   bool   // delivered replies are being taken out of the record
	more       bool   // and others were delivered since that began
	stuck      error  // why an accepted message cannot be decided on; what is said behind it is refused
	through    uint64 // the replies up to here are delivered
	// known is the request as it was last stored from here; nil: not read yet,
	// or somebody else has written it since.
	known *state.Request
}

// work is an input and whom to tell that what follows from it is stored.
type work struct {
	in      dialog.Input
	done    func(dialog.Effects, error)
	release func() // gives the slot of the call back that the input may lead to
	// accepted is set if the input is in the inbox, or on its way there; who said
	// it is told by then.
	accepted *accepted
}

func (w work) end(fx dialog.Effects, err error) {
	if w.done != nil {
		w.done(fx, err)
	}
}

// enqueue adds work to a person's lane, and starts it.
func (b *Bot) enqueue(p state.Person, w work) {
	b.mu.Lock()
	l := b.lanes[p]
	said := false // by somebody, who can say it again
	switch w.in.(type) {
	case dialog.Message, dialog.Filled, dialog.Left, dialog.Looked, dialog.Opened:
		said = true
	}
	switch {
	case b.stopping && said:
		b.mu.Unlock()
		w.end(dialog.Effects{}, ErrStopping)
		return
	case l != nil && said && len(l.waiting) >= maxWaiting:
		b.mu.Unlock()
		w.end(dialog.Effects{}, errFlood)
		return
	case l != nil && said && l.stuck != nil:
		b.mu.Unlock()
		w.end(dialog.Effects{}, l.stuck)
		return
	case l == nil:
		l = &lane{}
		b.lanes[p] = l
	}
	if awaited(w.in) {
		came := b.Now()
		rushing := b.rush.came(came)
		done := w.done
		w.done = func(fx dialog.Effects, err error) {
			b.rush.stored()
			if err == nil {
				b.Metrics.tookMessage(p.Platform, b.Now().Sub(came))
			}
			if done != nil {
				done(fx, err)
			}
		}
		if m, ok := w.in.(dialog.Message); ok && rushing && b.Alone && len(m.Text) <= maxAcceptText {
			if w.accepted = b.accept(p, l, w); w.accepted != nil {
				w.done = nil // who said it is told when it is in the inbox
			}
		}
	}
	b.push(p, l, w)
	b.mu.Unlock()
}

// push adds work to a lane. The caller holds b.mu.
func (b *Bot) push(p state.Person, l *lane, w work) {
	l.waiting = append(l.waiting, w)
	b.wake(p, l)
}

// wake starts a lane unless it runs. The caller holds b.mu.
func (b *Bot) wake(p state.Person, l *lane) {
	if !l.running {
		l.running = true
		b.wg.Go(func() { b.run(p, l) })
	}
}

// stretch makes room on a goroutine's stack. Decisions and their encoding go
// deep; a stack that grows step by step on the way there is copied whole each
// time, which costs a third of what a message does when many write at once.
//
//go:noinline
func stretch(i int) byte {
	var room [12 << 10]byte
	room[i] = 1
	return room[i/2]
}

// run works a lane off.
func (b *Bot) run(p state.Person, l *lane) {
	b.awaitHeard()
	for {
		b.mu.Lock()
		if len(l.waiting) == 0 {
			l.running = false
			b.leave(p, l)
			b.mu.Unlock()
			return
		}
		w := l.waiting[0]
		l.waiting = l.waiting[1:]
		b.mu.Unlock()
		var fx dialog.Effects
		var err error
		if w.accepted != nil {
			fx, err = b.decide(p, l, w)
		} else {
			fx, err = b.step(p, l, w)
		}
		w.end(fx, err)
		switch {
		case err == nil && fx.Call != nil:
			b.wg.Go(func() { b.call(p, *fx.Call, w.release) })
		case w.release != nil:
			w.release()
		}
	}
}

// leave forgets a lane in which nothing is going on. The caller holds b.mu.
func (b *Bot) leave(p state.Person, l *lane) {
	if l.running || l.delivering || l.clearing || b.lanes[p] != l {
		return
	}
	delete(b.lanes, p)
	close(b.bell)
	b.bell = make(chan struct{})
}

// step decides on an input, stores the decision and starts what follows from it.
// Only what is stored has effects.
func (b *Bot) step(p state.Person, l *lane, w work) (fx dialog.Effects, err error) {
	stretch(0)
	in := w.in
	var decided *state.Accepted
	if w.accepted != nil {
		decided = &w.accepted.Accepted
	}
	defer func() {
		// A mistake in a decision must not take everybody's conversations down.
		// What it panicked with is not logged: it may quote the person.
		if v := recover(); v != nil {
			fx, err = dialog.Effects{}, errMistake
			b.Log.Error("step panicked", "person", p, "input", fmt.Sprintf("%T", in), "stack", string(debug.Stack()))
		}
	}()
	for conflicts := 0; ; conflicts++ {
		r, claim, err := b.load(p, l, true)
		if err != nil {
			b.Log.Error("request could not be read", "person", p, "err", err)
			return dialog.Effects{}, err
		}
		next, fx, err := b.decision(p, r, withClaim(in, claim))
		if err != nil {
			b.Log.Error("what a decision needs could not be read", "person", p, "err", err)
			return dialog.Effects{}, err
		}
		if fx.Duplicate {
			b.Log.Debug("message was taken before", "person", p)
			b.Metrics.duplicate(p.Platform)
			return fx, nil
		}
		next, err = b.Store.Save(b.work, state.Change{
			Request: next, Claims: fx.Claims, Allowances: fx.Allowances, Decided: decided, Patient: decided != nil || !awaited(in),
		})
		b.learn(l, next, err)
		switch {
		case errors.Is(err, state.ErrConflict):
			if decided != nil {
				waits, waitsErr := b.Store.Waits(b.work, decided.Key)
				switch {
				case waitsErr == nil && !waits:
					return dialog.Effects{}, nil // somebody else has decided on it
				case conflicts > maxConflicts:
					return dialog.Effects{}, err
				}
			}
			continue // decide again on the newer record
		case err != nil:
			b.Log.Error("request could not be stored", "person", p, "err", err)
			return dialog.Effects{}, err
		}
		b.after(p, l, next, fx)
		return fx, nil
	}
}

// awaited reports whether somebody waits for what an input leads to being
// stored.
func awaited(in dialog.Input) bool {
	switch in.(type) {
	case dialog.Message, dialog.Filled:
		return true
	default:
		return false
	}
}

// after starts what a stored step allows to start.
func (b *Bot) after(p state.Person, l *lane, r state.Request, fx dialog.Effects) {
	b.Metrics.event(p.Platform, fx.Event)
	if fx.Event != "" {
		b.Log.Info("conversation", "event", string(fx.Event), "person", p)
	}
	b.poke(r)
	b.send(p, l, r, fx.Deliver)
}

// poke tells the loops when a request is due that was stored.
func (b *Bot) poke(r state.Request) {
	for _, d := range r.Dues() {
		b.queues[d.Queue].poke(d.At)
	}
}

// pause waits; false if the bot ended meanwhile.
func (b *Bot) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-b.work.Done():
		return false
	}
}
