package bolt

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

func pagesUsed(t *testing.T, path string) (size int64) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_ = db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil })
	return size
}

// A file may be damaged anywhere: whatever Open and the reads say, the process
// lives, and what Open refuses it leaves as it is.
func TestDamageAnywhere(t *testing.T) {
	path := sample(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole = whole[:pagesUsed(t, path)] // the rest is room to grow
	refused, damaged := 0, 0
	try := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		before := fingerprint(t, path)
		e, err := Open(path, Options{Wait: -1})
		if err != nil {
			refused++
			if fingerprint(t, path) != before {
				t.Error("a file that was refused was touched")
			}
			return
		}
		bad := func(err error) {
			if errors.Is(err, ErrDamaged) {
				damaged++
			} else if err != nil && !errors.Is(err, state.ErrConflict) {
				t.Errorf("unclear error: %v", err)
			}
		}
		bad(e.Scan(ctx, "people", "", func(string, []byte, uint64) bool { return true }))
		_, err = e.Due(ctx, "act", time.Unix(1<<33, 0), 100)
		bad(err)
		bad(e.Put(ctx, one("kkk", 1, "new")))
		bad(e.Put(ctx, one("new", 0, strings.Repeat("new", 10000))))
		_ = e.Close()
	}
	for size := 0; size <= len(whole); size += 4096 {
		if size > 0 {
			try(whole[:size])
			try(whole[:size-1000])
		}
	}
	for page := 0; page*4096 < len(whole); page++ {
		for _, fill := range []byte{0, 0xff} {
			content := bytes.Clone(whole)
			copy(content[page*4096:], bytes.Repeat([]byte{fill}, 4096))
			try(content)
		}
	}
	t.Logf("%d files were refused, %d calls found damage", refused, damaged)
	if refused == 0 || damaged == 0 {
		t.Error("nothing was noticed")
	}
}

func TestTheFileIsCutOffWhileOpen(t *testing.T) {
	for _, size := range []int64{0, 4096, 2 * 4096, 3 * 4096} {
		path := sample(t)
		e := mustOpen(t, path, Options{})
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, _, err := e.Get(ctx, "people", "k"); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes: get: %v", size, err)
			}
			if err := e.Put(ctx, one("k", 1, "new")); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes: put: %v", size, err)
			}
			if err := e.Ping(ctx); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes: ping: %v", size, err)
			}
		}
		if err := e.Close(); err != nil {
			t.Errorf("%d bytes: close: %v", size, err)
		}
	}
}

// Whoever sees that bbolt's locks are lost returns the damage as the reason, so
// that has to be there first.
func TestStuckHasAReason(t *testing.T) {
	for range 20 {
		path := sample(t)
		e := mustOpen(t, path, Options{})
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		saw, ready := make(chan bool), make(chan struct{})
		go func() {
			close(ready)
			for !e.stuck.Load() {
			}
			saw <- e.damage.Load() != nil
		}()
		<-ready
		if _, _, err := e.Get(ctx, "people", "k"); !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v", err)
		}
		if !<-saw {
			t.Fatal("stuck without a reason")
		}
	}
}
