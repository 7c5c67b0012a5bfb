package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"contactbot/state"
)

// stuckAfter is how long something may have been due until the dispatcher counts
// as stuck: 1,000 calls at once take a minute at CloudMonitor's pace.
const stuckAfter = 10 * time.Minute

// maxFailing is how many people's work may fail while the bot counts as ready.
const maxFailing = 10

// Alive reports whether the bot can make progress at all: nobody holds for good
// what everybody needs.
func (b *Bot) Alive(ctx context.Context) error {
	free := make(chan struct{})
	go func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.rush.mu.Lock()
		defer b.rush.mu.Unlock()
		b.inbox.mu.Lock()
		defer b.inbox.mu.Unlock()
		close(free)
	}()
	select {
	case <-free:
		return nil
	case <-ctx.Done():
		return errors.New("the bot makes no progress: it has to be started again")
	}
}

// Ready reports whether what is due gets done. It does not ask the platforms.
func (b *Bot) Ready(ctx context.Context) error {
	var stuck []string
	for name, q := range b.queues {
		failing := q.failing(b.Now())
		late, err := b.Store.Due(ctx, name, b.Now().Add(-stuckAfter), min(len(failing), maxFailing)+1)
		if err != nil {
			return err
		}
		// Those whose record cannot be read, say, say nothing about the others, as
		// long as they are few.
		if len(failing) > maxFailing {
			failing = nil
		}
		if slices.ContainsFunc(late, func(p state.DuePerson) bool { return !failing[p.Person] }) {
			stuck = append(stuck, string(name))
		}
	}
	if len(stuck) > 0 {
		slices.Sort(stuck)
		return fmt.Errorf("the dispatcher is stuck: %v have been due for over %v", stuck, stuckAfter)
	}
	return nil
}

// Failing is how many people's due work fails again and again: their records
// cannot be read, or what is decided for them cannot be stored.
func (b *Bot) Failing() int {
	all := map[state.Person]bool{}
	for _, q := range b.queues {
		maps.Copy(all, q.failing(b.Now()))
	}
	return len(all)
}
