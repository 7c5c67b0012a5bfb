package bot

import (
	"context"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/state"
)

// countEvery is how often it is counted which contacts were never activated.
const countEvery = time.Hour

// countActivations counts, now and then, the contacts registered here with a
// channel that nobody has activated: no alert arrives there.
func (b *Bot) countActivations(ctx context.Context) {
	if b.Metrics == nil || b.Rules.NoLookup {
		return
	}
	for pause := time.Minute; ; pause = countEvery {
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		n, err := b.pendingActivations(ctx)
		if err != nil {
			b.Log.Warn("contacts that wait for activation could not be counted", "err", err)
			continue
		}
		b.Metrics.activations.Set(float64(n))
	}
}

func (b *Bot) pendingActivations(ctx context.Context) (int, error) {
	ours := map[string]bool{}
	err := b.Store.Registrations(ctx, func(r state.Registration) bool {
		if !r.Settled.IsZero() {
			ours[r.Contact] = true
		}
		return true
	})
	if err != nil || len(ours) == 0 {
		return 0, err
	}
	n := 0
	for c, err := range b.CloudMonitor.Contacts(ctx) {
		if err != nil {
			return 0, err
		}
		s := c.State
		for _, a := range []cloudmonitor.Activation{s.SMS, s.Mail, s.AliIM, s.DingWebHook} {
			if a == cloudmonitor.Pending && ours[c.Name] {
				n++
				break
			}
		}
	}
	return n, nil
}
