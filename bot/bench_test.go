package bot_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/bolt"
)

// BenchmarkMessage is a message from its arrival to the moment at which it may
// be acknowledged, with so many people writing at once: decided on, encoded and
// durably stored, while the answers to others are delivered and cleared. Beside
// it, in the same run, is the bare save of 600 bytes under a random key by a
// goroutine that commits for all who wait.
func BenchmarkMessage(b *testing.B) {
	for _, people := range []int{1, 16, 128, 512, 1024} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			engine, err := bolt.Open(filepath.Join(b.TempDir(), "contactbot.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			store, err := state.Open(b.Context(), engine, nil)
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			talk := bot.New(bot.Options{Store: store, CloudMonitor: &service{}, Platforms: []bot.Platform{&silent{}}})
			ended := make(chan error, 1)
			go func() { ended <- talk.Run(ctx) }()

			var mu sync.Mutex
			count := 0
			next := func() (int, bool) {
				mu.Lock()
				defer mu.Unlock()
				count++
				return count, count <= b.N
			}
			b.ResetTimer()
			var wg sync.WaitGroup
			for range people {
				wg.Go(func() {
					saved := make(chan error, 1)
					for i, more := next(); more; i, more = next() {
						talk.Take(person(fmt.Sprint(i)), dialog.Message{
							ID: "1", Text: "help", From: state.Address{Private: true}, Member: true,
						}, func(err error) { saved <- err })
						if err := <-saved; err != nil {
							b.Error(err)
							return
						}
						if people == 1 { // a lone person has nobody's clearing to wait for
							b.StopTimer()
							if err := talk.Settled(ctx, person(fmt.Sprint(i))); err != nil {
								b.Error(err)
							}
							b.StartTimer()
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			ours := b.Elapsed().Seconds() / float64(b.N)
			stop()
			if err := <-ended; err != nil {
				b.Error(err)
			}
			if err := engine.Close(); err != nil {
				b.Error(err)
			}
			raw := rawCommit(b, people, b.N)
			b.ReportMetric(1/ours, "messages/s")
			b.ReportMetric(1/raw, "raw-saves/s")
			b.ReportMetric(ours/raw, "times-raw")
		})
	}
}

type silent struct{}

func (silent) Name() string                                             { return "fake" }
func (silent) Deliver(context.Context, state.Person, state.Reply) error { return nil }

// rawCommit is how long a bare save takes, in seconds.
func rawCommit(b *testing.B, writers, n int) float64 {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	value := make([]byte, 600)
	put := func(saves []chan struct{}) {
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("raw"))
			for range saves {
				if err == nil {
					err = bucket.Put(binary.BigEndian.AppendUint64(nil, rand.Uint64N(100_000)), value)
				}
			}
			return err
		})
		if err != nil {
			b.Error(err)
		}
		for _, done := range saves {
			close(done)
		}
	}
	waiting := make(chan chan struct{}, writers)
	committed := make(chan struct{})
	go func() {
		defer close(committed)
		for {
			done, more := <-waiting
			if !more {
				return
			}
			saves := []chan struct{}{done}
			for len(waiting) > 0 {
				saves = append(saves, <-waiting)
			}
			put(saves)
		}
	}()
	start := time.Now()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n; i += writers {
				done := make(chan struct{})
				waiting <- done
				<-done
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	close(waiting)
	<-committed
	return took.Seconds() / float64(n)
}

// BenchmarkSubmissions sends 1,000 submissions that were made at once to a
// simulated CloudMonitor, which allows 20 calls a second. With -short they are
// 60.
func BenchmarkSubmissions(b *testing.B) {
	people := 1000
	if testing.Short() {
		people = 60
	}
	for b.Loop() {
		key := cloudmonitor.Credentials{AccessKeyID: "bench", AccessKeySecret: "secret"}
		service, err := simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}})
		if err != nil {
			b.Fatal(err)
		}
		server := httptest.NewServer(service)
		client, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: server.URL, Credentials: cloudmonitor.Static(key), Tries: 1})
		if err != nil {
			b.Fatal(err)
		}
		engine, err := bolt.Open(filepath.Join(b.TempDir(), "contactbot.db"), bolt.Options{})
		if err != nil {
			b.Fatal(err)
		}
		store, err := state.Open(b.Context(), engine, nil)
		if err != nil {
			b.Fatal(err)
		}
		replies := &platform{}
		ctx, stop := context.WithCancel(context.Background())
		talk := bot.New(bot.Options{Store: store, CloudMonitor: client, Platforms: []bot.Platform{replies}})
		ended := make(chan error, 1)
		go func() { ended <- talk.Run(ctx) }()

		start := time.Now()
		var wg sync.WaitGroup
		for i := range people {
			wg.Add(1)
			talk.Take(person(fmt.Sprint(i)), dialog.Message{
				ID: "1", From: state.Address{Private: true}, Member: true,
				Text: fmt.Sprintf("register name=Alice%d describe=ECS mail=alice%d@example.com lang=en", i, i),
			}, func(err error) {
				if err != nil {
					b.Error(err)
				}
				wg.Done()
			})
		}
		wg.Wait()
		stored := time.Since(start)
		for i := range people {
			if err := talk.Settled(b.Context(), person(fmt.Sprint(i))); err != nil {
				b.Fatal(err)
			}
			if replies.told(fmt.Sprint(i), "registered") != 1 {
				b.Errorf("person %d was told %q", i, replies.texts(fmt.Sprint(i)))
			}
		}
		took := time.Since(start)
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		server.Close()
		if err := engine.Close(); err != nil {
			b.Error(err)
		}
		b.ReportMetric(float64(stored.Milliseconds()), "ms-until-all-stored")
		b.ReportMetric(float64(people)/took.Seconds(), "submissions/s")
		b.ReportMetric(float64(service.Throttled()), "throttled")
		b.ReportMetric(took.Seconds(), "s-until-all-told")
	}
}
