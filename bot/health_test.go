package bot_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/state"
)

// TestReady: a dispatcher that does nothing is noticed, and one that works is not
// blamed.
func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		store, err := state.Open(t.Context(), engine, nil)
		if err != nil {
			t.Fatal(err)
		}
		idle := bot.New(bot.Options{Store: store, CloudMonitor: &service{}}) // it does not run
		r := state.Request{Person: person("U1"), Phase: state.Asking, Touched: time.Now(), Begun: time.Now(), Timer: time.Now()}
		if _, err := store.Save(t.Context(), state.Change{Request: r}); err != nil {
			t.Fatal(err)
		}
		if err := idle.Ready(t.Context()); err != nil {
			t.Errorf("too early: %v", err)
		}
		pass(11 * time.Minute)
		if err := idle.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "stuck: [timers]") {
			t.Errorf("ready: %v", err)
		}
		h := newHouse(t, engine, nil)
		pass(time.Second)
		if err := h.bot.Ready(t.Context()); err != nil {
			t.Errorf("it works: %v", err)
		}
		if err := h.bot.Alive(t.Context()); err != nil {
			t.Errorf("it works: %v", err)
		}
		h.close()
	})
}

// TestReadyBesideADamagedRecord: one person's record that cannot be read does not
// take the bot away from everybody else, and is counted.
func TestReadyBesideADamagedRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.must("U1", "", "register")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		h.close()
		key := person("U1").Key()
		_, rev, err := engine.Get(t.Context(), "requests", key)
		if err != nil {
			t.Fatal(err)
		}
		damaged := state.Write{Table: "requests", Key: key, Value: []byte("\x00damaged"), Revision: rev, Due: []state.Due{{Queue: state.Timers, At: time.Now()}}}
		if err := engine.Put(t.Context(), state.Batch{Writes: []state.Write{damaged}}); err != nil {
			t.Fatal(err)
		}
		h = newHouse(t, engine, nil)
		pass(24 * time.Hour)
		if err := h.bot.Ready(t.Context()); err != nil {
			t.Errorf("not ready for the others: %v", err)
		}
		if n := h.bot.Failing(); n != 1 {
			t.Errorf("%d people count as failing", n)
		}
		h.must("U2", "", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U2")); err != nil {
			t.Fatal(err)
		}
		h.wants("U2", "Alice is registered")
		h.close()
	})
}

// TestAlive: a bot in which something is held for good is noticed. (On the fake
// clock nothing passes while somebody waits for a mutex.)
func TestAlive(t *testing.T) {
	h := newHouse(t, memory(), nil)
	letGo := h.bot.Hold()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := h.bot.Alive(ctx); err == nil {
		t.Error("it counts as alive")
	}
	letGo()
	if err := h.bot.Alive(t.Context()); err != nil {
		t.Error(err)
	}
	h.close()
}
