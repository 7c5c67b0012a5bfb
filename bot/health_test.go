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
