package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Asides are things that a platform does and nobody waits for. The zero value is
// ready; once it has ended nothing more is begun.
type Asides struct {
	Log *slog.Logger // of mistakes; may be nil

	mu    sync.Mutex
	wg    sync.WaitGroup
	ended bool
	life  context.Context
	end   context.CancelFunc
}

// Go does something within a time; false if it is too late for that.
func (a *Asides) Go(within time.Duration, do func(ctx context.Context)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return false
	}
	if a.life == nil {
		a.life, a.end = context.WithCancel(context.Background())
	}
	life := a.life
	a.wg.Go(func() {
		ctx, cancel := context.WithTimeout(life, within)
		defer cancel()
		a.attempt(ctx, do)
	})
	return true
}

// attempt does something. A mistake in it must not take everybody's conversations
// down; what it panicked with is not logged: it may quote a person.
func (a *Asides) attempt(ctx context.Context, do func(ctx context.Context)) {
	defer func() {
		if recover() != nil && a.Log != nil {
			a.Log.Error("a platform panicked", "stack", string(debug.Stack()))
		}
	}()
	do(ctx)
}

// End ends what is under way, and waits for it.
func (a *Asides) End() {
	a.mu.Lock()
	a.ended = true
	if a.end != nil {
		a.end()
	}
	a.mu.Unlock()
	a.wg.Wait()
}
