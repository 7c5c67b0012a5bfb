package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// stuckAfter is how long something may have been due until the dispatcher counts
// as stuck: 1,000 calls at once take a minute at CloudMonitor's pace.
const stuckAfter = 10 * time.Minute

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
	for q := range b.queues {
		late, err := b.Store.Due(ctx, q, b.Now().Add(-stuckAfter), 1)
		if err != nil {
			return err
		}
		if len(late) > 0 {
			stuck = append(stuck, string(q))
		}
	}
	if len(stuck) > 0 {
		slices.Sort(stuck)
		return fmt.Errorf("the dispatcher is stuck: %v have been due for over %v", stuck, stuckAfter)
	}
	return nil
}
