// Package bolt is the engine of package state that keeps everything in one
// file on one machine: go.etcd.io/bbolt, the continuation of boltdb/bolt with
// the same file format, behind one goroutine that commits in groups.
//
// A write is answered when it is on the disk. Whatever waits while a
// transaction is being written goes into the next one, so a lone writer pays
// one commit, and a thousand writers share one.
package bolt

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"contactbot/state"
)

var (
	// ErrClosed says that the engine was closed before the call.
	ErrClosed = errors.New("state is closed")
	// ErrDamaged says that the file cannot be trusted. Nothing is written to
	// it any more.
	ErrDamaged = errors.New("the state file is damaged")
	// ErrForeign says that the file belongs to something else. It is left as
	// it is.
	ErrForeign = errors.New("not a contactbot state file")
	// ErrReadOnly says that the file, its folder or its file system may not be
	// written.
	ErrReadOnly = errors.New("state cannot be written")
)

// Options are the engine's settings; the zero value is right for production.
type Options struct {
	// Wait is how long Open waits for another process to let go of the file;
	// 0 means defaultWait, less than 0 not at all.
	Wait time.Duration

	// CompactMin is the size in bytes that a file must have before it is
	// compacted; 0 means defaultCompactMin.
	CompactMin int64
	// CompactFree is the share of free pages from which on a file is
	// compacted; 0 means defaultCompactFree, 1 or more never.
	CompactFree float64
	// CompactRetry is how long the engine leaves a file alone after a
	// compaction failed; 0 means defaultCompactRetry.
	CompactRetry time.Duration

	// PingEvery is how long a successful commit proves to Ping that writes are
	// possible; 0 means defaultPingEvery.
	PingEvery time.Duration

	// Committed, if set, is told how long each write to the disk took. It must not
	// block.
	Committed func(took time.Duration)

	sweepAt int // for tests
}

const (
	// defaultWait leaves room for a predecessor that is just closing, and still
	// answers within two seconds.
	defaultWait = 1500 * time.Millisecond

	// Measured: commits cost 6.6 times more in a file of which 99.9 % is free,
	// because every commit writes the list of the free pages.
	defaultCompactMin   = 16 << 20
	defaultCompactFree  = 0.75
	defaultCompactRetry = time.Hour

	// At one ping write a minute an idle engine writes about 40 MB a day.
	defaultPingEvery = time.Minute
)

func (o Options) withDefaults() Options {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.CompactMin == 0 {
		o.CompactMin = defaultCompactMin
	}
	if o.CompactFree == 0 {
		o.CompactFree = defaultCompactFree
	}
	if o.CompactRetry == 0 {
		o.CompactRetry = defaultCompactRetry
	}
	if o.PingEvery == 0 {
		o.PingEvery = defaultPingEvery
	}
	if o.sweepAt == 0 {
		o.sweepAt = sweepAt
	}
	return o
}

// An Engine is a state.Engine over one file. After Close its methods return
// ErrClosed. A file found damaged takes no more writes: they return ErrDamaged,
// as do reads that meet the damage.
type Engine struct {
	name string // as the caller wrote it: for errors
	path string // the file itself, symbolic links resolved
	opts Options

	store atomic.Pointer[store] // what reads enter; replaced by a compaction
	queue queue
	done  chan struct{}  // closed when the writer has ended
	old   sync.WaitGroup // stores replaced, waiting for their last read
	close func() error   // once

	closing  chan struct{}         // closed by Close: ends backups
	damage   atomic.Pointer[error] // set once; refuses writes
	sweeping atomic.Bool           // Due has told the writer of old entries
	stuck    atomic.Bool           // bbolt's locks are lost: don't touch it again; damage says why
	renaming atomic.Bool           // the path means a file that is not store yet
	stats    counters

	writer // owned by the writer goroutine
}

var _ state.Engine = (*Engine)(nil)

// Open opens the state file at path, or makes a new one. Only one process can
// have it open: for another the error wraps state.ErrBusy. A file that is
// damaged (ErrDamaged), of another program (ErrForeign) or not writable
// (ErrReadOnly) is refused, and not touched.
func Open(path string, opts Options) (*Engine, error) {
	e := &Engine{
		name: path, opts: opts.withDefaults(),
		done: make(chan struct{}), closing: make(chan struct{}),
	}
	e.sweeper.at = e.opts.sweepAt
	e.queue.wake = make(chan struct{}, 1)
	e.close = sync.OnceValue(e.shut)
	var err error
	if e.path, err = resolve(path); err != nil {
		return nil, explain(path, err)
	}
	s, err := openFile(e.path, e.opts.Wait)
	if err != nil {
		return nil, explain(path, err)
	}
	e.store.Store(s)
	go e.run()
	return e, nil
}

// Close stores what was put before it, then lets go of the file. It ends
// backups under way, and waits for other reads. It may be called again.
func (e *Engine) Close() error { return e.close() }

func (e *Engine) shut() error {
	close(e.closing)
	e.queue.shut()
	<-e.done
	e.old.Wait()
	s := e.store.Load()
	s.retire()
	return e.closeStore(s)
}

// base names the file in errors.
func (e *Engine) base() string { return filepath.Base(e.name) }
