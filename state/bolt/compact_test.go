package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

// small lets files be compacted that a test fills in no time.
var small = Options{CompactMin: 256 << 10, CompactFree: 0.75}

// bulk fills an engine with about a megabyte.
func bulk(t *testing.T, e *Engine) {
	t.Helper()
	var b state.Batch
	for i := range 1000 {
		b.Writes = append(b.Writes, one(fmt.Sprintf("%04d", i), 0, strings.Repeat("x", 900)).Writes...)
	}
	mustPut(t, e, b)
}

// purge deletes all but ten of the records.
func purge(t *testing.T, e *Engine) {
	t.Helper()
	for from := 10; from < 1000; from += 110 {
		var b state.Batch
		for i := from; i < from+110; i++ {
			b.Writes = append(b.Writes, state.Write{Table: "people", Key: fmt.Sprintf("%04d", i), Revision: 1})
		}
		mustPut(t, e, b)
	}
}

func wantPurged(t *testing.T, e *Engine) {
	t.Helper()
	n := 0
	err := e.Scan(ctx, "people", "", func(string, []byte, uint64) bool { n++; return true })
	entries, dueErr := e.Due(ctx, "act", time.Unix(1<<33, 0), 2000)
	if err != nil || dueErr != nil || n != 10 || len(entries) != 10 {
		t.Errorf("%d records, %d entries, %v, %v", n, len(entries), err, dueErr)
	}
}

func TestCompactAfterAPurge(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, small)
	bulk(t, e)
	before, _ := os.Stat(path)

	// A backup that began before sees everything, as long as it takes.
	entered, leave := make(chan struct{}), make(chan struct{})
	let := sync.OnceFunc(func() { close(leave) })
	defer let()
	var copied bytes.Buffer
	backup := make(chan error, 1)
	go func() {
		first := true
		_, err := e.Backup(ctx, writerFunc(func(p []byte) (int, error) {
			if first {
				first = false
				entered <- struct{}{}
				<-leave
			}
			return copied.Write(p)
		}))
		backup <- err
	}()
	<-entered
	purge(t, e)
	mustPut(t, e, state.Batch{Writes: []state.Write{{Table: "people", Key: "0000", Revision: 1, Value: []byte("new")}}})
	after, err := os.Stat(path)
	if err != nil {
		t.Error(err)
		return
	}
	if s := e.Stats(); s.Compactions == 0 || s.CompactErr != nil || os.SameFile(before, after) {
		t.Errorf("not compacted: %+v", s)
	}
	if after.Mode().Perm() != 0o600 || folder(t, path) != "contactbot.db" {
		t.Errorf("mode %v, files %s", after.Mode(), folder(t, path))
	}
	if _, err := Open(path, Options{Wait: -1}); !errors.Is(err, state.ErrBusy) {
		t.Errorf("the lock was lost: %v", err)
	}
	wantValue(t, e, "0000", "new")
	let()
	if err := <-backup; err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	wantValue(t, mustOpen(t, path, Options{}), "0000", "new")

	other := newPath(t)
	if err := os.WriteFile(other, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	wantValue(t, mustOpen(t, other, Options{}), "0999", strings.Repeat("x", 900))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestCompactAtTheStart(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, Options{CompactFree: 1})
	bulk(t, e)
	purge(t, e)
	if e.Stats().Compactions != 0 {
		t.Error("compacted although it was switched off")
	}
	_ = e.Close()
	e = mustOpen(t, path, small)
	mustPut(t, e, one("late", 0, "x")) // the writer compacts before it takes anything
	if e.Stats().Compactions != 1 {
		t.Error("not compacted")
	}
	if _, err := Open(path, Options{Wait: -1}); !errors.Is(err, state.ErrBusy) {
		t.Errorf("the lock was lost: %v", err)
	}
}

func TestCompactFails(t *testing.T) {
	path := newPath(t)
	if err := os.Mkdir(path+compactSuffix, 0o700); err != nil { // in its way
		t.Fatal(err)
	}
	e := mustOpen(t, path, small)
	bulk(t, e)
	before, _ := os.Stat(path)
	purge(t, e)
	if s := e.Stats(); s.Compactions != 0 || !errors.Is(s.CompactErr, os.ErrExist) {
		t.Errorf("%+v", s)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("the file was replaced")
	}
	wantPurged(t, e)

	// It does not try again at every commit.
	if err := os.Remove(path + compactSuffix); err != nil {
		t.Fatal(err)
	}
	mustPut(t, e, one("late", 0, "x"))
	if e.Stats().Compactions != 0 {
		t.Error("tried again at once")
	}
	_ = e.Close()
	e = mustOpen(t, path, small)
	mustPut(t, e, one("later", 0, "x"))
	if s := e.Stats(); s.Compactions != 1 || s.CompactErr != nil {
		t.Errorf("%+v", s)
	}
}

