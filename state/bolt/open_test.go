//go:build unix

package bolt

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

func TestOpenRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T) (path string)
		is   error
		want string
	}{
		{"a folder", func(t *testing.T) string { return t.TempDir() }, nil,
			"open PATH: it is a folder: name a file in it"},
		{"a pipe", func(t *testing.T) string {
			path := newPath(t)
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Skip(err)
			}
			return path
		}, nil, "open PATH: it is not a regular file: name another"},
		{"a socket", func(t *testing.T) string {
			dir, err := os.MkdirTemp("", "s") // a socket's path must be short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			path := filepath.Join(dir, "s")
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Skip(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			return path
		}, nil, "open PATH: it is not a regular file: name another"},
		{"no folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none", "contactbot.db") }, nil,
			"open PATH: the folder DIR does not exist: make it first"},
		{"a link to nothing", func(t *testing.T) string {
			path := newPath(t)
			_ = os.Symlink("nothing", path)
			return path
		}, nil, "open PATH: it is a symbolic link to a file that does not exist"},
		{"a file that may not be written", func(t *testing.T) string {
			path := sample(t)
			_ = os.Chmod(path, 0o400)
			return path
		}, ErrReadOnly, "open PATH: state cannot be written: the file is read-only, mode 0400 (chmod u+w)"},
		{"a text", func(t *testing.T) string {
			path := newPath(t)
			_ = os.WriteFile(path, bytes.Repeat([]byte("this is my diary\n"), 5000), 0o644)
			return path
		}, ErrForeign, "open PATH: not a contactbot state file, or a damaged one (invalid database): it was left as it is; name another file"},
		{"a short text", func(t *testing.T) string {
			path := newPath(t)
			_ = os.WriteFile(path, []byte("hello"), 0o644)
			return path
		}, ErrForeign, "open PATH: not a contactbot state file, or a damaged one (invalid database): it was left as it is; name another file"},
		{"zeros", func(t *testing.T) string {
			path := newPath(t)
			_ = os.WriteFile(path, make([]byte, 1<<16), 0o644)
			return path
		}, ErrForeign, "open PATH: not a contactbot state file, or a damaged one (invalid database): it was left as it is; name another file"},
		{"another program's Bolt file", func(t *testing.T) string {
			path := newPath(t)
			foreign(t, path, "jobs", "k", "v")
			return path
		}, ErrForeign, "open PATH: not a contactbot state file, but a Bolt file of another program: it was left as it is; name another file"},
		{"another program's Bolt file whose free pages are not listed", func(t *testing.T) string {
			path := newPath(t)
			foreign(t, path, "jobs", "k", "v")
			db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("jobs")).Put([]byte("k"), nil) })
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			return path
		}, ErrForeign, "open PATH: not a contactbot state file, but a Bolt file of another program: it was left as it is; name another file"},
		{"a later format", func(t *testing.T) string {
			path := newPath(t)
			foreign(t, path, metaBucket, formatKey, "2")
			return path
		}, nil, "open PATH: it has format 2, and this contactbot knows only format 1: use a newer contactbot"},
		{"a damaged head", func(t *testing.T) string {
			path := sample(t)
			patch(t, path, func(b []byte) []byte { b[100] ^= 1; b[40] ^= 1; b[4096+40] ^= 1; return b })
			return path
		}, ErrDamaged, "open PATH: the state file is damaged (checksum error): it was left as it is; restore a backup, or move it away to start anew"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.make(t)
			var before string
			if _, err := os.Lstat(path); err == nil {
				before = fingerprint(t, path)
			}
			beside := ""
			if before != "" {
				beside = folder(t, path)
			}
			e, err := Open(path, Options{Wait: -1})
			if err == nil {
				_ = e.Close()
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("the error is not %v", test.is)
			}
			wantError(t, err, path, strings.ReplaceAll(test.want, "PATH", "DIR/"+filepath.Base(path)))
			if before != "" && (fingerprint(t, path) != before || folder(t, path) != beside) {
				t.Errorf("the file was touched")
			}
		})
	}
}

