package bot

import (
	"context"
	"time"
)

const (
	// sweepEvery is how often it is looked for what can be forgotten.
	sweepEvery = 10 * time.Minute
	// sweepMost is how much is deleted in one write.
	sweepMost = 500
)

// sweep deletes what is of no use any more.
func (b *Bot) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for {
			n, err := b.Store.Expire(ctx, b.Now(), sweepMost)
			if err != nil && ctx.Err() == nil {
				b.Log.Error("what is of no use any more could not be deleted", "err", err)
			}
			if err != nil || n < sweepMost {
				break
			}
		}
	}
}