// As long as the new file's name is not on the disk, a crash of the machine
// would bring the old file back: nothing may be acknowledged.
func TestNothingIsAcknowledgedBeforeTheNewNameIsDurable(t *testing.T) {
	e := mustOpen(t, newPath(t), small)
	bulk(t, e)
	broken := true
	e.syncDir = func(dir string) error {
		if broken {
			return syscall.EIO
		}
		return syncDir(dir)
	}
	for i := 10; i < 1000; i++ { // until it is compacted
		err := e.Put(ctx, state.Batch{Writes: []state.Write{{Table: "people", Key: fmt.Sprintf("%04d", i), Revision: 1}}})
		if e.Stats().Compactions == 0 {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err == nil {
			err = e.Put(ctx, one("late", 0, "x"))
		}
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("acknowledged (%v)", err)
		}
		break
	}
	if e.Stats().Compactions != 1 {
		t.Fatal("not compacted")
	}
	if _, r, _ := e.Get(ctx, "people", "late"); r != 0 {
		t.Error("stored")
	}
	// The writer looks at broken only while a Put waits for it.
	broken = false
	mustPut(t, e, one("late", 0, "x"))
}

func TestBackup(t *testing.T) {
	e := mustOpen(t, newPath(t), Options{})
	bulk(t, e)
	var out bytes.Buffer
	n, err := e.Backup(ctx, &out)
	if err != nil || n != int64(out.Len()) {
		t.Errorf("%d of %d bytes, %v", n, out.Len(), err)
	}
	other := newPath(t)
	if err := os.WriteFile(other, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	wantValue(t, mustOpen(t, other, Options{}), "0500", strings.Repeat("x", 900))

	full := errors.New("no room for the copy")
	if _, err := e.Backup(ctx, writerFunc(func([]byte) (int, error) { return 0, full })); !strings.Contains(err.Error(), "back up contactbot.db: ") {
		t.Errorf("got %v", err)
	}
	ended, end := context.WithCancel(ctx)
	_, err = e.Backup(ended, writerFunc(func(p []byte) (int, error) { end(); return len(p), nil }))
	if err == nil {
		t.Error("went on after its context ended")
	}
	go func() { _ = e.Close() }()
	_, err = e.Backup(ctx, writerFunc(func(p []byte) (int, error) { <-e.closing; return len(p), nil }))
	if err == nil {
		t.Error("went on after Close")
	}
	func() {
		defer func() { _ = recover() }()
		e := mustOpen(t, newPath(t), Options{})
		defer func() {
			if err := e.Put(ctx, one("x", 0, "x")); err != nil {
				t.Errorf("a panic of the writer given to Backup harmed the engine: %v", err)
			}
		}()
		_, _ = e.Backup(ctx, writerFunc(func([]byte) (int, error) { panic("its own") }))
	}()
}

func TestPing(t *testing.T) {
	e := mustOpen(t, newPath(t), Options{PingEvery: time.Hour})
	ping := func() (commits uint64) {
		t.Helper()
		before := e.Stats().Commits
		if err := e.Ping(ctx); err != nil {
			t.Error(err)
		}
		return e.Stats().Commits - before
	}
	if n := ping(); n != 1 {
		t.Errorf("the first ping commits %d times", n)
	}
	if n := ping(); n != 0 {
		t.Errorf("the next ping commits %d times", n)
	}
	fail := true
	e.commit = func(tx *bbolt.Tx) error {
		if fail {
			_ = tx.Rollback()
			return syscall.EROFS
		}
		return tx.Commit()
	}
	if err := e.Put(ctx, one("alice", 0, "one")); !errors.Is(err, syscall.EROFS) {
		t.Errorf("got %v", err)
	}
	wantError(t, e.Ping(ctx), "/none/x", "save to contactbot.db: read-only file system (the file system became read-only: look for disk errors)")
	fail = false
	if n := ping(); n != 1 {
		t.Errorf("a ping after a failure commits %d times", n)
	}
	if n := ping(); n != 0 {
		t.Errorf("and then %d times", n)
	}
	if err := os.Remove(e.path); err != nil {
		t.Fatal(err)
	}
	if err := e.Ping(ctx); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was removed: %v", err)
	}
}

func TestStats(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, Options{CompactFree: 1})
	bulk(t, e)
	purge(t, e)
	info, _ := os.Stat(path)
	s := e.Stats()
	if s.Size != info.Size() || s.Free < 500<<10 || s.Commits != 10 || s.Batches != 10 || s.LastCommit <= 0 || s.Damage != nil {
		t.Errorf("%+v", s)
	}
	_ = e.Close()
	_ = e.Stats() // no panic
}
