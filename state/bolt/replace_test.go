package bolt

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// stalled begins a backup that goes on only when it is let go.
func stalled(t *testing.T, e *Engine) (letGo func(), done chan error) {
	t.Helper()
	entered, leave := make(chan struct{}), make(chan struct{})
	done = make(chan error, 1)
	go func() {
		first := true
		_, err := e.Backup(ctx, writerFunc(func(p []byte) (int, error) {
			if first {
				first = false
				close(entered)
				<-leave
			}
			return io.Discard.Write(p)
		}))
		done <- err
	}()
	<-entered
	return func() { close(leave) }, done
}

// A read that took the store just before a compaction replaced it is not held
// up by a backup of the old one.
func TestAReadOfAReplacedFileDoesNotWaitForABackup(t *testing.T) {
	e := mustOpen(t, newPath(t), small)
	bulk(t, e)
	letGo, backup := stalled(t, e)
	s := e.store.Load()
	if !s.enter() {
		t.Fatal("the store is retired")
	}
	purge(t, e)
	mustPut(t, e, one("late", 0, "x"))
	if e.Stats().Compactions == 0 || e.store.Load() == s {
		t.Fatal("not compacted")
	}

	read := make(chan error, 1)
	go func() {
		tx, err := e.begin(s, false)
		if err == nil {
			e.rollback(tx)
		}
		read <- err
	}()
	select {
	case err := <-read:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second): // long past any read
		t.Error("the read waits for the backup")
	}
	if s.enter() {
		t.Error("the replaced file lets reads in")
	}

	// It is closed after its last read.
	letGo()
	if err := <-backup; err != nil {
		t.Error(err)
	}
	if _, err := s.file.Stat(); err != nil {
		t.Errorf("closed before its last read: %v", err)
	}
	s.leave()
	e.old.Wait()
	if _, err := s.file.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("not closed after its last read: %v", err)
	}
}

// Between the renaming and the moment that reads use the new file, the path and
// the store differ: that is no alarm.
func TestPingWhileAFileIsReplaced(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, Options{PingEvery: time.Hour})
	other := sample(t)
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	e.renaming.Store(true)
	if err := e.Ping(ctx); err != nil {
		t.Errorf("during a compaction: %v", err)
	}
	e.renaming.Store(false)
	wantError(t, e.Ping(ctx), path, "contactbot.db: the file was replaced while in use: restart contactbot")
}

// A name that never means a file is tried until the wait is over, with pauses.
// In the bubble time passes only while somebody waits: without a pause, never.
func TestOpenPausesBetweenTries(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "link.db")
	if err := os.Symlink("nowhere", path); err != nil {
		t.Skip(err)
	}
	synctest.Test(t, func(t *testing.T) {
		const wait = 5 * retryPause
		begin := time.Now()
		_, err := openFile(path, wait)
		if took := time.Since(begin); !errors.Is(err, fs.ErrNotExist) || took < wait || took > wait+2*retryPause {
			t.Errorf("got %v after %v", err, took)
		}
	})
	if got := folder(t, path); strings.Contains(got, newSuffix) {
		t.Errorf("left behind: %s", got)
	}
}

// What a compaction left behind that a crash ended is not in the way of one of
// the same process, should it appear after the start.
func TestCompactOverALeftover(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, small)
	bulk(t, e)
	if err := os.WriteFile(path+compactSuffix, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	purge(t, e)
	mustPut(t, e, one("late", 0, "x"))
	if s := e.Stats(); s.Compactions == 0 || s.CompactErr != nil || folder(t, path) != "contactbot.db" {
		t.Errorf("%+v, files %s", s, folder(t, path))
	}
}
