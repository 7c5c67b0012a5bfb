package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// Stats tells how the engine is doing. To take it costs next to nothing.
type Stats struct {
	Size        int64         // bytes of the file
	Free        int64         // bytes in the file that can be used again
	Commits     uint64        // transactions written since Open
	Batches     uint64        // batches stored by them
	LastCommit  time.Duration // how long the last one took, from begin to disk
	Compactions uint64        // since Open
	CompactErr  error         // why the last compaction failed; nil after one that did not
	Damage      error         // why writes are refused: ErrDamaged, or nil
}

// counters are what the writer counts.
type counters struct {
	commits, batches, compactions atomic.Uint64
	lastCommit                    atomic.Int64 // time.Duration
	lastGood                      atomic.Int64 // Unix nanoseconds of the last commit
	failed                        atomic.Bool  // the last commit failed
	compactErr                    atomic.Pointer[error]
}

func (c *counters) committed(batches int, took time.Duration) {
	c.commits.Add(1)
	c.batches.Add(uint64(batches))
	c.lastCommit.Store(int64(took))
	c.lastGood.Store(time.Now().UnixNano())
	c.failed.Store(false)
}

func (c *counters) compactionFailed(err error) {
	err = fmt.Errorf("compact: %w", withCause(err))
	c.compactErr.Store(&err)
}

// Stats returns the engine's figures.
func (e *Engine) Stats() Stats {
	s := Stats{
		Commits:     e.stats.commits.Load(),
		Batches:     e.stats.batches.Load(),
		LastCommit:  time.Duration(e.stats.lastCommit.Load()),
		Compactions: e.stats.compactions.Load(),
	}
	if err := e.stats.compactErr.Load(); err != nil {
		s.CompactErr = *err
	}
	if err := e.damage.Load(); err != nil {
		s.Damage = *err
	}
	store := e.store.Load()
	if info, err := store.file.Stat(); err == nil {
		s.Size = info.Size()
	}
	s.Free = store.freeBytes()
	return s
}

// pingValue is about what a save with its entries writes, so that where it
// fits, a save would.
var pingValue = make([]byte, 8<<10)

func putPing(tx *bbolt.Tx, value []byte) error {
	b := tx.Bucket([]byte(metaBucket))
	if b == nil {
		return fmt.Errorf("%w (its format mark is missing)", ErrDamaged)
	}
	return b.Put([]byte(pingKey), value)
}

// reserve is how much room there must be, in the file or on the disk, for Ping
// to say that writes are possible: a hundred saves or so.
const reserve = 1 << 20

// replacing reports whether a compaction is giving the path to another file
// than that of s, or has done so. In this order: a compaction first says so, then
// renames, then stores, and only then unsays it.
func (e *Engine) replacing(s *store) bool { return e.renaming.Load() || s != e.store.Load() }

// Ping reports whether a write would be possible now: see state.Engine.
//
// It asks the file system for its room, which costs nothing. When the last
// commit failed, or is longer ago than Options.PingEvery, it also commits about
// as much as a save would: so an engine in use is not burdened, an idle one
// writes once a minute however often it is asked, and a disk that works again
// is noticed at once.
func (e *Engine) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.refused(); err != nil {
		return err
	}
	select {
	case <-e.closing:
		return ErrClosed
	default:
	}
	s := e.store.Load()
	if info, err := os.Stat(e.path); err != nil {
		return fmt.Errorf("%s: %w (the file was removed or moved while in use: stop contactbot and put it back)", e.base(), err)
	} else if own, err := s.file.Stat(); err == nil && !os.SameFile(info, own) && !e.replacing(s) {
		return fmt.Errorf("%s: the file was replaced while in use: restart contactbot", e.base())
	}
	if room, ok := diskRoom(e.path); ok && room < reserve && s.freeBytes() < reserve {
		return e.explainWrite(fmt.Errorf("%w", syscall.ENOSPC))
	}
	last := time.Unix(0, e.stats.lastGood.Load())
	if !e.stats.failed.Load() && time.Since(last) < e.opts.PingEvery {
		return nil
	}
	c := calls.Get().(*call)
	c.ping, c.size = true, len(pingValue)
	err := e.queue.do(ctx, c, false)
	if errors.Is(err, ErrClosed) {
		return ErrClosed
	}
	return err
}
