package dingtalk

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"contactbot/bot"
	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/bolt"
)

// BenchmarkAcknowledge: 1,000 people at once while CloudMonitor takes 10 s for a
// call. It tells how long acknowledgements take, beside the same stream with
// nothing behind it but a group commit; medians of bursts in turn. (The SDK's own
// loop cannot stand beside it: its acknowledgements of a burst corrupt each
// other.) The last burst is waited for until everybody was told that they are
// registered. With -short they are 100, and a call takes 100 ms.
func BenchmarkAcknowledge(b *testing.B) {
	people, takes, rounds := 1000, 10*time.Second, 21
	if testing.Short() {
		people, takes, rounds = 100, 100*time.Millisecond, 1
	}
	for b.Loop() {
		var bare, ours [][]time.Duration
		unanswered := 0
		for i := range rounds {
			bare = append(bare, burstAtBare(b, people))
			took, left := burstAtOurs(b, people, takes, i == rounds-1)
			ours, unanswered = append(ours, took), unanswered+left
		}
		b.ReportMetric(typical(bare, 50), "bare-p50-ms")
		b.ReportMetric(typical(bare, 99), "bare-p99-ms")
		b.ReportMetric(typical(ours, 50), "p50-ms")
		b.ReportMetric(typical(ours, 99), "p99-ms")
		b.ReportMetric(float64(unanswered), "unanswered")
	}
}

// typical is the median of a percentile over bursts, in milliseconds.
func typical(bursts [][]time.Duration, percent int) float64 {
	var all []time.Duration
	for _, took := range bursts {
		all = append(all, took[min(len(took)-1, len(took)*percent/100)])
	}
	slices.Sort(all)
	return float64(all[len(all)/2].Microseconds()) / 1000
}

// burst lets everybody write at once, and returns how long the acknowledgements
// took, in order.
func burst(b *testing.B, d *dingtalktest.DingTalk, people int) (took []time.Duration, crowd []*dingtalktest.Person) {
	for i := range people {
		crowd = append(crowd, d.Join(dingtalktest.Person{ID: fmt.Sprintf("staff%04d", i), Name: "某人"}))
	}
	took = make([]time.Duration, people)
	runtime.GC() // what was before is not of interest
	var wg sync.WaitGroup
	for i, p := range crowd {
		wg.Go(func() {
			var ok bool
			said := p.Say(fmt.Sprintf(`登记 姓名=张三%d 描述="ECS 值班" 邮箱=zhang%d@example.com 手机=139%08d 语言=中文`, i, i, i))
			if took[i], ok = said.Wait(); !ok {
				b.Errorf("%s was not acknowledged", p.ID)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took, crowd
}

// burstAtOurs is a burst at contactbot. If it is to wait, it counts those who are
// not told that they are registered.
func burstAtOurs(b *testing.B, people int, takes time.Duration, wait bool) (took []time.Duration, unanswered int) {
	key := cloudmonitor.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	monitor, err := simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}})
	if err != nil {
		b.Fatal(err)
	}
	monitor.SetDelay(takes)
	service := httptest.NewServer(monitor)
	defer service.Close()
	defer monitor.Close()
	client, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: service.URL, Credentials: cloudmonitor.Static(key), Tries: 1})
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
	d := dingtalktest.New(dingtalktest.Options{})
	defer d.Close()
	platform := New(Options{ClientID: d.ClientID, ClientSecret: d.ClientSecret, APIURL: d.URL()})
	talk := bot.New(bot.Options{Store: store, CloudMonitor: client, Platforms: []bot.Platform{platform}, Alone: true, Drain: time.Millisecond})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = talk.Run(ctx) })
	running.Go(func() { _ = platform.Run(ctx, talk) })
	d.Until(10*time.Second, func() bool { return d.Connections() == 1 })

	took, crowd := burst(b, d, people)
	for _, p := range crowd {
		if !wait {
			break
		}
		if _, ok := p.Look(5*time.Minute, "已登记为报警联系人"); !ok {
			unanswered++
		}
	}
	for _, rule := range d.Broken() {
		b.Errorf("broken rule: %s", rule)
	}
	stop()
	running.Wait()
	if err := engine.Close(); err != nil {
		b.Error(err)
	}
	return took, unanswered
}

// burstAtBare is a burst at a stream with nothing behind it but a group commit.
func burstAtBare(b *testing.B, people int) []time.Duration {
	d := dingtalktest.New(dingtalktest.Options{})
	defer d.Close()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	s := newStream(streamOptions{
		ClientID: d.ClientID, ClientSecret: d.ClientSecret, APIURL: d.URL(), HTTP: &http.Client{Timeout: 15 * time.Second},
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	waiting := make(chan arrival, people)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = s.run(ctx, func(a arrival) { waiting <- a }) })
	running.Go(func() {
		for {
			var all []arrival
			select {
			case a := <-waiting:
				all = append(all, a)
			case <-ctx.Done():
				return
			}
			for len(waiting) > 0 {
				all = append(all, <-waiting)
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte("bare"))
				for _, a := range all {
					if err == nil {
						err = bucket.Put(binary.BigEndian.AppendUint64(nil, rand.Uint64()), a.data)
					}
				}
				return err
			})
			if err != nil {
				b.Error(err)
			}
			for _, a := range all {
				a.ack()
			}
		}
	})
	d.Until(10*time.Second, func() bool { return d.Connections() == 1 })
	took, _ := burst(b, d, people)
	stop()
	running.Wait()
	if err := db.Close(); err != nil {
		b.Error(err)
	}
	return took
}
