package bolt

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"contactbot/state"
)

var ctx = context.Background()

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "contactbot.db") }

func mustOpen(t testing.TB, path string, o Options) *Engine {
	t.Helper()
	e, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func one(key string, revision uint64, value string) state.Batch {
	return state.Batch{Writes: []state.Write{{
		Table: "people", Key: key, Revision: revision, Value: []byte(value),
		Due: []state.Due{{Queue: "act", At: time.Unix(1<<33, 0)}},
	}}}
}

func mustPut(t testing.TB, e *Engine, b state.Batch) {
	t.Helper()
	if err := e.Put(ctx, b); err != nil {
		t.Fatal(err)
	}
}

func wantValue(t testing.TB, e *Engine, key, want string) {
	t.Helper()
	if got, _, err := e.Get(ctx, "people", key); err != nil || string(got) != want {
		t.Fatalf("got %.40q, %v; want %.40q", got, err, want)
	}
}

// wantError checks an error's whole text, with the folder of the test left out.
func wantError(t testing.TB, err error, path, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want: %s", want)
	}
	if got := strings.ReplaceAll(err.Error(), filepath.Dir(path), "DIR"); got != want {
		t.Errorf("got:  %s\nwant: %s", got, want)
	}
}

// fingerprint is all that an opening must not change of a file.
func fingerprint(t testing.TB, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	var sum [sha256.Size]byte
	if info.Mode().IsRegular() {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sum = sha256.Sum256(content)
	}
	return fmt.Sprint(info.Mode(), info.Size(), info.ModTime(), sum)
}

// folder lists the files beside path.
func folder(t testing.TB, path string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return strings.Join(names, " ")
}

// awaitQueue waits until so many batches wait for the writer.
func awaitQueue(e *Engine, n int) {
	for {
		e.queue.mu.Lock()
		waiting := len(e.queue.hurried) + len(e.queue.patient)
		e.queue.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// sample makes a closed state file with some records.
func sample(t *testing.T) string {
	t.Helper()
	path := newPath(t)
	e := mustOpen(t, path, Options{})
	for i := range 20 {
		mustPut(t, e, one(strings.Repeat("k", i+1), 0, strings.Repeat("value", 100)))
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRevision(t *testing.T, e *Engine, key string) uint64 {
	t.Helper()
	_, r, err := e.Get(ctx, "people", key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
