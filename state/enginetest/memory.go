package enginetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"contactbot/state"
)

// Memory is an engine that keeps every promise but to remember: for the tests
// of those who use an engine. The zero value is ready.
type Memory struct {
	// BeforePut, if set, is called before each batch is looked at; its error is
	// that of Put, and nothing is stored. Set it before the engine is used.
	BeforePut func(state.Batch) error

	mu     sync.Mutex
	tables map[state.Table]map[string]record
	queues map[state.Queue][]state.Entry // in order
	fail   error
	closed bool
}

type record struct {
	revision uint64
	value    []byte
	due      []state.Due
}

var (
	_ state.Engine = (*Memory)(nil)
	_ Volatile     = (*Memory)(nil)
)

var errClosed = errors.New("the engine is closed")

// Volatile marks Memory as an engine that forgets.
func (m *Memory) Volatile() {}

// FailNext makes the next Put fail with err, as a full disk would.
func (m *Memory) FailNext(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Values are the stored values and their keys, as whoever reads the file sees
// them, in order.
func (m *Memory) Values() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for table, records := range m.tables {
		for key, r := range records {
			all = append(all, string(table)+" "+key+" "+string(r.value))
		}
	}
	slices.Sort(all)
	return all
}

// use locks the engine for a call.
func (m *Memory) use(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, errClosed
	}
	return m.mu.Unlock, nil
}

// Get returns a record: see state.Engine.
func (m *Memory) Get(ctx context.Context, table state.Table, key string) ([]byte, uint64, error) {
	unlock, err := m.use(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	r := m.tables[table][key]
	return bytes.Clone(r.value), r.revision, nil
}

// Put stores a batch: see state.Engine.
func (m *Memory) Put(ctx context.Context, batch state.Batch) error {
	if m.BeforePut != nil {
		if err := m.BeforePut(batch); err != nil {
			return err
		}
	}
	unlock, err := m.use(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := check(batch); err != nil {
		return err
	}
	if err := m.fail; err != nil {
		m.fail = nil
		return err
	}
	for _, w := range batch.Writes {
		if m.tables[w.Table][w.Key].revision != w.Revision {
			return state.ErrConflict
		}
	}
	for _, w := range batch.Writes {
		m.write(w)
	}
	return nil
}

func (m *Memory) write(w state.Write) {
	for _, d := range m.tables[w.Table][w.Key].due {
		q := m.queues[d.Queue]
		if i, found := slices.BinarySearchFunc(q, state.Entry{Table: w.Table, Key: w.Key, At: d.At}, compareEntries); found {
			m.queues[d.Queue] = slices.Delete(q, i, i+1)
		}
	}
	if w.Value == nil {
		delete(m.tables[w.Table], w.Key)
		return
	}
	if m.tables == nil {
		m.tables, m.queues = map[state.Table]map[string]record{}, map[state.Queue][]state.Entry{}
	}
	if m.tables[w.Table] == nil {
		m.tables[w.Table] = map[string]record{}
	}
	r := record{w.Revision + 1, bytes.Clone(w.Value), slices.Clone(w.Due)}
	for i := range r.due {
		r.due[i].At = r.due[i].At.Round(0).UTC()
		d := r.due[i]
		q, e := m.queues[d.Queue], state.Entry{Table: w.Table, Key: w.Key, At: d.At}
		i, _ := slices.BinarySearchFunc(q, e, compareEntries)
		m.queues[d.Queue] = slices.Insert(q, i, e)
	}
	m.tables[w.Table][w.Key] = r
}

func compareEntries(a, b state.Entry) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key, b.Key))
}

// Scan calls fn for the records of a table: see state.Engine.
func (m *Memory) Scan(ctx context.Context, table state.Table, prefix string, fn func(key string, value []byte, revision uint64) bool) error {
	unlock, err := m.use(ctx)
	if err != nil {
		return err
	}
	type found struct {
		key string
		record
	}
	var all []found
	for key, r := range m.tables[table] {
		if strings.HasPrefix(key, prefix) {
			r.value = bytes.Clone(r.value)
			all = append(all, found{key, r})
		}
	}
	unlock() // fn may use the engine
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.key, b.key) })
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !fn(f.key, f.value, f.revision) {
			break
		}
	}
	return nil
}

// Due returns what is due: see state.Engine.
func (m *Memory) Due(ctx context.Context, queue state.Queue, until time.Time, limit int) ([]state.Entry, error) {
	unlock, err := m.use(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	q := m.queues[queue]
	n, _ := slices.BinarySearchFunc(q, until, func(e state.Entry, t time.Time) int {
		if e.At.After(t) {
			return 1
		}
		return -1
	})
	return slices.Clone(q[:max(0, min(n, limit))]), nil
}

// Ping reports whether a write would be possible: as long as none is set to
// fail.
func (m *Memory) Ping(ctx context.Context) error {
	unlock, err := m.use(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return m.fail
}

// Close ends the engine; it may be called again.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

func check(b state.Batch) error {
	type id struct {
		table state.Table
		key   string
	}
	seen := map[id]bool{}
	for i, w := range b.Writes {
		switch {
		case !validName(string(w.Table)):
			return fmt.Errorf("write %d: bad name of a table", i+1)
		case len(w.Key) == 0 || len(w.Key) > MaxKey:
			return fmt.Errorf("write %d: bad length of a key", i+1)
		case len(w.Value) > MaxValue:
			return fmt.Errorf("write %d: value too long", i+1)
		case w.Value == nil && len(w.Due) > 0:
			return fmt.Errorf("write %d: a deleted record cannot be due", i+1)
		case seen[id{w.Table, w.Key}]:
			return fmt.Errorf("write %d: writes a record twice", i+1)
		}
		seen[id{w.Table, w.Key}] = true
		queues := map[state.Queue]bool{}
		for _, d := range w.Due {
			if !validName(string(d.Queue)) || queues[d.Queue] || d.At.Before(time.Unix(0, math.MinInt64)) || d.At.After(time.Unix(0, math.MaxInt64)) {
				return fmt.Errorf("write %d: bad due", i+1)
			}
			queues[d.Queue] = true
		}
	}
	return nil
}

func validName(s string) bool {
	return len(s) > 0 && len(s) <= MaxName && !strings.Contains(s, "\x00")
}
