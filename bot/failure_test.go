package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

func TestNotStoredIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		engine.FailNext(syscall.ENOSPC)
		if err := <-h.says("U1", "1", oneLiner); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want the disk's error", err)
		}
		synctest.Wait()
		if h.platform.tried > 0 || len(h.service.lookups) > 0 {
			t.Error("acted on what was not stored")
		}
		h.must("U1", "1", oneLiner) // delivered again, when there is room
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || h.platform.told("U1", "registered") != 1 {
			t.Errorf("not registered afterwards: %v %q", err, h.platform.texts("U1"))
		}
		h.close()
	})
}

// TestKilled: a process dies while PutContact is under way. The next one makes
// the call again, and the person is told once.
func TestKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		first := newHouse(t, engine, nil)
		first.service.hang = true
		first.must("U1", "1", oneLiner)
		synctest.Wait()
		if first.service.count() != 1 {
			t.Fatalf("%d calls are under way", first.service.count())
		}
		first.kill()

		second := newHouse(t, engine, nil)
		if err := <-second.says("U1", "1", oneLiner); err != nil { // delivered again
			t.Fatal(err)
		}
		if err := second.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if n := second.platform.told("U1", "registered"); n != 1 || second.service.count() != 1 {
			t.Errorf("told %d times after %d calls: %q", n, second.service.count(), second.platform.texts("U1"))
		}
		second.close()
	})
}

// TestUndelivered: replies that cannot be delivered stay due, in order, over a
// restart.
func TestUndelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		first := newHouse(t, engine, nil)
		first.platform.fail = 1 << 30
		first.must("U1", "1", "register")
		first.must("U1", "2", "help")
		synctest.Wait()
		first.kill()

		second := newHouse(t, engine, func(o *bot.Options) { o.Platforms[0].(*platform).fail = 4 })
		if err := second.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		texts := second.platform.texts("U1")
		if len(texts) != 2 || !strings.HasPrefix(texts[0], "Let's") || !strings.HasPrefix(texts[1], "I register") {
			t.Errorf("delivered %q", texts)
		}
		if second.platform.tried != 6 {
			t.Errorf("tried %d times, want 4 in vain and 2", second.platform.tried)
		}
		second.close()
	})
}

// TestDrain: a shutdown waits for a while, takes no new messages, and leaves
// what is not done to the next process.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		first := newHouse(t, engine, nil)
		first.service.hang = true
		first.must("U1", "1", oneLiner)
		synctest.Wait()
		start := time.Now()
		first.stop()
		synctest.Wait()
		if err := <-first.says("U2", "1", oneLiner); !errors.Is(err, bot.ErrStopping) {
			t.Errorf("a message was taken during the shutdown: %v", err)
		}
		if err := <-first.ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("the shutdown took %v", took)
		}
		second := newHouse(t, engine, nil)
		if err := second.bot.Settled(t.Context(), person("U1")); err != nil || second.platform.told("U1", "registered") != 1 {
			t.Errorf("the next process did not finish: %v %q", err, second.platform.texts("U1"))
		}
		second.close()
	})
}

// TestResultNotStored: the disk is full when the answer comes. It is stored as
// soon as there is room, without calling again.
func TestResultNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.service.takes = 5 * time.Second
		h.must("U1", "1", oneLiner)
		pass(7 * time.Second) // the PutContact is under way
		if h.service.count() != 1 {
			t.Fatalf("%d calls", h.service.count())
		}
		engine.FailNext(syscall.ENOSPC)
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if n := h.platform.told("U1", "registered"); n != 1 || h.service.count() != 1 {
			t.Errorf("told %d times after %d calls: %q", n, h.service.count(), h.platform.texts("U1"))
		}
		h.close()
	})
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.service.fail = []error{
			&cloudmonitor.Error{Action: "PutContact", Status: 503, Code: "ServiceUnavailable", Temporary: true},
			&cloudmonitor.Error{Action: "PutContact", Status: 429, Code: "Throttling.User", Temporary: true, RetryAfter: 30 * time.Second},
			&cloudmonitor.Error{Action: "PutContact", Status: 403, Code: "Forbidden.RAM", Message: "no", RequestID: "R"},
		}
		h.must("U1", "1", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		p := h.service.puts
		if len(p) != 3 || p[1].Sub(p[0]) < 2*time.Second || p[2].Sub(p[1]) < 30*time.Second {
			t.Errorf("called at %v", p)
		}
		if h.platform.told("U1", "keep trying") != 1 || h.platform.told("U1", "refused") != 1 {
			t.Errorf("told %q", h.platform.texts("U1"))
		}
		h.close()
	})
}