func foreign(t *testing.T, path, bucket, key, value string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(value))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenBusy(t *testing.T) {
	const want = "open DIR/contactbot.db: state is in use by another process (is another contactbot serving? stop it, or give this one a file of its own)"
	t.Run("another engine", func(t *testing.T) {
		path := newPath(t)
		mustOpen(t, path, Options{})
		_, err := Open(path, Options{Wait: -1})
		if !errors.Is(err, state.ErrBusy) {
			t.Error("the error is not state.ErrBusy")
		}
		wantError(t, err, path, want)
	})
	t.Run("a reader", func(t *testing.T) {
		path := sample(t)
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		_, err = Open(path, Options{Wait: -1})
		wantError(t, err, path, want)
	})
	t.Run("one that is just closing", func(t *testing.T) {
		path := newPath(t)
		e := mustOpen(t, path, Options{})
		mustPut(t, e, one("alice", 0, "one"))
		go func() { _ = e.Close() }()
		wantValue(t, mustOpen(t, path, Options{Wait: time.Minute}), "alice", "one")
	})
	if defaultWait >= 2*time.Second {
		t.Error("a second process does not answer within two seconds")
	}
}

// Whoever waited for the lock of a file that was then compacted away must not
// go on with that.
func TestOpenNoticesThatTheFileWasReplaced(t *testing.T) {
	path, other := sample(t), sample(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(path, bbolt.Options{OpenFile: opener(info, os.O_RDWR)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.db.Close() }()
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if err := s.settleIn(path); !errors.Is(err, errReplaced) {
		t.Errorf("got %v", err)
	}
	if _, err := opener(info, os.O_RDWR)(path, 0, 0); !errors.Is(err, errReplaced) {
		t.Errorf("got %v", err)
	}
}

func TestOpenMakesAndTightens(t *testing.T) {
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	t.Run("a new file", func(t *testing.T) {
		path := newPath(t)
		_ = mustOpen(t, path, Options{}).Close()
		if mode(path) != 0o600 || folder(t, path) != "contactbot.db" {
			t.Errorf("mode %v, files %s", mode(path), folder(t, path))
		}
	})
	t.Run("an empty file", func(t *testing.T) {
		path := newPath(t)
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		e := mustOpen(t, path, Options{})
		mustPut(t, e, one("alice", 0, "one"))
		if mode(path) != 0o600 {
			t.Errorf("mode %v", mode(path))
		}
	})
	t.Run("an open one", func(t *testing.T) {
		path := sample(t)
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
		_ = mustOpen(t, path, Options{}).Close()
		if mode(path) != 0o600 {
			t.Errorf("mode %v", mode(path))
		}
	})
	t.Run("a link stays one", func(t *testing.T) {
		path := sample(t)
		link := filepath.Join(t.TempDir(), "link.db")
		if err := os.Symlink(path, link); err != nil {
			t.Skip(err)
		}
		e := mustOpen(t, link, Options{})
		if e.path != path {
			t.Errorf("the file is %s", e.path)
		}
	})
}

func TestOpenClearsUp(t *testing.T) {
	path := sample(t)
	bolt, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	temp := path + compactSuffix
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"an unfinished compaction", bolt[:20000], "contactbot.db"},
		{"one that was only begun", nil, "contactbot.db"},
		{"one that the disk never saw", make([]byte, 9000), "contactbot.db"},
		{"somebody's notes", []byte("to do: compact the contacts"), "contactbot.db contactbot.db.compacting"},
	} {
		if err := os.WriteFile(temp, test.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = mustOpen(t, path, Options{}).Close()
		if got := folder(t, path); got != test.want {
			t.Errorf("%s: files %s", test.name, got)
		}
	}
	_ = os.Remove(temp)

	// A crash while the file was made for the first time.
	if err := os.Rename(path, path+newSuffix+"123"); err != nil {
		t.Fatal(err)
	}
	_ = mustOpen(t, path, Options{}).Close()
	if got := folder(t, path); got != "contactbot.db" {
		t.Errorf("files %s", got)
	}
}

// patch changes a file without changing its size, unless size says so.
func patch(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
