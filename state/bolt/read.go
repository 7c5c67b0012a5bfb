package bolt

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

// view runs fn in a read transaction. Whatever goes wrong in the pages of the
// file, be it a panic of bbolt's or a fault of the memory that the file is
// mapped to, becomes an error. fn must not call back into anything but bbolt.
func (e *Engine) view(fn func(tx *bbolt.Tx) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	s, err := e.enter()
	if err != nil {
		return err
	}
	defer s.leave() // last
	tx, err := e.begin(s, false)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = e.damaged(p)
		}
		e.rollback(tx)
	}()
	return fn(tx)
}

// Get returns a record: see state.Engine.
func (e *Engine) Get(ctx context.Context, table state.Table, key string) (value []byte, revision uint64, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	err = e.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(tablePrefix + string(table)))
		if b == nil {
			return nil
		}
		stored := b.Get([]byte(key))
		if stored == nil {
			return nil
		}
		var v []byte
		var err error
		if revision, _, v, err = readEnvelope(stored); err != nil {
			return e.damaged(err)
		}
		value = append(make([]byte, 0, len(v)), v...) // not nil, even if empty
		return nil
	})
	if err != nil {
		return nil, 0, e.explainRead(err)
	}
	return value, revision, nil
}

const (
	scanRecords = 256
	scanBytes   = 256 << 10
)

// Scan calls fn for the records of a table: see state.Engine. It reads in
// parts, and calls fn between them, so that fn may take its time and use the
// engine: a long read would hold up the writer whenever the file has to grow.
func (e *Engine) Scan(ctx context.Context, table state.Table, prefix string, fn func(key string, value []byte, revision uint64) bool) error {
	type record struct {
		key        string
		start, end int
		revision   uint64
	}
	var records []record
	var values []byte
	for from := []byte(prefix); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		records, values = records[:0], values[:0]
		more := false
		err := e.view(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(tablePrefix + string(table)))
			if b == nil {
				return nil
			}
			c := b.Cursor()
			for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
				if len(records) == scanRecords || len(values) > scanBytes {
					more = true
					return nil
				}
				revision, _, value, err := readEnvelope(v)
				if err != nil {
					return e.damaged(err)
				}
				start := len(values)
				values = append(values, value...)
				records = append(records, record{string(k), start, len(values), revision})
			}
			return nil
		})
		if err != nil {
			return e.explainRead(err)
		}
		for _, r := range records {
			if !fn(r.key, values[r.start:r.end:r.end], r.revision) {
				return nil
			}
		}
		if !more {
			return nil
		}
		from = append([]byte(records[len(records)-1].key), 0)
	}
}

// Due returns what is due: see state.Engine. A limit below 1 gives nothing.
func (e *Engine) Due(ctx context.Context, queue state.Queue, until time.Time, limit int) ([]state.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	last := appendTime(nil, clamp(until))
	var entries []state.Entry
	var old [][]byte
	err := e.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(queuePrefix + string(queue)))
		if b == nil {
			return nil
		}
		tables := buckets{tx: tx, prefix: tablePrefix}
		c := b.Cursor()
		for k, _ := c.First(); k != nil && len(entries) < limit; k, _ = c.Next() {
			if bytes.Compare(k[:min(len(k), timeLen)], last) > 0 {
				return nil
			}
			counts, err := entryCounts(&tables, string(queue), k)
			if err != nil {
				return e.damaged(err)
			}
			if !counts {
				old = append(old, bytes.Clone(k))
				continue
			}
			entry, err := readEntry(k)
			if err != nil {
				return e.damaged(err)
			}
			entries = append(entries, entry)
		}
		return nil
	})
	if err != nil {
		return nil, e.explainRead(err)
	}
	e.met(queue, old)
	return entries, nil
}

// Backup writes a consistent copy of the whole file, as of now, and returns
// its size. The copy is itself a state file. Reads and writes go on, but pages
// that they set free are used again only when the copy is finished: give it a
// writer that does not stall.
func (e *Engine) Backup(ctx context.Context, w io.Writer) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	// Not a view: a panic of w's is its caller's, and the pages are read from
	// the file, not from memory.
	s, err := e.enter()
	if err != nil {
		return 0, e.explainRead(err)
	}
	defer s.leave() // last
	tx, err := e.begin(s, false)
	if err != nil {
		return 0, e.explainRead(err)
	}
	defer e.rollback(tx)
	n, err := tx.WriteTo(&backupWriter{ctx: ctx, closing: e.closing, w: w})
	if err != nil {
		return n, fmt.Errorf("back up %s: %w", e.base(), err)
	}
	return n, nil
}

// A backupWriter ends a copy when its context or the engine ends.
type backupWriter struct {
	ctx     context.Context
	closing <-chan struct{}
	w       io.Writer
}

func (b *backupWriter) Write(p []byte) (int, error) {
	select {
	case <-b.closing:
		return 0, ErrClosed
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	default:
		return b.w.Write(p)
	}
}
