package enginetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"contactbot/state"
)

var queuePromises = []promise{
	{"entries move and go with their record", func(h *harness) {
		h.put(write(people, "alice", 0, "one", in(act, at(1)), in(forget, at(9))))
		h.queue(act, forever, 10, "people/alice@1")
		h.queue(forget, forever, 10, "people/alice@9")
		h.put(write(people, "alice", 1, "two", in(forget, at(9)), in(act, at(3))))
		h.queue(act, forever, 10, "people/alice@3")
		h.queue(act, at(2), 10)
		h.put(write(people, "alice", 2, "three", in(act, at(1)))) // and back
		h.queue(act, forever, 10, "people/alice@1")
		h.queue(forget, forever, 10)
		h.reopen()
		h.queue(act, forever, 10, "people/alice@1")
		h.put(write(people, "alice", 3, "four"))
		h.queue(act, forever, 10)
		h.put(write(people, "alice", 4, "five", in(act, at(1))))
		h.put(remove(people, "alice", 5))
		h.queue(act, forever, 10)
		h.put(write(people, "alice", 0, "again"))
		h.queue(act, forever, 10)
	}},
	{"entries far in the future move and go too", func(h *harness) {
		later := func(n int) time.Time { return at(n).AddDate(100, 0, 0) }
		due := func() (got []string) {
			entries, err := h.Due(ctx, act, forever, 10)
			if err != nil {
				h.Fatal(err)
			}
			for _, e := range entries {
				got = append(got, fmt.Sprintf("%s@%v", e.Key, e.At.Sub(later(0)).Seconds()))
			}
			return got
		}
		for i := range uint64(300) {
			h.put(write(people, "alice", i, "x", in(act, later(int(i)))), write(towns, "rome", i, "x", in(act, later(int(i%2)))))
		}
		if got := due(); !slices.Equal(got, []string{"rome@1", "alice@299"}) {
			h.Errorf("due: %v", got)
		}
		h.reopen()
		h.put(remove(people, "alice", 300), write(towns, "rome", 300, "x", in(act, later(0))))
		if got := due(); !slices.Equal(got, []string{"rome@0"}) {
			h.Errorf("due: %v", got)
		}
		h.reopen()
		if got := due(); !slices.Equal(got, []string{"rome@0"}) {
			h.Errorf("due: %v", got)
		}
	}},
	{"entries are in order of time, table and key", func(h *harness) {
		h.put(
			write(towns, "a", 0, "", in(act, at(2))), write(people, "b", 0, "", in(act, at(2))), write(people, "a", 0, "", in(act, at(2))),
			write(people, "z", 0, "", in(act, at(1))), write(people, "y", 0, "", in(act, at(-1))), write(people, "x", 0, "", in(act, at(3))),
		)
		h.queue(act, forever, 10, "people/y@-1", "people/z@1", "people/a@2", "people/b@2", "towns/a@2", "people/x@3")
		h.queue(act, at(2), 3, "people/y@-1", "people/z@1", "people/a@2")
		h.queue(act, at(2), 0)
		h.queue(act, at(2), -1)
	}},
	{"until is the last moment that counts", func(h *harness) {
		h.put(write(people, "alice", 0, "", in(act, at(5))))
		h.queue(act, at(5).Add(-1), 10)
		h.queue(act, at(5), 10, "people/alice@5")
		h.queue(act, time.Time{}, 10)
		h.queue(act, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 10, "people/alice@5")
	}},
	{"queues are independent", func(h *harness) {
		h.put(write(people, "alice", 0, "", in(act, at(1))), write(people, "bob", 0, "", in(forget, at(2))), write(people, "carol", 0, ""))
		h.queue(act, forever, 10, "people/alice@1")
		h.queue(forget, forever, 10, "people/bob@2")
		h.queue("ac", forever, 10)
		h.queue("actor", forever, 10)
	}},
	{"times before 1970 and the ends of time are in order", func(h *harness) {
		times := []time.Time{time.Unix(0, math.MinInt64), time.Unix(-1e9, 0), time.Unix(0, -1), time.Unix(0, 0), time.Unix(0, 1), time.Unix(0, math.MaxInt64)}
		var writes []state.Write
		for _, i := range rand.Perm(len(times)) {
			writes = append(writes, write(people, fmt.Sprint(i), 0, "", in(act, times[i].In(time.FixedZone("x", 3600)))))
		}
		h.put(writes...)
		for i, until := range times {
			entries, err := h.Due(ctx, act, until, 10)
			if err != nil || len(entries) != i+1 {
				h.Fatalf("until time %d: %d entries, %v", i, len(entries), err)
			}
			if last := entries[i]; !last.At.Equal(until) || last.At.Location() != time.UTC || last.Key != fmt.Sprint(i) {
				h.Errorf("entry %d is %s at %v", i, last.Key, last.At)
			}
		}
	}},
	{"dues that cannot be are refused", func(h *harness) {
		h.refused(write(people, "alice", 0, "", in(act, time.Time{})))
		h.refused(write(people, "alice", 0, "", in(act, time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC))))
		h.refused(write(people, "alice", 0, "", in(act, at(1)), in(forget, at(1)), in(act, at(2))))
		h.refused(write(people, "alice", 0, "", in("", at(1))))
		h.refused(write(people, "alice", 0, "", in("a\x00b", at(1))))
		h.refused(write(people, "alice", 0, "", in(state.Queue(strings.Repeat("q", MaxName+1)), at(1))))
		gone := remove(people, "alice", 0)
		gone.Due = []state.Due{in(act, at(1))}
		h.refused(gone)
	}},
}

