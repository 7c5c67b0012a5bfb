package bolt

import (
	"fmt"
	"runtime/debug"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

// A writer is what the goroutine that commits keeps from one transaction to
// the next.
type writer struct {
	group      []*call
	index      indexer
	sweeper    sweeper
	unsynced   bool                  // the folder, since a compaction renamed a file in it
	compactNot time.Time             // no compaction before
	commit     func(*bbolt.Tx) error // tests put failures here; nil: Tx.Commit
	syncDir    func(string) error    // likewise; nil: syncDir
}

// run is the only goroutine that writes to the file.
func (e *Engine) run() {
	defer close(e.done)
	debug.SetPanicOnFault(true)
	e.compactIfSparse()
	for {
		last := len(e.group)
		var open bool
		e.group, open = e.queue.take(e.group[:0], last, !e.sweeper.urgent)
		if !open {
			e.sweepAll()
			return
		}
		err := e.storeGroup(e.group)
		for i, c := range e.group {
			if err != nil {
				c.err = err
			}
			if c.sweep != nil {
				e.sweeping.Store(false)
			}
			e.group[i] = nil // the caller uses c again
			c.done <- struct{}{}
		}
		if err != nil {
			e.sweeper.urgent = false // don't insist
		} else {
			e.compactIfSparse()
		}
	}
}

// sweepAll leaves the queues tidy at the end.
func (e *Engine) sweepAll() {
	for len(e.sweeper.noted)+len(e.sweeper.sorted) > 0 {
		e.sweeper.urgent = true
		if e.storeGroup(nil) != nil {
			return // the next engine sweeps what it meets
		}
	}
}

// storeGroup writes a group of batches in one transaction. A batch that
// conflicts is left out, and has its error set; the error returned is that of
// all.
func (e *Engine) storeGroup(group []*call) (err error) {
	if err := e.refused(); err != nil {
		return err
	}
	if err := e.syncRename(); err != nil {
		e.stats.failed.Store(true)
		return e.explainWrite(err)
	}
	start := time.Now()
	tx, err := e.begin(e.store.Load(), true)
	if err != nil {
		return e.explainWrite(err)
	}
	defer func() {
		if p := recover(); p != nil {
			err = e.damaged(p)
			e.rollback(tx)
		}
	}()

	stored, err := e.apply(tx, group, start)
	if err != nil {
		e.rollback(tx)
		return e.explainWrite(err)
	}
	if stored == 0 && e.sweeper.step == 0 {
		e.rollback(tx)
		return nil
	}
	id := tx.ID()
	if err := e.commitTx(tx); err != nil {
		if err = e.settle(id, err); err != nil {
			e.stats.failed.Store(true)
			return e.explainWrite(err)
		}
	}
	e.index.left(&e.sweeper)
	e.sweeper.swept()
	took := time.Since(start)
	e.stats.committed(stored, took)
	if e.opts.Committed != nil {
		e.opts.Committed(took)
	}
	return nil
}

func (e *Engine) commitTx(tx *bbolt.Tx) error {
	if e.commit != nil {
		return e.commit(tx)
	}
	return tx.Commit()
}

// settle decides what a failed commit was. Before the meta page is written,
// nothing was stored. But if only its sync failed, readers see the transaction
// already, and whether it would survive a crash is unknown: one more commit,
// which goes to the other meta page and holds all of it, makes that certain.
func (e *Engine) settle(id int, failed error) error {
	seen := 0
	if err := e.view(func(tx *bbolt.Tx) error { seen = tx.ID(); return nil }); err != nil || seen < id {
		return failed
	}
	tx, err := e.begin(e.store.Load(), true)
	if err != nil {
		return failed
	}
	if err := putPing(tx, nil); err != nil {
		e.rollback(tx)
		return failed
	}
	if err := e.commitTx(tx); err != nil {
		return fmt.Errorf("%w (it may have been stored all the same)", failed)
	}
	return nil
}

// apply puts the batches of a group into a transaction. Each is checked as a
// whole before any of it is written, against what those before it wrote.
func (e *Engine) apply(tx *bbolt.Tx, group []*call, now time.Time) (stored int, err error) {
	tables := buckets{tx: tx, prefix: tablePrefix}
	e.index.reset(now.Add(soon))
	for _, c := range group {
		c.err = nil
		if c.ping {
			if err := putPing(tx, pingValue); err != nil {
				return 0, err
			}
			stored++
			continue
		}
		if c.sweep != nil {
			e.sweeper.met(c.sweep)
			continue
		}
		mark := e.index.mark()
		ok, changes := true, false
		for i := range c.writes {
			w := &c.writes[i]
			var at uint64
			var was []byte
			if b := tables.get(string(w.table)); b != nil {
				if old := b.Get(w.key); old != nil {
					if at, was, _, err = readEnvelope(old); err != nil {
						return 0, e.damaged(err)
					}
				}
			}
			if at != w.revision {
				ok = false
				break
			}
			changes = changes || w.envelope != nil || at != 0
			if err := e.index.move(w, was); err != nil {
				return 0, e.damaged(err)
			}
		}
		if !ok {
			c.err = state.ErrConflict
			e.index.back(mark)
			continue
		}
		if !changes {
			continue // it only asked that records do not exist
		}
		stored++
		for i := range c.writes {
			if err := tables.write(&c.writes[i]); err != nil {
				return 0, err
			}
		}
	}
	if err := e.index.apply(tx); err != nil {
		return 0, err
	}
	return stored, e.sweeper.sweep(tx, &tables, len(e.index.lying), stored == 0)
}

// buckets are the buckets of one kind, found once a transaction and made when
// they are first written to.
type buckets struct {
	tx     *bbolt.Tx
	prefix string
	known  []namedBucket // a handful
}

type namedBucket struct {
	name   string
	bucket *bbolt.Bucket
}

func (b *buckets) getBytes(name []byte) *bbolt.Bucket {
	for i := range b.known {
		if b.known[i].name == string(name) {
			return b.known[i].bucket
		}
	}
	return b.get(string(name))
}

func (b *buckets) get(name string) *bbolt.Bucket {
	for i := range b.known {
		if b.known[i].name == name {
			return b.known[i].bucket
		}
	}
	bucket := b.tx.Bucket([]byte(b.prefix + name))
	if bucket != nil {
		b.known = append(b.known, namedBucket{name, bucket})
	}
	return bucket
}

func (b *buckets) make(name string) (*bbolt.Bucket, error) {
	if bucket := b.get(name); bucket != nil {
		return bucket, nil
	}
	if _, err := b.tx.CreateBucket([]byte(b.prefix + name)); err != nil {
		return nil, err
	}
	return b.get(name), nil
}

func (b *buckets) write(w *write) error {
	if w.envelope == nil {
		if bucket := b.get(string(w.table)); bucket != nil {
			return bucket.Delete(w.key)
		}
		return nil
	}
	bucket, err := b.make(string(w.table))
	if err != nil {
		return err
	}
	return bucket.Put(w.key, w.envelope)
}

// begin starts a transaction on a store that was entered, or as the writer. A
// panic in it leaves bbolt's locks behind, so that nothing may touch bbolt
// afterwards.
func (e *Engine) begin(s *store, writable bool) (tx *bbolt.Tx, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = e.damaged(p) // before stuck: whoever sees that reads it
			e.stuck.Store(true)
		}
	}()
	if e.stuck.Load() {
		return nil, *e.damage.Load()
	}
	return s.db.Begin(writable)
}

// rollback ends a transaction, if it has not ended.
func (e *Engine) rollback(tx *bbolt.Tx) {
	defer func() {
		if p := recover(); p != nil {
			_ = e.damaged(p) // before stuck, as in begin
			e.stuck.Store(true)
		}
	}()
	_ = tx.Rollback()
}
