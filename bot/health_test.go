package bot_test

import (
	"context"
	"fmt"
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

// damage makes somebody's record one that cannot be read, and that is due.
func damage(t *testing.T, engine state.Engine, user string) {
	t.Helper()
	key := person(user).Key()
	_, rev, err := engine.Get(t.Context(), "requests", key)
	if err != nil {
		t.Fatal(err)
	}
	damaged := state.Write{Table: "requests", Key: key, Value: []byte("\x00damaged"), Revision: rev, Due: []state.Due{{Queue: state.Timers, At: time.Now()}}}
	if err := engine.Put(t.Context(), state.Batch{Writes: []state.Write{damaged}}); err != nil {
		t.Fatal(err)
	}
}

// TestReadyBesideDamagedRecords: a few people's records that cannot be read do not
// take the bot away from everybody else, and are counted until they are erased;
// many do.
func TestReadyBesideDamagedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		damage(t, engine, "U1")
		h := newHouse(t, engine, nil)
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
		store, err := state.Open(t.Context(), engine, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, found, err := store.Forget(t.Context(), person("U1")); !found || err != nil {
			t.Fatalf("erased: %t, %v", found, err)
		}
		pass(15 * time.Minute)
		if n := h.bot.Failing(); n != 0 {
			t.Errorf("%d people count as failing when the record is gone", n)
		}
		h.close()

		for i := range 11 {
			damage(t, engine, fmt.Sprint("U", 10+i))
		}
		h = newHouse(t, engine, nil)
		pass(time.Hour)
		if err := h.bot.Ready(t.Context()); err == nil {
			t.Error("ready, though everybody fails")
		}
		h.close()
	})
}

// TestReadyAfterALongAbsence: what a reply's late delivery makes due is done.
func TestReadyAfterALongAbsence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.platform.fail = 20 // for an hour and more
		h.must("U1", "", "english")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		pass(3 * time.Hour)
		if err := h.bot.Ready(t.Context()); err != nil {
			t.Error(err)
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