var limitPromises = []promise{
	{"keys may have any bytes", func(h *harness) {
		keys := []string{"\x00", "\x00\x00", "a\x00b", "a", "姓名", "\xff\xfe", "slack/T1/U1", strings.Repeat("k", MaxKey)}
		var writes []state.Write
		for _, key := range keys {
			writes = append(writes, write(people, key, 0, "value of "+key, in(act, at(1))))
		}
		h.put(writes...)
		h.reopen()
		slices.Sort(keys)
		for _, key := range keys {
			h.want(people, key, 1, "value of "+key)
		}
		h.scan(people, "", keys...)
		entries, err := h.Due(ctx, act, forever, 100)
		if err != nil || len(entries) != len(keys) {
			h.Fatalf("%d entries, %v", len(entries), err)
		}
		for i, e := range entries {
			if e.Key != keys[i] || e.Table != people {
				h.Errorf("entry %d: %q in %s", i, brief([]byte(e.Key)), e.Table)
			}
		}
		for _, key := range keys {
			h.put(remove(people, key, 1))
		}
		h.queue(act, forever, 10)
	}},
	{"keys and names that cannot be are refused", func(h *harness) {
		h.refused(write(people, "", 0, "x"))
		h.refused(remove(people, "", 0))
		h.refused(write(people, strings.Repeat("k", MaxKey+1), 0, "x"))
		h.refused(write("", "alice", 0, "x"))
		h.refused(write("a\x00b", "alice", 0, "x"))
		h.refused(write(state.Table(strings.Repeat("t", MaxName+1)), "alice", 0, "x"))
		h.put(write(state.Table(strings.Repeat("t", MaxName)), "alice", 0, "x", in(state.Queue(strings.Repeat("q", MaxName)), at(1))))
		h.gone(people, "")
		h.gone("", "")
		h.gone(people, strings.Repeat("k", 1<<17))
	}},
	{"values have from 0 bytes to the limit", func(h *harness) {
		long := strings.Repeat("0123456789abcdef", MaxValue/16)
		for i, value := range []string{"", "x", long[:4096], long} {
			key := fmt.Sprint(i)
			h.put(write(people, key, 0, value, in(act, at(i))))
			h.want(people, key, 1, value)
			h.reopen()
			h.want(people, key, 1, value)
			h.put(write(people, key, 1, value, in(act, at(i))))
			h.want(people, key, 2, value)
		}
		h.put(write(people, "0", 2, long), write(people, "3", 2, ""))
		h.want(people, "0", 3, long)
		h.want(people, "3", 3, "")
		h.refused(write(people, "1", 2, long+"x"))
	}},
}
