package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// compactStep bounds the memory of a compaction: the bytes of one transaction.
const compactStep = 1 << 20

// compactIfSparse replaces the file by a copy without free pages when most of
// them are free, as after a purge. It runs between commits; reads go on.
func (e *Engine) compactIfSparse() {
	if e.opts.CompactFree >= 1 || e.refused() != nil {
		return
	}
	s := e.store.Load()
	free := s.freeBytes()
	if float64(free) < e.opts.CompactFree*float64(e.opts.CompactMin) {
		return // the usual case, without a transaction
	}
	var size int64
	if err := e.view(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }); err != nil {
		return
	}
	if size < e.opts.CompactMin || float64(free) < e.opts.CompactFree*float64(size) {
		return
	}
	if now := time.Now(); now.Before(e.compactNot) {
		return
	}
	if err := e.compact(s); err != nil {
		// The old file is as good as before, only bigger than it need be.
		e.compactNot = time.Now().Add(e.opts.CompactRetry)
		e.stats.compactionFailed(err)
		return
	}
	e.stats.compactErr.Store(nil)
}

// freeBytes counts the pages that can be used again, now or soon.
func (s *store) freeBytes() int64 {
	stats := s.db.Stats()
	return int64(stats.FreePageN+stats.PendingPageN) * s.page
}

func (e *Engine) compact(s *store) error {
	fresh, err := e.copyCompact(s)
	if err != nil {
		return err
	}
	temp := e.path + compactSuffix
	e.renaming.Store(true) // or Ping would take the new file for somebody else's
	if err := os.Rename(temp, e.path); err != nil {
		e.renaming.Store(false)
		return errors.Join(err, fresh.db.Close(), os.Remove(temp))
	}

	// From here on the new file is the state: it has the name, and it has been
	// locked since before it had. No write is answered before its name is
	// durable, or a crash of the machine would bring the old file back.
	e.unsynced = true
	e.store.Store(fresh)
	e.renaming.Store(false)
	e.stats.compactions.Add(1)
	s.retire()
	e.old.Go(func() { _ = e.closeStore(s) }) // waits for the reads under way
	return e.syncRename()
}

// syncRename makes the renaming of a compaction durable, if that has not
// succeeded yet.
func (e *Engine) syncRename() error {
	if !e.unsynced {
		return nil
	}
	sync := e.syncDir
	if sync == nil {
		sync = syncDir
	}
	if err := sync(filepath.Dir(e.path)); err != nil {
		return err
	}
	e.unsynced = false
	return nil
}

// copyCompact copies the store into a file beside it, and leaves that open,
// locked, and on the disk. If it fails there is no such file.
func (e *Engine) copyCompact(s *store) (*store, error) {
	temp := e.path + compactSuffix
	removeLeftover(temp) // as we hold the lock, nobody else is compacting
	made := false        // what was there before is not ours to remove
	fresh, err := openStore(temp, bbolt.Options{
		NoSync: true, // until it is complete
		OpenFile: func(path string, _ int, _ os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
			made = err == nil
			return f, err
		},
	})
	if err == nil {
		if err = e.fill(fresh, s); err != nil {
			err = errors.Join(err, fresh.db.Close())
		}
	}
	if err == nil {
		return fresh, nil
	}
	if made { // even if it was not opened: bbolt first writes some pages, for which a full disk has no room
		err = errors.Join(err, os.Remove(temp))
	}
	return nil, err
}

// fill copies all of a store into a fresh one.
func (e *Engine) fill(fresh, s *store) error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	if err := e.guard(func() error { return bbolt.Compact(fresh.db, s.db, compactStep) }); err != nil {
		return err
	}
	if err := sameOwner(fresh.file, info); err != nil {
		return err
	}
	if err := fresh.file.Chmod(info.Mode().Perm()); err != nil {
		return err
	}
	fresh.db.NoSync = false
	return fresh.file.Sync()
}

// guard turns a panic in the pages of the file into an error.
func (e *Engine) guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = e.damaged(p)
		}
	}()
	return fn()
}
