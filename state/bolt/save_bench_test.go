package bolt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

// A contender saves records, each writer one after the other.
type contender struct {
	name  string
	save  func(writer, i int) error
	spent time.Duration
}

func (c *contender) round(b *testing.B, writers, saves int) {
	start := time.Now()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), uint64(start.UnixNano())))
			for range saves / writers {
				// Writers have records of their own: nobody conflicts.
				if err := c.save(w, w+writers*r.IntN(benchRecords/writers)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	c.spent += time.Since(start)
}

// BenchmarkSave measures a durable step beside the least that one can cost: a
// raw bbolt commit for a lone writer, and for more of them the faster of
// bbolt's Batch and plain group commit, each of one record without queues.
// The budget is a ratio of 1.3.
func BenchmarkSave(b *testing.B) {
	e := mustOpen(b, newPath(b), Options{})
	times := stepTimes(benchRecords, true)
	if err := fillAt(e, times); err != nil {
		b.Fatal(err)
	}
	raw := openRaw(b)

	revisions := make([]uint64, benchRecords)
	for i := range revisions {
		revisions[i] = 1
	}
	base := time.Now().Add(benchRecords * 100 * time.Millisecond)
	began := time.Now()
	put := func(_, i int) error {
		// A step moves when the request must be looked at next; the alarm that
		// is set for much later stays where it is.
		dues := benchDues(times[i])
		dues[0].At = base.Add(time.Since(began))
		err := e.Put(context.Background(), state.Batch{Writes: []state.Write{{
			Table: "request", Key: benchKey(i), Revision: revisions[i], Value: make([]byte, benchValue), Due: dues,
		}}})
		revisions[i]++
		return err
	}
	rawPut := func(tx *bbolt.Tx, i int) error {
		return tx.Bucket([]byte("request")).Put([]byte(benchKey(i)), make([]byte, benchValue))
	}

	for _, writers := range []int{1, 16, 128, 512, 1024} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			ours := &contender{save: put}
			var anchors []*contender
			if writers == 1 {
				anchors = []*contender{{name: "raw", save: func(_, i int) error {
					return raw.Update(func(tx *bbolt.Tx) error { return rawPut(tx, i) })
				}}}
			} else {
				group := newPlainGroup(raw, rawPut)
				defer group.close()
				raw.MaxBatchSize, raw.MaxBatchDelay = writers, time.Millisecond
				anchors = []*contender{
					{name: "batch", save: func(_, i int) error {
						return raw.Batch(func(tx *bbolt.Tx) error { return rawPut(tx, i) })
					}},
					{name: "group", save: group.save},
				}
			}
			saves := writers * max(4, 256/writers)
			rounds := 0
			for b.Loop() {
				ours.round(b, writers, saves)
				for _, a := range anchors {
					a.round(b, writers, saves)
				}
				rounds++
			}
			rate := func(c *contender) float64 { return float64(rounds*saves) / c.spent.Seconds() }
			best := 0.0
			for _, a := range anchors {
				b.ReportMetric(rate(a), a.name+"/s")
				best = max(best, rate(a))
			}
			b.ReportMetric(rate(ours), "ours/s")
			b.ReportMetric(best/rate(ours), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func openRaw(b *testing.B) *bbolt.DB {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte("request"))
		for i := 0; i < benchRecords && err == nil; i++ {
			err = bucket.Put([]byte(benchKey(i)), make([]byte, benchValue))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Sync(); err != nil {
		b.Fatal(err)
	}
	db.NoSync = false
	return db
}

// A plainGroup is group commit with nothing else: one goroutine that drains
// what is waiting into one transaction.
type plainGroup struct{ ch chan plainCall }

type plainCall struct {
	i    int
	done chan error
}

func newPlainGroup(db *bbolt.DB, put func(*bbolt.Tx, int) error) *plainGroup {
	g := &plainGroup{ch: make(chan plainCall, 4096)}
	go func() {
		var group []plainCall
		for c := range g.ch {
			group = append(group[:0], c)
		drain:
			for {
				select {
				case c, ok := <-g.ch:
					if !ok {
						break drain
					}
					group = append(group, c)
				default:
					break drain
				}
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				for _, c := range group {
					if err := put(tx, c.i); err != nil {
						return err
					}
				}
				return nil
			})
			for _, c := range group {
				c.done <- err
			}
		}
	}()
	return g
}

func (g *plainGroup) save(_, i int) error {
	done := make(chan error, 1)
	g.ch <- plainCall{i, done}
	return <-done
}

func (g *plainGroup) close() { close(g.ch) }
