package slack

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.etcd.io/bbolt"

	"contactbot/bot"
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/bolt"
)

// BenchmarkAcknowledge: 1,000 people at once while CloudMonitor takes 10 s for a
// call. It tells how long acknowledgements take, beside those of a bare slack-go
// bot in the same run, which saves what arrives by group commit and does nothing
// else; and how many people are left without an answer. With -short they are
// 100, and a call takes 100 ms.
func BenchmarkAcknowledge(b *testing.B) {
	for _, kind := range []string{"command", "message"} {
		b.Run(kind, func(b *testing.B) {
			people, takes, rounds := 1000, 10*time.Second, rounds
			if testing.Short() {
				people, takes, rounds = 100, 100*time.Millisecond, 1
			}
			for b.Loop() {
				var bare, ours [][]time.Duration
				unanswered := 0
				for i := range rounds { // in turn: what else the machine does strikes both
					bare = append(bare, burstAtBare(b, kind, people))
					took, left := burstAtOurs(b, kind, people, takes, i == rounds-1)
					ours, unanswered = append(ours, took), unanswered+left
				}
				b.ReportMetric(ms(typical(bare, 50)), "bare-p50-ms")
				b.ReportMetric(ms(typical(bare, 99)), "bare-p99-ms")
				b.ReportMetric(ms(typical(ours, 50)), "p50-ms")
				b.ReportMetric(ms(typical(ours, 99)), "p99-ms")
				b.ReportMetric(float64(typical(ours, 99))/float64(typical(bare, 99)), "p99-times-bare")
				b.ReportMetric(float64(unanswered), "unanswered")
			}
		})
	}
}

// rounds are bursts at each of the two; what is told is their median. With fewer,
// what else the machine does decides: a single burst varies by a third.
const rounds = 41

// typical is the median of a percentile over rounds.
func typical(bursts [][]time.Duration, percent int) time.Duration {
	var all []time.Duration
	for _, took := range bursts {
		all = append(all, at(took, percent))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// at is a percentile of sorted durations.
func at(d []time.Duration, percent int) time.Duration { return d[min(len(d)-1, len(d)*percent/100)] }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// burst lets everybody write at once, and returns how long the acknowledgements
// took, in order.
func burst(b *testing.B, s *slacktest.Slack, kind string, people int) (took []time.Duration, crowd []*slacktest.Person) {
	for i := range people {
		crowd = append(crowd, s.Join(slacktest.Person{ID: fmt.Sprintf("U%04d", i), Name: "Somebody", Locale: "en-US"}))
	}
	took = make([]time.Duration, people)
	runtime.GC() // what was before is not of interest
	var wg sync.WaitGroup
	for i, p := range crowd {
		wg.Go(func() {
			text := fmt.Sprintf(`register name=Alice%d describe="ECS on-call" mail=alice%d@example.com phone=139%08d lang=en`, i, i, i)
			var d *slacktest.Delivery
			if kind == "command" {
				d = p.Command("C1", text)
			} else {
				d, _ = p.Message("", text)
			}
			var ok bool
			if took[i], ok = d.Wait(); !ok {
				b.Errorf("%s was not acknowledged", p.ID)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took, crowd
}

// burstAtOurs is a burst at contactbot. If it is to wait, it does until everybody
// was told that they are registered, and counts those who were not.
func burstAtOurs(b *testing.B, kind string, people int, takes time.Duration, wait bool) (took []time.Duration, unanswered int) {
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
	s := newBurstSlack()
	defer s.Close()
	platform := New(Options{BotToken: s.BotToken, AppToken: s.AppToken, APIURL: s.APIURL()})
	talk := bot.New(bot.Options{Store: store, CloudMonitor: client, Platforms: []bot.Platform{platform}, Alone: true, Drain: time.Millisecond})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = talk.Run(ctx) })
	running.Go(func() { _ = platform.Run(ctx, talk) })
	s.Until(10*time.Second, func() bool { return s.Connections() == 2 })
	for platform.Ready() != nil {
		<-time.After(time.Millisecond)
	}

	took, crowd := burst(b, s, kind, people)
	for _, p := range crowd {
		if !wait {
			break
		}
		if _, ok := p.Look(5*time.Minute, "is registered"); !ok {
			unanswered++
		}
	}
	for _, rule := range s.Broken() {
		b.Errorf("broken rule: %s", rule)
	}
	stop()
	running.Wait()
	if err := engine.Close(); err != nil {
		b.Error(err)
	}
	return took, unanswered
}

func newBurstSlack() *slacktest.Slack {
	s := slacktest.New(slacktest.Options{})
	s.AddChannel("C1", false)
	return s
}

// burstAtBare is a burst at a bot that has nothing but slack-go, as many
// connections, and a group commit.
func burstAtBare(b *testing.B, kind string, people int) []time.Duration {
	s := newBurstSlack()
	defer s.Close()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	type arrived struct {
		client   *socketmode.Client
		envelope string
		payload  json.RawMessage
	}
	waiting := make(chan arrived, people)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range 2 {
		api := slackgo.New(s.BotToken, slackgo.OptionAppLevelToken(s.AppToken), slackgo.OptionAPIURL(s.APIURL()))
		client := socketmode.New(api)
		running.Go(func() { _ = client.RunContext(ctx) })
		running.Go(func() {
			for {
				select {
				case e := <-client.Events:
					if e.Request != nil && e.Request.EnvelopeID != "" {
						waiting <- arrived{client, e.Request.EnvelopeID, e.Request.Payload}
					}
				case <-ctx.Done():
					return
				}
			}
		})
	}
	running.Go(func() {
		for {
			var all []arrived
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
						err = bucket.Put(binary.BigEndian.AppendUint64(nil, rand.Uint64()), a.payload)
					}
				}
				return err
			})
			if err != nil {
				b.Error(err)
			}
			for _, a := range all {
				if err := a.client.AckCtx(ctx, a.envelope, nil); err != nil {
					b.Error(err)
				}
			}
		}
	})
	s.Until(10*time.Second, func() bool { return s.Connections() == 2 })
	took, _ := burst(b, s, kind, people)
	stop()
	running.Wait()
	if err := db.Close(); err != nil {
		b.Error(err)
	}
	return took
}
