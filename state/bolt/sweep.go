package bolt

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

// An entry of a queue counts only if its record says so: the envelope is the
// truth, and the queue a way to find it. So a write that moves a record puts
// the new entry in, and may leave the old one lying: readers pass it over.
//
// To take an old entry out at once would cost more than the rest of the write:
// the entries of different people lie on pages of their own (measured: 2.1
// times a commit without queues instead of 1.2). They are swept out later, many
// at a time and in order, so that neighbours share the work:
//
//   - an entry whose time has come, or is about to, is taken out by the write:
//     those lie together at the head of the queue, where readers would meet it;
//   - the others are noted, and when there are sweepAt of them, each transaction
//     sweeps some, and Close the rest;
//   - what a crash left lying is noted when Due meets it.
//
// So no more than about twice sweepAt lie in a file, and as many more after each
// crash until their time comes.
const (
	sweepAt   = 32 << 10        // entries, about 2.5 MB of memory
	sweepStep = 256             // entries a transaction, at least
	sweepFull = 8 << 10         // entries a transaction that has nothing else to do
	sweepMet  = 32              // entries that Due may meet in vain before it asks for a sweep
	soon      = 2 * time.Second // "about to"
)

// A sweeper knows what lies in the queues and no longer counts.
type sweeper struct {
	at     int     // sweepAt, but for tests
	noted  []stale // in the order of their noting
	sorted []stale // what is being swept, in the order of the queues
	bytes  []byte  // of the entries noted
	urgent bool    // readers meet them
	step   int     // how many of sorted the transaction under way sweeps
}

type stale struct {
	queue string
	entry []byte
}

func (s *sweeper) note(queue string, entry []byte) {
	// The entries lie end to end: when the memory moves, the older ones keep the
	// memory before.
	s.bytes = append(s.bytes, entry...)
	n := len(s.bytes)
	s.noted = append(s.noted, stale{queue, s.bytes[n-len(entry) : n : n]})
}

// met notes what a reader came upon, to be swept at once.
func (s *sweeper) met(entries []stale) {
	s.noted = append(s.noted, entries...)
	s.urgent = true
}

// sweep takes some of the old entries out in a transaction that moved some
// records. all says that it has nothing else to do.
func (s *sweeper) sweep(tx *bbolt.Tx, tables *buckets, moved int, all bool) error {
	s.step = 0
	if len(s.sorted) == 0 && (len(s.noted) >= s.at || s.urgent) {
		s.sort()
	}
	if len(s.sorted) == 0 {
		return nil
	}
	want := max(sweepStep, 4*moved)
	if all {
		want = sweepFull
	}
	queues := buckets{tx: tx, prefix: queuePrefix}
	for _, old := range s.sorted[:min(want, len(s.sorted))] {
		s.step++
		counts, err := entryCounts(tables, old.queue, old.entry)
		if err != nil {
			return err
		}
		if counts {
			continue // the record came back to it
		}
		if b := queues.get(old.queue); b != nil {
			if err := b.Delete(old.entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// swept says that the transaction was stored.
func (s *sweeper) swept() {
	if s.sorted = s.sorted[s.step:]; len(s.sorted) == 0 {
		s.sorted = nil
		s.urgent = false
	}
	s.step = 0
}

func (s *sweeper) sort() {
	s.sorted, s.noted, s.bytes = s.noted, nil, nil
	slices.SortFunc(s.sorted, func(a, b stale) int {
		if c := cmp.Compare(a.queue, b.queue); c != 0 {
			return c
		}
		return bytes.Compare(a.entry, b.entry)
	})
}

// entryCounts says whether the record of an entry is in the queue at that time.
func entryCounts(tables *buckets, queue string, entry []byte) (bool, error) {
	if len(entry) < timeLen {
		return false, errEntry
	}
	at, name := entry[:timeLen], entry[timeLen:]
	n := bytes.IndexByte(name, 0)
	if n < 0 {
		return false, errEntry
	}
	b := tables.getBytes(name[:n])
	if b == nil {
		return false, nil
	}
	stored := b.Get(name[n+1:])
	if stored == nil {
		return false, nil
	}
	_, dues, _, err := readEnvelope(stored)
	for len(dues) > 0 && err == nil {
		var q, t []byte
		if q, t, dues, err = nextDue(dues); err == nil && string(q) == queue {
			return bytes.Equal(t, at), nil
		}
	}
	return false, err
}

// met tells the writer of old entries that Due came upon.
func (e *Engine) met(queue state.Queue, entries [][]byte) {
	if len(entries) < sweepMet || !e.sweeping.CompareAndSwap(false, true) {
		return
	}
	c := &call{done: make(chan struct{}, 1)}
	for _, entry := range entries {
		c.sweep = append(c.sweep, stale{string(queue), entry})
	}
	if !e.queue.add(c, true) {
		e.sweeping.Store(false)
	}
}
