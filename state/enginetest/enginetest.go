// Package enginetest holds the promises that every engine of package state
// keeps, as one test suite, and an engine in memory for the tests of others.
//
// Beyond what state.Engine says:
//
//   - A key has 1 to MaxKey bytes, of any value; a value up to MaxValue bytes,
//     and one without bytes that is not nil is a record too. The name of a table
//     or queue has 1 to MaxName bytes, none of them 0. Anything else is an
//     error, and nothing of the batch is stored.
//   - A batch that writes a record twice, puts one into the same queue twice,
//     or puts a deleted one into a queue is an error. A batch without writes is
//     none, and does nothing.
//   - To delete a record at revision 0 asks that it does not exist. A record
//     that is deleted and made again starts at revision 1.
//   - Due times have nanoseconds, and may lie before 1970, in the years 1678 to
//     2261; a zero time is an error, because somebody forgot to set it. They
//     come back in UTC. Entries are in order of time, then table, then key, byte
//     by byte.
//   - What is returned belongs to the caller; what was given may be changed as
//     soon as the call returns.
//   - The function given to Scan may use the engine, also to write. It sees each
//     record that is there all the while exactly once.
//   - A call whose context has ended is an error, and does nothing. A Put whose
//     context ends while it waits says so with the context's error, and is not
//     stored, or else gives its outcome.
//   - After Close every method is an error, but Close.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"contactbot/state"

	"github.com/google/go-cmp/cmp"
)

// The limits of what an engine takes, in bytes.
const (
	MaxName  = 64
	MaxKey   = 1 << 10
	MaxValue = 1 << 20
)

// Volatile is implemented by engines that forget when they are closed: the
// tests of that are skipped.
type Volatile interface{ Volatile() }

// Run tests an engine. open opens the one whose files, if it has any, are in
// dir; it may be called again for the same dir after Close.
func Run(t *testing.T, open func(t *testing.T, dir string) state.Engine) {
	for _, promise := range slices.Concat(recordPromises, batchPromises, queuePromises, limitPromises, concurrentPromises, modelPromises) {
		t.Run(promise.name, func(t *testing.T) {
			dir := t.TempDir()
			h := &harness{T: t, open: func() state.Engine { return open(t, dir) }}
			h.Engine = h.open()
			t.Cleanup(func() { _ = h.Close() })
			promise.keep(h)
		})
	}
}

// A promise is one thing that engines keep.
type promise struct {
	name string
	keep func(*harness)
}

// A harness is an engine under test, with the words that the tests are written
// in.
type harness struct {
	*testing.T
	state.Engine
	open func() state.Engine
}

var ctx = context.Background()

const (
	people state.Table = "people"
	towns  state.Table = "towns"
	act    state.Queue = "act"
	forget state.Queue = "forget"
)

// at is a point in time, n seconds after a fixed one.
func at(n int) time.Time { return time.Date(2026, 11, 23, 0, 0, n, 0, time.UTC) }

var forever = time.Unix(0, 1<<63-1)

func write(table state.Table, key string, revision uint64, value string, due ...state.Due) state.Write {
	return state.Write{Table: table, Key: key, Revision: revision, Value: []byte(value), Due: due}
}

func remove(table state.Table, key string, revision uint64) state.Write {
	return state.Write{Table: table, Key: key, Revision: revision}
}

func in(q state.Queue, t time.Time) state.Due { return state.Due{Queue: q, At: t} }

func (h *harness) put(writes ...state.Write) {
	h.Helper()
	if err := h.Put(ctx, state.Batch{Writes: writes}); err != nil {
		h.Fatalf("put: %v", err)
	}
}

func (h *harness) conflict(writes ...state.Write) {
	h.Helper()
	if err := h.Put(ctx, state.Batch{Writes: writes}); !errors.Is(err, state.ErrConflict) {
		h.Fatalf("put: got %v, want a conflict", err)
	}
}

// refused puts a batch that is an error, and checks that nothing of it is
// stored, not even a write before the bad one.
func (h *harness) refused(writes ...state.Write) {
	h.Helper()
	writes = append([]state.Write{write(people, "refused", 0, "x", in(act, at(0)))}, writes...)
	err := h.Put(ctx, state.Batch{Writes: writes})
	if err == nil || errors.Is(err, state.ErrConflict) {
		h.Errorf("put: got %v, want an error", err)
	}
	h.gone(people, "refused")
}

func (h *harness) want(table state.Table, key string, revision uint64, value string) {
	h.Helper()
	got, r, err := h.Get(ctx, table, key)
	if err != nil {
		h.Fatalf("get: %v", err)
	}
	if r != revision || string(got) != value || got == nil {
		h.Fatalf("got revision %d with %q (nil: %v), want %d with %q", r, brief(got), got == nil, revision, brief([]byte(value)))
	}
}

func (h *harness) gone(table state.Table, key string) {
	h.Helper()
	got, r, err := h.Get(ctx, table, key)
	if err != nil || r != 0 || got != nil {
		h.Fatalf("got revision %d with %q and error %v, want no record", r, brief(got), err)
	}
}

// queue checks what is due, written as "table/key@seconds".
func (h *harness) queue(q state.Queue, until time.Time, limit int, want ...string) {
	h.Helper()
	entries, err := h.Due(ctx, q, until, limit)
	if err != nil {
		h.Fatalf("due: %v", err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s/%s@%v", e.Table, e.Key, e.At.Sub(at(0)).Seconds()))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Fatalf("due (-want +got):\n%s", diff)
	}
}

// scan checks the keys of a table.
func (h *harness) scan(table state.Table, prefix string, want ...string) {
	h.Helper()
	var got []string
	err := h.Scan(ctx, table, prefix, func(key string, _ []byte, _ uint64) bool {
		got = append(got, key)
		return true
	})
	if err != nil {
		h.Fatalf("scan: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Fatalf("scan (-want +got):\n%s", diff)
	}
}

// reopen closes the engine and opens it again, if it remembers.
func (h *harness) reopen() {
	h.Helper()
	if _, forgets := h.Engine.(Volatile); forgets {
		return
	}
	if err := h.Close(); err != nil {
		h.Fatalf("close: %v", err)
	}
	h.Engine = h.open()
}

func brief(b []byte) []byte { return b[:min(len(b), 40)] }
