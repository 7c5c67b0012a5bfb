package bot

// The inbox: what is said in a rush is stored as it came, all of it in one
// write, and acknowledged; it is decided on when the rush is over. So in a rush
// an acknowledgement costs no more than a bare save.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"contactbot/bot/dialog"
	"contactbot/state"
)

const (
	// maxAccept is how many messages are stored in one write.
	maxAccept = 1000
	// maxAcceptText is the longest text, in bytes, that is accepted: longer ones,
	// which nobody types in a hurry, would make a write of many too large.
	maxAcceptText = 8 << 10
	// maxUndecided is how many may be in the inbox. When it is full, the rush is
	// more than can be dealt with: who writes has to wait for a decision again.
	maxUndecided = 2000
)

// An inbox is what waits to be stored as it came.
type inbox struct {
	mu        sync.Mutex // taken after Bot.mu
	waiting   []*accepted
	keeping   bool // somebody stores it
	undecided int  // in it, or on the way there
	// generation and count make keys, in order. Each process has a generation of
	// its own, which is after those of whom it takes over from.
	generation, count uint64
}

// accepted is a message on its way into the inbox, or in it.
type accepted struct {
	state.Accepted
	done    func(dialog.Effects, error)
	settled chan struct{} // closed when it is stored, or is not
	err     error         // why it is not
	lane    *lane         // to be started once the rush is over; nil: it runs
}

// accept puts what somebody said into the inbox, unless that is full; nil then.
func (b *Bot) accept(p state.Person, l *lane, w work) *accepted {
	b.inbox.mu.Lock()
	defer b.inbox.mu.Unlock()
	if b.inbox.undecided >= maxUndecided {
		return nil
	}
	b.inbox.undecided++
	a := &accepted{done: w.done, settled: make(chan struct{})}
	a.Person, a.Message = p, w.in
	if !l.running { // it is started when the rush is over
		l.running, a.lane = true, l
	}
	b.inbox.waiting = append(b.inbox.waiting, a)
	if !b.inbox.keeping {
		b.inbox.keeping = true
		b.wg.Go(b.keep)
	}
	return a
}

// keep stores what waits, together, until nothing does.
func (b *Bot) keep() {
	b.awaitHeard()
	for {
		b.inbox.mu.Lock()
		n := min(len(b.inbox.waiting), maxAccept)
		if n == 0 {
			b.inbox.keeping, b.inbox.waiting = false, nil
			b.inbox.mu.Unlock()
			return
		}
		group := b.inbox.waiting[:n]
		b.inbox.waiting = b.inbox.waiting[n:]
		b.inbox.mu.Unlock()
		err := b.store(group)
		if err != nil {
			b.Log.Error("messages could not be stored", "count", n, "err", err)
		}
		for _, a := range group {
			a.err = err
			a.done(dialog.Effects{}, err)
			close(a.settled)
		}
		b.wg.Go(func() { b.startLanes(group) })
	}
}

// awaitHeard waits until what a dead process has accepted is taken over.
func (b *Bot) awaitHeard() {
	select {
	case <-b.heard:
	case <-b.work.Done():
	}
}

// startLanes lets those begin for whom the rush was waited for. A thousand
// goroutines that wait would cost more than what they wait for.
func (b *Bot) startLanes(group []*accepted) {
	b.calm()
	for _, a := range group {
		if a.lane != nil {
			b.wg.Go(func() { b.run(a.Person, a.lane) })
		}
	}
}

func (b *Bot) store(group []*accepted) error {
	all := make([]state.Accepted, len(group))
	for i, a := range group {
		b.inbox.count++ // by the one who keeps
		a.Key = fmt.Sprintf("%016x-%016x", b.inbox.generation, b.inbox.count)
		all[i] = a.Accepted
	}
	err := b.Store.Accept(b.work, all)
	for i, a := range group {
		a.Accepted = all[i]
	}
	return err
}

// decide acts on an accepted message: somebody was told that it is stored, so it
// is tried until what follows is, or the process ends and the next one goes on.
func (b *Bot) decide(p state.Person, l *lane, w work) (dialog.Effects, error) {
	<-w.accepted.settled
	defer func() {
		b.inbox.mu.Lock()
		b.inbox.undecided--
		b.inbox.mu.Unlock()
	}()
	if w.accepted.err != nil {
		return dialog.Effects{}, w.accepted.err
	}
	b.calm()
	defer b.block(l, nil)
	for failures := 0; ; failures++ {
		fx, err := b.step(p, l, w)
		if err == nil && !fx.Duplicate {
			return fx, nil
		}
		failed := err
		if err == nil || errors.Is(err, errMistake) { // nothing follows from it
			failed = b.Store.Drop(b.work, w.accepted.Accepted)
			if failed == nil || errors.Is(failed, state.ErrConflict) {
				return fx, err
			}
			b.Log.Error("message could not be taken out of the inbox", "person", p, "err", failed)
		}
		b.block(l, failed)
		if !b.restOrHalt(saveAgain << min(failures, 8)) {
			return fx, failed // it is in the inbox: the next process goes on
		}
	}
}

// block refuses what is said behind an accepted message that cannot be decided
// on, and what is still to come, so that it can be said again; nil ends that.
func (b *Bot) block(l *lane, why error) {
	b.mu.Lock()
	l.stuck = why
	var refused []work
	if why != nil {
		l.waiting = slices.DeleteFunc(l.waiting, func(w work) bool {
			if w.done == nil || w.accepted != nil || !awaited(w.in) {
				return false
			}
			refused = append(refused, w)
			return true
		})
	}
	b.mu.Unlock()
	for _, w := range refused {
		w.end(dialog.Effects{}, why)
	}
}

// restOrHalt waits; false if the bot was asked to end meanwhile.
func (b *Bot) restOrHalt(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-b.halt:
		return false
	}
}

// hearAccepted takes over what a process that died has accepted and not decided
// on. It goes before everything that has come since.
func (b *Bot) hearAccepted(ctx context.Context) error {
	all, err := b.Store.Accepted(ctx)
	if err != nil {
		return err
	}
	defer close(b.heard)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inbox.mu.Lock()
	defer b.inbox.mu.Unlock()
	b.inbox.undecided += len(all)
	if n := len(all); n > 0 {
		var last uint64
		_, _ = fmt.Sscanf(all[n-1].Key, "%016x", &last) // a key of another form begins anew
		b.inbox.generation = max(b.inbox.generation, last+1)
	}
	for _, a := range slices.Backward(all) {
		var m dialog.Message
		text, _ := a.Message.(*json.RawMessage)
		if text == nil || json.Unmarshal(*text, &m) != nil {
			b.Log.Error("an accepted message is damaged, it is left", "person", a.Person)
			b.inbox.undecided--
			continue
		}
		settled := make(chan struct{})
		close(settled)
		l := b.lanes[a.Person]
		if l == nil {
			l = &lane{}
			b.lanes[a.Person] = l
		}
		l.waiting = slices.Insert(l.waiting, 0, work{in: m, accepted: &accepted{Accepted: a, settled: settled}})
		b.wake(a.Person, l)
	}
	return nil
}
