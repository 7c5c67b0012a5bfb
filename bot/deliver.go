package bot

// Replies: their delivery, and their clearing out of the stored request.

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"contactbot/bot/dialog"
	"contactbot/state"
)

// send starts the courier if there are replies to deliver now, or else clears
// those that are delivered.
func (b *Bot) send(p state.Person, l *lane, r state.Request, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sendNow(p, l, r, due)
}

// sendNow is send for callers that hold b.mu.
func (b *Bot) sendNow(p state.Person, l *lane, r state.Request, due bool) {
	if len(r.Outbox) == 0 {
		if !l.delivering { // the last were given up, not delivered
			delete(b.audited, p)
		}
		return
	}
	switch last := r.Outbox[len(r.Outbox)-1].ID; {
	case last > l.through && due && !l.delivering:
		l.delivering = true
		b.wg.Go(func() { b.deliver(p, l, r.Outbox) })
	case last <= l.through && !l.clearing:
		l.clearing = true
		b.wg.Go(func() { b.clear(p, l) })
	}
}

// deliver hands replies to the platform, in order.
func (b *Bot) deliver(p state.Person, l *lane, replies []state.Reply) {
	b.calm()
	platform, ok := b.platforms[p.Platform]
	var failed bool
	var rest time.Duration
	b.mu.Lock()
	through := l.through
	b.mu.Unlock()
	// What happened is in the audit log even if it cannot be told.
	audited, unaudited := b.auditAll(p, replies, through)
	for _, r := range replies {
		if r.ID <= through {
			continue
		}
		if !ok {
			b.Log.Warn("reply waits: its platform is not served", "person", p)
			failed = true
			break
		}
		var err error
		if len(r.Audit) > 0 && !audited[toldOf(r)] {
			err = unaudited
		}
		if err == nil {
			ctx, cancel := context.WithTimeout(b.work, deliverTimeout)
			err = b.tell(ctx, platform, p, r)
			cancel()
			b.Metrics.reply(p.Platform, r, b.Now(), err)
		}
		if err != nil {
			level := slog.LevelWarn
			if errors.Is(err, ErrAway) {
				level = slog.LevelDebug
			}
			if later, ok := errors.AsType[*LaterError](err); ok {
				rest = later.After
			}
			b.Log.Log(b.work, level, "reply could not be delivered, it will be tried again", "person", p, "err", err)
			failed = true
			break
		}
		through = r.ID
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l.through, l.delivering = through, false
	if failed {
		b.push(p, l, work{in: dialog.Undelivered{Through: through, After: rest}})
		return
	}
	delete(b.audited, p)
	// What is delivered is cleared without anybody waiting for it; replies that
	// were added in the meantime go out next.
	if l.more = l.clearing; !l.clearing {
		l.clearing = true
		b.wg.Go(func() { b.clear(p, l) })
	}
}

// tell hands one reply over. A mistake in a platform must not take everybody's
// conversations down; what it panicked with is not logged: it may quote the
// person.
func (b *Bot) tell(ctx context.Context, platform Platform, p state.Person, r state.Reply) (err error) {
	defer func() {
		if recover() != nil {
			err = errMistake
			b.Log.Error("delivery panicked", "person", p, "stack", string(debug.Stack()))
		}
	}()
	return platform.Deliver(ctx, p, r)
}

// deliverTimeout bounds one delivery; it is under the lease of an outbox.
const deliverTimeout = 20 * time.Second

// clear takes the delivered replies out of the stored request. It runs beside
// the lane: the person's next message need not wait for it. Until it has
// succeeded the lane stays, which knows what is delivered.
func (b *Bot) clear(p state.Person, l *lane) {
	for {
		r, _, err := b.load(p, l, false)
		switch {
		case err != nil:
		case r.Empty():
			// A record that is deleted begins anew at its first revision: this
			// must not happen beside a step, which could not tell.
			r, err = state.Request{}, b.deleteInTurn(p, l)
		default:
			r, err = b.Store.Save(b.work, state.Change{Request: r, Patient: true})
			if b.learn(l, r, err); err == nil {
				b.poke(r)
			}
		}
		if errors.Is(err, state.ErrConflict) {
			continue // a step was faster
		}
		if err == nil {
			if b.cleared(p, l, r) {
				return
			}
			continue
		}
		b.Log.Error("delivered replies could not be cleared", "person", p, "err", err)
		if !b.pause(saveAgain) {
			break
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l.clearing = false
	b.leave(p, l)
}

// deleteInTurn clears a record of which nothing stays as a step in the person's
// lane, and waits until that is stored.
func (b *Bot) deleteInTurn(p state.Person, l *lane) error {
	stored := make(chan error, 1)
	b.mu.Lock()
	b.push(p, l, work{in: dialog.Delivered{Through: l.through}, done: func(_ dialog.Effects, err error) { stored <- err }})
	b.mu.Unlock()
	return <-stored
}

// cleared ends a clearing, unless more was delivered while it went on: what was
// stored may then hold that still, or lack what was added after it.
func (b *Bot) cleared(p state.Person, l *lane, r state.Request) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.more {
		l.more = false
		return false
	}
	l.clearing = false
	b.sendNow(p, l, r, r.Missed == 0)
	b.leave(p, l)
	return true
}
