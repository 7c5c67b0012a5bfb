package bolt

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// An indexer collects what a transaction changes in the queues, and then
// carries it out in the order of the entries: neighbours share pages, and an
// entry that comes and goes within a transaction costs nothing.
type indexer struct {
	changes []change
	lying   []change // old entries that stay for the sweeper
	arena   []byte   // the entries of both, end to end
	names   []string
	soon    []byte // old entries up to this time are taken out at once
}

type change struct {
	queue      string
	start, end int // in the arena
	seq        int
	put        bool
}

type mark struct{ changes, lying, arena int }

func (x *indexer) reset(soon time.Time) {
	const keep = 1 << 20 // bytes; a burst should not stay in memory for ever
	if cap(x.arena) > keep {
		*x = indexer{}
	}
	x.changes, x.lying, x.arena = x.changes[:0], x.lying[:0], x.arena[:0]
	x.soon = appendTime(x.soon[:0], clamp(soon))
}

func (x *indexer) mark() mark { return mark{len(x.changes), len(x.lying), len(x.arena)} }

// back forgets what was collected since the mark.
func (x *indexer) back(m mark) {
	x.changes, x.lying, x.arena = x.changes[:m.changes], x.lying[:m.lying], x.arena[:m.arena]
}

// move takes the record of a write from where it was to where it shall be.
// Dues that stay cost nothing.
func (x *indexer) move(w *write, was []byte) error {
	if bytes.Equal(was, w.dues) {
		return nil
	}
	// Both are in order of their queues.
	now := w.dues
	for len(was) > 0 || len(now) > 0 {
		var c int
		var oldQueue, oldAt, oldRest, newQueue, newAt, newRest []byte
		var err error
		if len(was) > 0 {
			if oldQueue, oldAt, oldRest, err = nextDue(was); err != nil {
				return err
			}
		}
		if len(now) > 0 {
			if newQueue, newAt, newRest, err = nextDue(now); err != nil {
				return err
			}
		}
		switch {
		case oldQueue == nil:
			c = 1
		case newQueue == nil:
			c = -1
		default:
			c = bytes.Compare(oldQueue, newQueue)
		}
		if c != 0 || !bytes.Equal(oldAt, newAt) {
			if c <= 0 {
				to := &x.lying
				if bytes.Compare(oldAt, x.soon) <= 0 {
					to = &x.changes
				}
				x.add(to, oldQueue, oldAt, w, false)
			}
			if c >= 0 {
				x.add(&x.changes, newQueue, newAt, w, true)
			}
		}
		if c <= 0 {
			was = oldRest
		}
		if c >= 0 {
			now = newRest
		}
	}
	return nil
}

func (x *indexer) add(to *[]change, queue, at []byte, w *write, put bool) {
	start := len(x.arena)
	x.arena = appendEntry(x.arena, at, w.table, w.key)
	*to = append(*to, change{queue: x.name(queue), start: start, end: len(x.arena), seq: len(*to), put: put})
}

// name is a string for the name of a queue, of which there is a handful, but
// thousands of changes in a transaction.
func (x *indexer) name(queue []byte) string {
	for _, name := range x.names {
		if name == string(queue) {
			return name
		}
	}
	const most = 16
	name := string(queue)
	if len(x.names) < most {
		x.names = append(x.names, name)
	}
	return name
}

func (x *indexer) entry(c change) []byte { return x.arena[c.start:c.end] }

func (x *indexer) apply(tx *bbolt.Tx) error {
	slices.SortFunc(x.changes, func(a, b change) int {
		if c := cmp.Compare(a.queue, b.queue); c != 0 {
			return c
		}
		if c := bytes.Compare(x.entry(a), x.entry(b)); c != 0 {
			return c
		}
		return a.seq - b.seq
	})
	queues := buckets{tx: tx, prefix: queuePrefix}
	for i, c := range x.changes {
		if i+1 < len(x.changes) && c.queue == x.changes[i+1].queue && bytes.Equal(x.entry(c), x.entry(x.changes[i+1])) {
			continue // the last word on an entry counts
		}
		if c.put {
			b, err := queues.make(c.queue)
			if err != nil {
				return err
			}
			if err := b.Put(x.entry(c), nil); err != nil {
				return err
			}
			continue
		}
		if b := queues.get(c.queue); b != nil {
			if err := b.Delete(x.entry(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// left notes what was left lying, once the transaction is stored.
func (x *indexer) left(s *sweeper) {
	for _, c := range x.lying {
		s.note(c.queue, x.entry(c))
	}
}
