package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/enginetest"
)

// words are what is said in a rush, and answers what is answered.
var (
	words   = []string{"help", "中文", "帮助", "English"}
	answers = []string{"I register you", "好的，用中文。", "我帮你登记", "English it is."}
)

// rush lets so many people write at once, each so many messages; it returns when
// all are stored.
func (h *house) rush(people, messages int) {
	h.t.Helper()
	var stored []<-chan error
	for m := range messages {
		for p := range people {
			stored = append(stored, h.says(fmt.Sprint(p), fmt.Sprint(m), words[m%4]))
		}
	}
	for _, s := range stored {
		if err := <-s; err != nil {
			h.t.Fatal(err)
		}
	}
}

// inbox is what was accepted and not decided on.
func (h *house) inbox() []state.Accepted {
	h.t.Helper()
	all, err := h.bot.Store.Accepted(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// answered checks that each message of a rush was answered once, in order.
func (h *house) answered(people, messages int) {
	h.t.Helper()
	for p := range people {
		user := fmt.Sprint(p)
		if err := h.bot.Settled(h.t.Context(), person(user)); err != nil {
			h.t.Fatal(err)
		}
		got := h.platform.texts(user)
		if len(got) != messages {
			h.t.Errorf("%s was told %q", user, got)
			continue
		}
		for m, text := range got {
			if !strings.HasPrefix(text, answers[m%4]) {
				h.t.Errorf("%s was told %.30q as answer %d of %d", user, text, m, messages)
				break
			}
		}
	}
	if left := h.inbox(); len(left) > 0 {
		h.t.Errorf("%d messages are left in the inbox", len(left))
	}
}

// TestRush: everybody is acknowledged before anything else is done, with few
// writes, and then answered, once.
func TestRush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		count := &counted{Engine: memory()}
		h := newHouse(t, count, nil)
		h.rush(200, 1)
		if puts := count.puts.Load(); puts > 20 {
			t.Errorf("200 messages took %d writes before they were acknowledged", puts)
		}
		if told := len(h.platform.delivered); told > 10 {
			t.Errorf("%d were answered while others waited for their acknowledgement", told)
		}
		h.answered(200, 1)
		h.close()
	})
}

// counted counts the writes of an engine.
type counted struct {
	state.Engine
	puts atomic.Int64
}

func (c *counted) Put(ctx context.Context, b state.Batch) error {
	c.puts.Add(1)
	pass(time.Millisecond) // as a disk does
	return c.Engine.Put(ctx, b)
}

// TestRushInOrder: what one person says stays in its order, in the inbox and
// beside it.
func TestRushInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.rush(20, 7)
		h.answered(20, 7)
		h.close()
	})
}

// TestRushKilled: what was acknowledged and not decided on is decided on by the
// next process, before what comes after it.
func TestRushKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		h := newHouse(t, engine, nil)
		h.rush(50, 2)
		if len(h.inbox()) < 50 {
			t.Fatalf("only %d messages are in the inbox: this tests nothing", len(h.inbox()))
		}
		h.kill()
		before := h.platform.delivered
		next := newHouse(t, engine, func(o *bot.Options) { o.Platforms[0].(*platform).delivered = before })
		redelivered := next.says("0", "1", "me") // Slack did not get the acknowledgement
		next.answered(50, 2)
		if err := <-redelivered; err != nil {
			t.Error(err)
		}
		next.close()
	})
}

// TestRushOnFullDisk: what cannot be stored is told to whoever asks, and nothing
// follows from it.
func TestRushOnFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), func(o *bot.Options) { o.Drain = time.Millisecond })
		h.engine.Dead.Store(true)
		var stored []<-chan error
		for p := range 50 {
			stored = append(stored, h.says(fmt.Sprint(p), "1", "help"))
		}
		for _, s := range stored {
			if err := <-s; !errors.Is(err, enginetest.ErrDead) {
				t.Errorf("told %v", err)
			}
		}
		h.engine.Dead.Store(false)
		h.must("0", "1", "help") // it comes again
		if err := h.bot.Settled(t.Context(), person("0")); err != nil {
			t.Fatal(err)
		}
		if got := h.platform.texts("0"); len(got) != 1 || len(h.platform.delivered) != 1 {
			t.Errorf("told %q", got)
		}
		h.close()
	})
}

