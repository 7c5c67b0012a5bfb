package bot_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/state"
)

// TestDeliveredOnce: however long storing and delivering take, every reply is
// delivered once, in order, and none waits for its lease to end.
func TestDeliveredOnce(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			dice := &dice{random: rand.New(rand.NewPCG(seed, 1))}
			h := newHouse(t, &slowEngine{memory(), dice}, func(o *bot.Options) {
				o.Platforms = []bot.Platform{&slowPlatform{o.Platforms[0].(*platform), dice}}
			})
			start := time.Now()
			for i := range 12 {
				h.says("U1", fmt.Sprint(i), "help")
				pass(dice.roll())
			}
			if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			h.close()
			var ids []uint64
			for _, r := range h.platform.delivered["U1"] {
				ids = append(ids, r.ID)
			}
			if len(ids) != 12 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 12 {
				t.Fatalf("seed %d: delivered %v", seed, ids)
			}
			if took > 5*time.Second {
				t.Fatalf("seed %d: took %v", seed, took)
			}
		})
	}
}

// TestDeliveredAnew: a record of which nothing is to be kept is deleted as soon
// as its reply is delivered, and the next message begins a new one. Its replies
// are not taken for those of the old one.
func TestDeliveredAnew(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			dice := &dice{random: rand.New(rand.NewPCG(seed, 2))}
			h := newHouse(t, &slowEngine{memory(), dice}, func(o *bot.Options) {
				o.Platforms = []bot.Platform{&slowPlatform{o.Platforms[0].(*platform), dice}}
			})
			for range 12 {
				h.says("U1", "", "help") // without an ID: there is nothing to remember
				pass(dice.roll())
			}
			if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
				t.Fatal(err)
			}
			h.close()
			if n := len(h.platform.delivered["U1"]); n != 12 {
				t.Fatalf("seed %d: %d of 12 replies were delivered", seed, n)
			}
		})
	}
}

// dice are how long things take: mostly nothing, at times long.
type dice struct {
	mu     sync.Mutex
	random *rand.Rand
}

func (d *dice) roll() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Duration(d.random.IntN(50)*max(0, d.random.IntN(8)-4)) * time.Millisecond
}

// slowEngine takes its time to store, and to say that it has stored.
type slowEngine struct {
	state.Engine
	dice *dice
}

func (e *slowEngine) Put(ctx context.Context, b state.Batch) error {
	pass(e.dice.roll())
	err := e.Engine.Put(ctx, b)
	pass(e.dice.roll())
	return err
}

type slowPlatform struct {
	*platform
	dice *dice
}

func (p *slowPlatform) Deliver(ctx context.Context, who state.Person, r state.Reply) error {
	pass(p.dice.roll())
	return p.platform.Deliver(ctx, who, r)
}
