package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
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
			h.must(fmt.Sprint(i), "1", fmt.Sprintf("register name=Alice%d describe=ECS mail=alice%d@example.com", i, i))
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
