package bolt

// Who uses an open file, so that it is closed after the last of them.

import (
	"os"
	"sync"

	"go.etcd.io/bbolt"
)

// A store is an open file.
//
// bbolt's own Close waits for reads, too, but with a lock held that every new
// read needs: one that meant to begin on a store just being replaced would wait
// for the longest backup of it. So reads are counted here, and bbolt is told
// when there are none.
type store struct {
	db   *bbolt.DB
	file *os.File // db's own
	page int64    // bytes

	mu      sync.Mutex
	reads   int
	retired bool          // no new reads
	unused  chan struct{} // closed when it is retired and the last read has left
}

// enter lets a read in, unless the store is retired; it has to leave.
func (s *store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.retired {
		s.reads++
	}
	return !s.retired
}

func (s *store) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reads--; s.retired && s.reads == 0 {
		close(s.unused)
	}
}

// retire lets no more reads in. It may be called once.
func (s *store) retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retired = true; s.reads == 0 {
		close(s.unused)
	}
}

// enter gives the store for a read, which has to leave it.
func (e *Engine) enter() (*store, error) {
	for {
		s := e.store.Load()
		if s.enter() {
			return s, nil
		}
		if s == e.store.Load() {
			return nil, ErrClosed
		}
		// A compaction replaced it in between.
	}
}

// closeStore closes a retired store after its last read.
func (e *Engine) closeStore(s *store) error {
	if e.stuck.Load() {
		// bbolt would wait for locks that nobody holds any more, and so may reads.
		// Closing the file gives up its lock; the mapping stays until the process
		// ends.
		return s.file.Close()
	}
	<-s.unused
	if e.stuck.Load() {
		return s.file.Close()
	}
	return s.db.Close()
}
