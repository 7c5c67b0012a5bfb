package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"contactbot/state"
)

// increment adds one to a counter in a record, as often as it takes.
func (h *harness) increment(key string) error {
	for {
		value, revision, err := h.Get(ctx, people, key)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(value))
		if uint64(n) != revision {
			return fmt.Errorf("read %d at revision %d", n, revision)
		}
		w := write(people, key, revision, strconv.Itoa(n+1), in(act, at(n)))
		if err = h.Put(ctx, state.Batch{Writes: []state.Write{w}}); !errors.Is(err, state.ErrConflict) {
			return err
		}
	}
}

var concurrentPromises = []promise{
	{"no increment is lost when many count in one record", func(h *harness) {
		const writers, each = 16, 20
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					if err := h.increment("counter"); err != nil {
						h.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		h.want(people, "counter", writers*each, strconv.Itoa(writers*each))
		h.queue(act, forever, 10, fmt.Sprintf("people/counter@%d", writers*each-1))
	}},
	{"nor when many count in many records", func(h *harness) {
		const writers, each, records = 64, 20, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					if err := h.increment(fmt.Sprint((w + i) % records)); err != nil {
						h.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		h.reopen()
		sum := uint64(0)
		_ = h.Scan(ctx, people, "", func(_ string, _ []byte, revision uint64) bool { sum += revision; return true })
		if sum != writers*each {
			h.Errorf("%d increments are left of %d", sum, writers*each)
		}
	}},
	{"what was put is read at once", func(h *harness) {
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				key := fmt.Sprint(w)
				for i := range uint64(30) {
					if err := h.Put(ctx, state.Batch{Writes: []state.Write{write(people, key, i, key, in(act, at(int(i))))}}); err != nil {
						h.Error(err)
						return
					}
					if _, r, err := h.Get(ctx, people, key); err != nil || r != i+1 {
						h.Errorf("read revision %d after %d (%v)", r, i+1, err)
					}
					entries, err := h.Due(ctx, act, forever, 100)
					if err != nil {
						h.Error(err)
					}
					for _, e := range entries {
						if e.Key == key && !e.At.Equal(at(int(i))) {
							h.Errorf("due at %v after it moved to %v", e.At, at(int(i)))
						}
					}
				}
			})
		}
		wg.Wait()
	}},
	{"a call whose context ended does nothing", func(h *harness) {
		h.put(write(people, "alice", 0, "one", in(act, at(1))))
		ended, end := context.WithCancel(ctx)
		end()
		if err := h.Put(ended, state.Batch{Writes: []state.Write{write(people, "alice", 1, "two")}}); !errors.Is(err, context.Canceled) {
			h.Errorf("put: %v", err)
		}
		if _, _, err := h.Get(ended, people, "alice"); !errors.Is(err, context.Canceled) {
			h.Errorf("get: %v", err)
		}
		if err := h.Scan(ended, people, "", func(string, []byte, uint64) bool { h.Error("called"); return true }); !errors.Is(err, context.Canceled) {
			h.Errorf("scan: %v", err)
		}
		if _, err := h.Due(ended, act, forever, 1); !errors.Is(err, context.Canceled) {
			h.Errorf("due: %v", err)
		}
		if err := h.Ping(ended); !errors.Is(err, context.Canceled) {
			h.Errorf("ping: %v", err)
		}
		h.want(people, "alice", 1, "one")
	}},
	{"a put whose context ends is stored or says that it is not", func(h *harness) {
		var wg sync.WaitGroup
		var stored, given atomic.Int64
		for w := range 32 {
			wg.Go(func() {
				key, revision := fmt.Sprint(w), uint64(0)
				for i := range 10 {
					c, end := context.WithTimeout(ctx, time.Duration(i*37%11)*20*time.Microsecond)
					err := h.Put(c, state.Batch{Writes: []state.Write{write(people, key, revision, "x")}})
					end()
					switch {
					case err == nil:
						revision++
						stored.Add(1)
					case errors.Is(err, context.DeadlineExceeded):
						given.Add(1)
					default:
						h.Errorf("put: %v", err)
					}
					if _, got, err := h.Get(ctx, people, key); err != nil || got != revision {
						h.Errorf("revision %d, want %d (%v)", got, revision, err)
					}
				}
			})
		}
		wg.Wait()
		h.Logf("%d stored, %d given up", stored.Load(), given.Load())
	}},
	{"close stores what was acknowledged, and ends everything", func(h *harness) {
		var wg sync.WaitGroup
		var acknowledged [16]atomic.Uint64
		var some sync.WaitGroup
		some.Add(len(acknowledged))
		for w := range acknowledged {
			wg.Go(func() {
				for i := uint64(0); ; i++ {
					if err := h.Put(ctx, state.Batch{Writes: []state.Write{write(people, fmt.Sprint(w), i, "x")}}); err != nil {
						return // closed
					}
					acknowledged[w].Store(i + 1)
					if i == 3 {
						some.Done()
					}
				}
			})
		}
		some.Wait()
		if err := h.Close(); err != nil {
			h.Errorf("close: %v", err)
		}
		wg.Wait()
		_, _, getErr := h.Get(ctx, people, "0")
		_, dueErr := h.Due(ctx, act, forever, 1)
		for what, err := range map[string]error{
			"put":  h.Put(ctx, state.Batch{Writes: []state.Write{write(people, "late", 0, "x")}}),
			"get":  getErr,
			"due":  dueErr,
			"scan": h.Scan(ctx, people, "", func(string, []byte, uint64) bool { return true }),
			"ping": h.Ping(ctx),
		} {
			if err == nil {
				h.Errorf("%s after close is no error", what)
			}
		}
		if err := h.Close(); err != nil {
			h.Errorf("close again: %v", err)
		}
		if _, forgets := h.Engine.(Volatile); forgets {
			return
		}
		h.Engine = h.open()
		for w := range acknowledged {
			if _, r, err := h.Get(ctx, people, fmt.Sprint(w)); err != nil || r != acknowledged[w].Load() {
				h.Errorf("revision %d, acknowledged %d (%v)", r, acknowledged[w].Load(), err)
			}
		}
	}},
	{"ping says that writes are possible", func(h *harness) {
		for range 3 {
			if err := h.Ping(ctx); err != nil {
				h.Error(err)
			}
		}
	}},
}