// TestFormBehindRush: a form that is sent behind messages of a rush is answered
// in time.
func TestFormBehindRush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.rush(8, 7)
		start := time.Now()
		var filled []<-chan error
		for p := range 8 {
			saved := make(chan error, 1)
			h.bot.Fill(person(fmt.Sprint(p)), dialog.Filled{ID: "form", From: state.Address{Private: true}, Profile: &commands.Profile{Member: true}}, func(_ []dialog.Problem, err error) { saved <- err })
			filled = append(filled, saved)
		}
		for _, saved := range filled {
			if err := <-saved; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("told after %v", took)
		}
		h.close()
	})
}

// TestUndecidable: when an accepted message cannot be decided on, whoever says
// something behind it is told so, nobody else is slower, and the bot ends at
// once. When it can again, it is.
func TestUndecidable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		engine.BeforePut = func(b state.Batch) error {
			if slices.ContainsFunc(b.Writes, func(w state.Write) bool { return w.Table == "requests" && strings.HasSuffix(w.Key, "/sick") }) {
				return syscall.EIO
			}
			return nil
		}
		h := newHouse(t, engine, nil)
		for p := range 20 { // a rush
			h.says(fmt.Sprint(p), "1", "help")
		}
		if err := <-h.says("sick", "1", "help"); err != nil {
			t.Fatalf("not accepted: %v", err)
		}
		pass(10 * time.Second)
		for i := range 5 {
			if err := <-h.says("sick", fmt.Sprint("again", i), "help"); !errors.Is(err, syscall.EIO) {
				t.Errorf("told %v", err)
			}
		}
		start := time.Now()
		h.must("well", "1", "help")
		if err := h.bot.Settled(t.Context(), person("well")); err != nil || time.Since(start) > rushLook {
			t.Errorf("somebody else was answered after %v: %v", time.Since(start), err)
		}
		start = time.Now()
		h.close()
		if took := time.Since(start); took > time.Second {
			t.Errorf("ended after %v", took)
		}
		engine.BeforePut = nil
		next := newHouse(t, engine, nil)
		if err := next.bot.Settled(t.Context(), person("sick")); err != nil || len(next.platform.texts("sick")) != 1 {
			t.Errorf("told %q, %v", next.platform.texts("sick"), err)
		}
		next.close()
	})
}

// rushLook is longer than a lone person waits for an answer.
const rushLook = 50 * time.Millisecond

// TestDamagedInbox: a record that cannot be read stops nobody else.
func TestDamagedInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		if err := engine.Put(t.Context(), state.Batch{Writes: []state.Write{{Table: "inbox", Key: "1", Value: []byte("damaged")}}}); err != nil {
			t.Fatal(err)
		}
		h := newHouse(t, engine, nil)
		h.rush(20, 1)
		h.must("after", "1", "help")
		if err := h.bot.Settled(t.Context(), person("after")); err != nil {
			t.Fatal(err)
		}
		h.close()
		if !strings.Contains(h.logs.String(), "is damaged") {
			t.Error("it is not logged")
		}
	})
}

// TestDropIsRepeated: a message that came twice in a rush is taken out of the
// inbox even if the disk is full for a moment.
func TestDropIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := memory()
		var full atomic.Int64
		engine.BeforePut = func(b state.Batch) error {
			if len(b.Writes) == 1 && b.Writes[0].Table == "inbox" && b.Writes[0].Value == nil && full.Add(1) <= 3 {
				return syscall.ENOSPC
			}
			return nil
		}
		h := newHouse(t, engine, nil)
		h.rush(10, 1)
		h.rush(10, 1) // delivered again
		pass(time.Minute)
		if left := h.inbox(); len(left) > 0 || full.Load() < 3 {
			t.Errorf("%d messages are left in the inbox; the disk was full %d times", len(left), full.Load())
		}
		h.answered(10, 1)
		h.close()
	})
}

// TestFullInbox: more than the inbox holds is decided on at once.
func TestFullInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		h.rush(2500, 1)
		h.answered(2500, 1)
		h.close()
	})
}
