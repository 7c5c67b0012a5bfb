package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

const (
	benchRecords = 100_000 // but where a benchmark says otherwise
	benchValue   = 600     // bytes
)

func benchKey(i int) string { return fmt.Sprintf("slack/T0123456789/U%010d", i) }

// benchDues are those of a typical request: when it must be looked at next, and
// when it is forgotten.
func benchDues(now time.Time) []state.Due {
	return []state.Due{{Queue: "act", At: now.Add(15 * time.Minute)}, {Queue: "expire", At: now.Add(24 * time.Hour)}}
}

// fill puts n records into an engine, fast and not durably, and leaves a file
// without free pages. mixed says that the people took their last steps in no
// particular order.
func fill(e *Engine, n int, mixed bool) error { return fillAt(e, stepTimes(n, mixed)) }

// stepTimes are when people took their last steps.
func stepTimes(n int, mixed bool) []time.Time {
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	begin, times := time.Now(), make([]time.Time, n)
	for i := range times {
		place := i
		if mixed {
			place = order[i]
		}
		times[i] = begin.Add(time.Duration(place) * 100 * time.Millisecond)
	}
	return times
}

func fillAt(e *Engine, times []time.Time) error {
	n := len(times)
	db := e.store.Load().db
	db.NoSync = true
	value := make([]byte, benchValue)
	const step = 10_000
	for from := 0; from < n; from += step {
		var b state.Batch
		for i := from; i < min(from+step, n); i++ {
			b.Writes = append(b.Writes, state.Write{
				Table: "request", Key: benchKey(i), Value: value,
				Due: benchDues(times[i]),
			})
		}
		if err := e.Put(context.Background(), b); err != nil {
			return err
		}
	}
	db.NoSync = false
	return e.compact(e.store.Load()) // the writer has nothing to do
}

// TestMain removes the files that benchmarks share.
func TestMain(m *testing.M) {
	code := m.Run()
	if sharedDir != "" {
		_ = os.RemoveAll(sharedDir)
	}
	os.Exit(code)
}

var sharedDir string

// million is a closed file with 1,000,000 records, made once.
var million = sync.OnceValues(func() (path string, err error) {
	if sharedDir, err = os.MkdirTemp("", "contactbot"); err != nil {
		return "", err
	}
	path = filepath.Join(sharedDir, "million.db")
	return path, build(path, 1_000_000)
})

func build(path string, n int) error {
	e, err := Open(path, Options{})
	if err != nil {
		return err
	}
	return errors.Join(fill(e, n, false), e.Close())
}

func benchFile(b *testing.B, n int) string {
	b.Helper()
	var path string
	var err error
	if n == 1_000_000 {
		path, err = million()
	} else {
		path = newPath(b)
		err = build(path, n)
	}
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkLook measures a look for due work beside a raw cursor. The budget is
// 1 ms, whatever the number.
func BenchmarkLook(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprintf("pending=%d", n), func(b *testing.B) {
			e := mustOpen(b, benchFile(b, n), Options{})
			until := time.Now().AddDate(1, 0, 0)
			const limit = 20
			db := e.store.Load().db
			var ours, raw time.Duration
			rounds := 0
			for b.Loop() {
				start := time.Now()
				entries, err := e.Due(ctx, "act", until, limit)
				ours += time.Since(start)
				if err != nil || len(entries) != limit {
					b.Fatal(len(entries), err)
				}
				start = time.Now()
				_ = db.View(func(tx *bbolt.Tx) error {
					c := tx.Bucket([]byte(queuePrefix + "act")).Cursor()
					n := 0
					for k, _ := c.First(); k != nil && n < limit; k, _ = c.Next() {
						n++
					}
					return nil
				})
				raw += time.Since(start)
				rounds++
			}
			report(b, rounds, ours, raw)
		})
	}
}

func report(b *testing.B, rounds int, ours, raw time.Duration) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ours.Nanoseconds())/1e3/float64(rounds), "ours-us")
	b.ReportMetric(float64(raw.Nanoseconds())/1e3/float64(rounds), "raw-us")
}

// BenchmarkStart measures Open beside bbolt's own. The budget is 10 ms more for
// 1,000,000 records.
func BenchmarkStart(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprintf("pending=%d", n), func(b *testing.B) {
			path := benchFile(b, n)
			var ours, raw time.Duration
			rounds := 0
			for b.Loop() {
				start := time.Now()
				e, err := Open(path, Options{})
				ours += time.Since(start)
				if err != nil {
					b.Fatal(err)
				}
				_ = e.Close()
				start = time.Now()
				db, err := bbolt.Open(path, 0o600, nil)
				raw += time.Since(start)
				if err != nil {
					b.Fatal(err)
				}
				_ = db.Close()
				rounds++
			}
			report(b, rounds, ours, raw)
		})
	}
}

// BenchmarkAfterPurge measures saves in a file that was thinned to 1,000
// records, compacted and as it is without compaction.
func BenchmarkAfterPurge(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	for _, compact := range []bool{false, true} {
		b.Run(fmt.Sprintf("from=%d/compact=%v", n, compact), func(b *testing.B) {
			o := Options{CompactFree: 1}
			if compact {
				o = Options{}
			}
			e := mustOpen(b, newPath(b), o)
			if err := fill(e, n, false); err != nil {
				b.Fatal(err)
			}
			const left, step = 1_000, 10_000
			for from := left; from < n; from += step {
				var batch state.Batch
				for i := from; i < min(from+step, n); i++ {
					batch.Writes = append(batch.Writes, state.Write{Table: "request", Key: benchKey(i), Revision: 1})
				}
				e.store.Load().db.NoSync = true
				mustPut(b, e, batch)
			}
			mustPut(b, e, one("last", 0, "x")) // after a compaction that may be under way
			s := e.store.Load()
			s.db.NoSync = false
			if err := s.db.Sync(); err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				key := benchKey(i % left)
				err := e.Put(ctx, state.Batch{Writes: []state.Write{{
					Table: "request", Key: key, Revision: uint64(1 + i/left), Value: make([]byte, benchValue), Due: benchDues(time.Now()),
				}}})
				if err != nil {
					b.Fatal(err)
				}
				i++
			}
			stats := e.Stats()
			b.ReportMetric(float64(stats.Size)/(1<<20), "MB")
			b.ReportMetric(float64(stats.Free)/(1<<20), "free-MB")
		})
	}
}
