package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/state"
	"contactbot/state/bolt"
)

func TestRegisters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.must("U1", "1", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if n := h.platform.told("U1", "registered"); n != 1 {
			t.Errorf("told of the success %d times: %q", n, h.platform.texts("U1"))
		}
		if c := h.service.contacts["Alice"]; c.Channels.Mail != "alice@example.com" || c.Channels.SMS != "13800138000" {
			t.Error("the contact arrived with other values")
		}
		h.close()
	})
}

// TestSaveThenAcknowledgeThenAct holds the first write of a message back: until
// it is through, the message is not acknowledged, nothing is answered and
// CloudMonitor is not called.
func TestSaveThenAcknowledgeThenAct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, through := memory(), make(chan struct{})
		var held sync.Once
		h := newHouse(t, engine, nil)
		engine.BeforePut = func(state.Batch) error {
			held.Do(func() { <-through })
			return nil
		}
		saved := h.says("U1", "1", oneLiner)
		synctest.Wait()
		select {
		case <-saved:
			t.Error("acknowledged before it was stored")
		default:
		}
		if h.platform.tried > 0 || len(h.service.lookups) > 0 {
			t.Error("acted before it was stored")
		}
		close(through)
		if err := <-saved; err != nil {
			t.Error(err)
		}
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || h.platform.told("U1", "registered") != 1 {
			t.Errorf("not registered afterwards: %v %q", err, h.platform.texts("U1"))
		}
		h.close()
	})
}

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

// TestOrder: messages of one person are taken in order; another person's do not
// wait for them.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, through := memory(), make(chan struct{})
		h := newHouse(t, engine, nil)
		engine.BeforePut = func(b state.Batch) error {
			if strings.Contains(b.Writes[0].Key, "slow") {
				<-through
			}
			return nil
		}
		var slow []<-chan error
		for i, text := range []string{"register", "Alice", "back", "Bob", "ECS"} {
			slow = append(slow, h.says("slow", fmt.Sprint(i), text))
		}
		h.must("U2", "1", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U2")); err != nil || h.platform.told("U2", "registered") != 1 {
			t.Errorf("somebody else had to wait: %v %q", err, h.platform.texts("U2"))
		}
		close(through)
		for _, saved := range slow {
			if err := <-saved; err != nil {
				t.Error(err)
			}
		}
		if err := h.bot.Settled(t.Context(), person("slow")); err != nil {
			t.Fatal(err)
		}
		r := h.stored("slow")
		if r.Draft.Name != "Bob" || r.Draft.Describe != "ECS" {
			t.Errorf("taken out of order: %q, %q", r.Draft.Name, r.Draft.Describe)
		}
		replies := h.platform.delivered["slow"]
		if !slices.IsSortedFunc(replies, func(a, b state.Reply) int { return int(a.ID) - int(b.ID) }) {
			t.Error("answered out of order")
		}
		h.close()
	})
}

