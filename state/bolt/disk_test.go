//go:build linux

package bolt

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fillUp puts records until that fails, and returns how many were acknowledged.
func fillUp(t *testing.T, e *Engine, prefix string) (n int, err error) {
	t.Helper()
	for ; n < 20_000; n++ {
		if err := e.Put(ctx, one(fmt.Sprint(prefix, n), 0, strings.Repeat("x", 20_000))); err != nil {
			return n, err
		}
	}
	t.Fatal("the disk is never full")
	return 0, nil
}

func wantAll(t *testing.T, e *Engine, prefix string, n int) {
	t.Helper()
	found := 0
	err := e.Scan(ctx, "people", prefix, func(string, []byte, uint64) bool { found++; return true })
	if err != nil || found != n {
		t.Errorf("%d of %d records that were acknowledged are there (%v)", found, n, err)
	}
}

// inChild reports whether the test runs in a process of its own. If not it has
// run there now: a limit of the size of files holds for a whole process.
func inChild(t *testing.T) bool {
	t.Helper()
	const child = "BOLT_TEST_FULL_DISK"
	if os.Getenv(child) != "" {
		signal.Ignore(syscall.SIGXFSZ)
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.count=1")
	c.Env = append(os.Environ(), child+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// limitFiles is a full disk that every user can have. It gives the way back.
func limitFiles(t *testing.T, size uint64) (unlimit func()) {
	t.Helper()
	var unlimited syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited); err != nil {
		t.Fatal(err)
	}
	limit := unlimited
	limit.Cur = size
	set := func(l syscall.Rlimit) {
		t.Helper()
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
	}
	set(limit)
	return func() { set(unlimited) }
}

// A compaction that fails before the new file has its first pages leaves
// nothing behind that would be in the way of the next.
func TestCompactAgainAfterAFullDisk(t *testing.T) {
	if !inChild(t) {
		return
	}
	path := newPath(t)
	e := mustOpen(t, path, Options{CompactFree: 1})
	bulk(t, e)
	purge(t, e)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	unlimit := limitFiles(t, 8<<10) // two pages of bbolt's first four
	again := small
	again.CompactRetry = 1
	e = mustOpen(t, path, again) // compacts at once
	if err := e.Put(ctx, one("late", 0, "x")); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("put: %v", err)
	}
	if err := e.Stats().CompactErr; !errors.Is(err, syscall.EFBIG) {
		t.Errorf("got %v", err)
	}
	if got := folder(t, path); got != "contactbot.db" {
		t.Errorf("left behind: %s", got)
	}
	unlimit()
	mustPut(t, e, one("late", 0, "x"))  // after it the file is compacted
	mustPut(t, e, one("later", 0, "x")) // after that
	if s := e.Stats(); s.Compactions != 1 || s.CompactErr != nil {
		t.Errorf("%+v", s)
	}
}

func TestFullDiskByLimit(t *testing.T) {
	if !inChild(t) {
		return
	}
	path := newPath(t)
	e := mustOpen(t, path, Options{})
	mustPut(t, e, one("first", 0, "one"))
	unlimit := limitFiles(t, 6<<20)
	n, err := fillUp(t, e, "a")
	for range 3 {
		if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "save to contactbot.db: ") || !strings.Contains(err.Error(), "ulimit -f") {
			t.Errorf("got %v", err)
		}
		err = e.Put(ctx, one("more", 0, strings.Repeat("x", 200_000)))
	}
	wantAll(t, e, "a", n)
	unlimit()
	mustPut(t, e, one("more", 0, strings.Repeat("x", 200_000)))
	if err := e.Ping(ctx); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	e = mustOpen(t, path, Options{})
	wantAll(t, e, "a", n)
	wantValue(t, e, "first", "one")
	_ = e.Close()
	checkFile(t, path, true)
}

func mountTmpfs(t *testing.T, size string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("may not mount: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := mountTmpfs(t, "8m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "contactbot.db")
	e := mustOpen(t, path, Options{})
	n, err := fillUp(t, e, "a")
	for range 3 {
		if !errors.Is(err, syscall.ENOSPC) || !strings.HasSuffix(err.Error(), "no space left on device (the disk is full: free some space)") {
			t.Errorf("got %v", err)
		}
		err = e.Put(ctx, one("more", 0, strings.Repeat("x", 200_000)))
	}
	if err := e.Ping(ctx); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("ping: %v", err)
	}
	wantAll(t, e, "a", n)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := e.Ping(ctx); err != nil {
		t.Errorf("ping after space came back: %v", err)
	}
	mustPut(t, e, one("more", 0, strings.Repeat("x", 200_000)))
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	e = mustOpen(t, path, Options{})
	wantAll(t, e, "a", n)
	_ = e.Close()
	checkFile(t, path, true)
}

func TestReadOnlyFileSystem(t *testing.T) {
	dir := mountTmpfs(t, "8m")
	path := filepath.Join(dir, "contactbot.db")
	e := mustOpen(t, path, Options{})
	mustPut(t, e, one("alice", 0, "one"))
	_ = e.Close()
	before := fingerprint(t, path)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip(err)
	}
	_, err := Open(path, Options{Wait: -1})
	if !errors.Is(err, ErrReadOnly) {
		t.Error("the error is not ErrReadOnly")
	}
	wantError(t, err, path, "open DIR/contactbot.db: state cannot be written: open DIR/contactbot.db: read-only file system (name a file in a folder that can be written)")
	if _, err := Open(filepath.Join(dir, "new.db"), Options{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a new file: %v", err)
	}
	if fingerprint(t, path) != before {
		t.Error("the file was touched")
	}
}
