package state

import (
	"context"
	"errors"
	"time"
)

// ErrConflict says that a record was not at the revision that a write expected:
// somebody else wrote it in between. Nothing of the batch was stored; read
// again and decide again.
var ErrConflict = errors.New("the record changed in between")

// ErrBusy says that another process has the state open.
var ErrBusy = errors.New("state is in use by another process")

// A Table is a kind of record; a Queue is an index of records by due time.
// Both are short constant names that engines may store as they are.
type (
	Table string
	Queue string
)

// An Engine keeps bytes under keys, with a revision for compare-and-swap and
// queues ordered by due time. It knows nothing of what the bytes mean.
//
// All methods may be called from any number of goroutines at once. What every
// engine must promise is stated, and tested, in package enginetest.
type Engine interface {
	// Get returns a record; a record that does not exist has revision 0 and a
	// nil value.
	Get(ctx context.Context, table Table, key string) (value []byte, revision uint64, err error)

	// Put stores a batch of writes, all or nothing, durably: when it returns nil
	// they survive a crash of the process and of the machine. It returns
	// ErrConflict, and stores nothing, if a record is not at the revision its
	// write expects. Each stored record is then at Revision+1 of its write.
	// After any other error nothing was stored, or, if the engine lost sight of
	// the outcome, it says so: read again.
	Put(ctx context.Context, batch Batch) error

	// Scan calls fn for the records of a table whose keys begin with prefix, in
	// order of their keys, until fn returns false. fn must not keep value; it may
	// use the engine.
	Scan(ctx context.Context, table Table, prefix string, fn func(key string, value []byte, revision uint64) bool) error

	// Due returns the entries of a queue that are due at or before until, the
	// earliest first, at most limit. Its cost does not grow with the number of
	// entries in the queue.
	Due(ctx context.Context, queue Queue, until time.Time, limit int) ([]Entry, error)

	// Ping reports whether a write would be possible now.
	Ping(ctx context.Context) error

	// Close waits for writes under way. After it every method but Close returns
	// an error.
	Close() error
}

// A Batch is a set of writes that are stored together or not at all.
type Batch struct {
	Writes []Write
	// Patient marks a batch that nobody waits for, such as the clearing of a
	// delivered reply: an engine may let batches that people wait for go first.
	Patient bool
}

// A Write stores or deletes one record.
type Write struct {
	Table    Table
	Key      string
	Revision uint64 // the revision the writer read; 0: the record must not exist
	Value    []byte // nil deletes the record, and takes it out of its queues
	Due      []Due  // the queues the record is in from now on, at most one entry a queue
}

// A Due puts a record into a queue.
type Due struct {
	Queue Queue
	At    time.Time
}

// An Entry is a record that is due in a queue.
type Entry struct {
	Table Table
	Key   string
	At    time.Time
}