func (h *house) stored(user string) state.Request {
	h.t.Helper()
	store, err := state.Open(h.t.Context(), h.engine.Engine, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := store.Request(h.t.Context(), person(user))
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// TestPace: many submissions at once go out under CloudMonitor's limit, however
// long it takes to answer, and everybody is told how it ended.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people = 300
		h := newHouse(t, memory(), nil)
		h.service.takes = 10 * time.Second
		start := time.Now()
		for i := range people {
			h.must(fmt.Sprint(i), "1", fmt.Sprintf("register name=Alice%d describe=ECS mail=alice@example.com", i))
		}
		for i := range people {
			if err := h.bot.Settled(t.Context(), person(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
			if n := h.platform.told(fmt.Sprint(i), "registered"); n != 1 {
				t.Errorf("person %d was told of the success %d times: %q", i, n, h.platform.texts(fmt.Sprint(i)))
			}
		}
		// Lookups and submissions overlap; the last waits for its lookup.
		want := people*time.Second*10/192 + 21*time.Second
		if took := time.Since(start); took > want+time.Second {
			t.Errorf("took %v, want about %v", took, want)
		}
		for name, calls := range map[string][]time.Time{"PutContact": h.service.puts, "DescribeContactList": h.service.lookups} {
			if len(calls) != people {
				t.Errorf("%d calls of %s for %d people", len(calls), name, people)
			}
			for i := 20; i < len(calls); i++ {
				if gap := calls[i].Sub(calls[i-20]); gap <= time.Second {
					t.Fatalf("21 calls of %s within %v", name, gap)
				}
			}
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

		second := newHouse(t, engine, nil)
		second.platform.fail = 4
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

// TestReminderAndExpiry: what is due later happens without anybody saying
// anything, also after a restart.
func TestReminderAndExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		first := newHouse(t, engine, nil)
		first.must("U1", "1", "register name=Alice")
		pass(2 * time.Hour)
		if first.platform.told("U1", "not finished") != 1 {
			t.Errorf("told %q", first.platform.texts("U1"))
		}
		first.close()
		second := newHouse(t, engine, nil)
		pass(48 * time.Hour)
		if second.platform.told("U1", "dropped") != 1 || len(second.platform.texts("U1")) != 1 {
			t.Errorf("told %q", second.platform.texts("U1"))
		}
		if r := second.stored("U1"); r.Revision != 0 {
			t.Error("something is kept for ever")
		}
		second.close()
	})
}

// TestLogsHoldNoValues scans what is logged, at debug, for what was typed.
func TestLogsHoldNoValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.service.fail = []error{
			&cloudmonitor.Error{Action: "PutContact", Status: 503, Code: "ServiceUnavailable", Message: "13800138000", Temporary: true},
			&cloudmonitor.Error{Action: "PutContact", Status: 400, Code: "InvalidParameterValue", Message: "alice@example.com"},
		}
		h.platform.fail = 2
		h.must("U1", "1", oneLiner)
		h.must("U1", "1", oneLiner)
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		engine.FailNext(syscall.ENOSPC)
		<-h.says("U1", "2", "mail=bob@example.org access_token=secret webhook=https://oapi.dingtalk.com/robot/send?access_token=7d49515e8ebf")
		h.must("U1", "3", "phone 13912345678 please")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		h.close()
		logs := h.logs.String()
		if !strings.Contains(logs, "level=DEBUG") || !strings.Contains(logs, "call failed") {
			t.Errorf("the logs say too little to be a test:\n%s", logs)
		}
		for _, typed := range []string{"alice@example.com", "13800138000", "bob@example.org", "secret", "7d49515e8ebf", "13912345678", "please", "describe"} {
			if strings.Contains(logs, typed) {
				t.Errorf("%q is in the logs:\n%s", typed, logs)
			}
		}
	})
}

// TestOnBolt plays a registration on the engine of production, with real time.
func TestOnBolt(t *testing.T) {
	engine, err := bolt.Open(t.TempDir()+"/contactbot.db", bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, engine, nil)
	for i := range 20 {
		h.must(fmt.Sprint(i), "1", fmt.Sprintf("register name=Alice%d", i))
		h.must(fmt.Sprint(i), "2", "help")
	}
	for i := range 20 {
		if err := h.bot.Settled(t.Context(), person(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if n := len(h.platform.texts(fmt.Sprint(i))); n != 2 {
			t.Errorf("person %d got %d replies: %q", i, n, h.platform.texts(fmt.Sprint(i)))
		}
	}
	h.close()
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
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
		h.bot.Take(person("U1"), dialog.Message{ID: "1", Text: "register", From: state.Address{Where: "group"}}, func(err error) { saved <- err })
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		h.must("U1", "2", "help") // in private
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if texts := h.platform.texts("U1"); len(texts) != 2 {
			t.Errorf("delivered %q", texts)
		}
		h.close()
	})
}

// TestTwoWantOneName: of two people who register one name at the same moment,
// in whatever spelling, one gets it and the other is asked for another.
func TestTwoWantOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), func(o *bot.Options) { o.Pace = 1000 })
		h.service.takes = time.Second // both are checked before either is sent
		first := h.says("U1", "1", "register name=Alice describe=ECS mail=alice@example.com")
		second := h.says("U2", "1", "register name=alice describe=RDS mail=mallory@example.com")
		for _, saved := range []<-chan error{first, second} {
			if err := <-saved; err != nil {
				t.Fatal(err)
			}
		}
		for _, user := range []string{"U1", "U2"} {
			if err := h.bot.Settled(t.Context(), person(user)); err != nil {
				t.Fatal(err)
			}
		}
		won := h.platform.told("U1", "is registered as") + h.platform.told("U2", "is registered as")
		lost := h.platform.told("U1", "by somebody else") + h.platform.told("U2", "by somebody else")
		if won != 1 || lost != 1 || h.service.count() != 1 {
			t.Errorf("%d won, %d lost, %d calls: %q, %q", won, lost, h.service.count(), h.platform.texts("U1"), h.platform.texts("U2"))
		}
		h.close()
	})
}