// TestClearingFails: the disk is full when delivered replies are to be cleared.
// They are cleared later, and not delivered again.
func TestClearingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		var writes atomic.Int64
		engine.BeforePut = func(state.Batch) error {
			if n := writes.Add(1); n > 1 && n < 60 { // for a minute, the message's own write aside
				return syscall.ENOSPC
			}
			return nil
		}
		h.must("U1", "1", "register")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if n := len(h.platform.texts("U1")); n != 1 || writes.Load() < 60 {
			t.Errorf("%d replies after %d writes: %q", n, writes.Load(), h.platform.texts("U1"))
		}
		h.close()
	})
}

// TestUnreadable: a record that cannot be read is said to be, is not tried over
// and over, and stops nobody else.
func TestUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		err := engine.Put(t.Context(), state.Batch{Writes: []state.Write{{
			Table: "requests", Key: person("U1").Key(), Value: []byte("\x00{}"),
			Due: []state.Due{{Queue: state.Timers, At: time.Now()}, {Queue: state.Puts, At: time.Now()}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		h := newHouse(t, engine, nil)
		pass(10 * time.Minute)
		h.must("U2", "1", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U2")); err != nil || h.platform.told("U2", "registered") != 1 {
			t.Errorf("somebody else has to suffer: %v %q", err, h.platform.texts("U2"))
		}
		if n := strings.Count(h.logs.String(), "request could not be read"); n == 0 || n > 30 {
			t.Errorf("logged %d times in 10 minutes", n)
		}
		h.close()
	})
}

// TestMovedAway: a reply that cannot be delivered to where the person was goes
// to where they are.
func TestMovedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.platform.gone = "group"
		saved := make(chan error, 1)
		h.bot.Take(person("U1"), dialog.Message{ID: "1", Text: "register", From: state.Address{Where: "group"}, Member: true}, func(err error) { saved <- err })
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		h.must("U1", "2", "help") // in private
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		texts := h.platform.texts("U1")
		if len(texts) != 2 {
			t.Fatalf("delivered %q", texts)
		}
		if want := "Let's register you"; !strings.Contains(texts[0], want) {
			t.Errorf("what was meant for the group is lost: %q", texts)
		}
		h.close()
	})
}

// fragile is a platform that panics at first.
type fragile struct {
	*platform
	times int
}

func (f *fragile) Deliver(ctx context.Context, p state.Person, r state.Reply) error {
	if f.times--; f.times >= 0 {
		panic("alice@example.com")
	}
	return f.platform.Deliver(ctx, p, r)
}

// stranger is a platform that panics when it is asked who somebody is.
type stranger struct{ *platform }

func (*stranger) Profile(context.Context, state.Person) (commands.Profile, error) {
	panic("alice@example.com")
}

// TestCallPanics: a mistake in a call ends neither the process nor the
// conversation, and what it panicked with is not logged.
func TestCallPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), func(o *bot.Options) { o.Platforms[0] = &stranger{o.Platforms[0].(*platform)} })
		took := make(chan error, 1)
		h.bot.Take(person("U1"), dialog.Message{ID: "1", Text: "help", From: state.Address{Private: true}, Member: true, Stranger: true}, func(err error) { took <- err })
		if err := <-took; err != nil {
			t.Fatal(err)
		}
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || len(h.platform.texts("U1")) != 1 {
			t.Errorf("told %q, %v", h.platform.texts("U1"), err)
		}
		h.close()
		if logs := h.logs.String(); !strings.Contains(logs, "call panicked") || strings.Contains(logs, "alice@") {
			t.Errorf("logged:\n%s", logs)
		}
	})
}

// TestAsidePanics: nor does one in what a platform does aside.
func TestAsidePanics(t *testing.T) {
	var asides bot.Asides
	asides.Go(time.Minute, func(context.Context) { panic("alice@example.com") })
	asides.End()
}

// TestPlatformPanics: a mistake in a platform ends neither the process nor the
// reply, and what it panicked with is not logged.
func TestPlatformPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), func(o *bot.Options) { o.Platforms[0] = &fragile{o.Platforms[0].(*platform), 1} })
		h.must("U1", "1", "help")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || len(h.platform.texts("U1")) != 1 {
			t.Errorf("told %q, %v", h.platform.texts("U1"), err)
		}
		h.close()
		if logs := h.logs.String(); !strings.Contains(logs, "delivery panicked") || strings.Contains(logs, "alice@") {
			t.Errorf("logged:\n%s", logs)
		}
	})
}
