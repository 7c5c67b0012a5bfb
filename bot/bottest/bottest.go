// Package bottest lets a platform be tested whole: with a bot that keeps its
// state in a file, a simulated CloudMonitor over HTTP, an end that comes well or
// by a kill, and a log in which nothing personal may stand.
package bottest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/bolt"
	"contactbot/state/enginetest"
)

// A Platform is one that can be run.
type Platform interface {
	bot.Platform
	bot.Introducer
	Run(ctx context.Context, b *bot.Bot) error
	Ready() error
}

// An Office is where a bot works.
type Office struct {
	T       testing.TB
	Monitor *simulator.Server
	Path    string // of the state
	Log     *Log
	Drain   time.Duration // how long an end waits for what is under way

	Client   *cloudmonitor.Client
	Platform Platform
	Bot      *bot.Bot
	Engine   *enginetest.Mortal
	Store    *state.Store

	tried tried
	end   func() error
}

// New returns an office in which nobody works yet.
func New(t testing.TB) *Office {
	t.Helper()
	key := cloudmonitor.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	monitor, err := simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}, Limit: -1})
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(monitor)
	monitor.SetBase(service.URL)
	t.Cleanup(func() { monitor.Close(); service.Close() })
	client, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: service.URL, Credentials: cloudmonitor.Static(key), Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &Office{
		T: t, Monitor: monitor, Client: client, Path: filepath.Join(t.TempDir(), "contactbot.db"), Log: &Log{}, Drain: 200 * time.Millisecond,
	}
}

// Logger writes to the office's log, at every level.
func (o *Office) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Start starts a bot on a platform. after, which may be nil, is called when it is
// asked to end.
func (o *Office) Start(platform Platform, after func()) {
	o.T.Helper()
	file, err := bolt.Open(o.Path, bolt.Options{})
	if err != nil {
		o.T.Fatal(err)
	}
	engine := &enginetest.Mortal{Engine: file}
	o.Engine, o.Platform = engine, platform
	store, err := state.Open(o.T.Context(), engine, nil)
	if err != nil {
		o.T.Fatal(err)
	}
	o.Store = store
	o.tried.killed(o.T, store)
	talk := bot.New(bot.Options{
		Store: store, CloudMonitor: o.Client, Platforms: []bot.Platform{&mortal{platform, engine, o}}, Alone: true, Drain: o.Drain, Log: o.Logger(),
	})
	o.Bot = talk
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 2)
	go func() { failed <- talk.Run(ctx) }()
	go func() { failed <- platform.Run(ctx, talk) }()
	o.end = sync.OnceValue(func() error {
		cancel()
		if after != nil {
			after()
		}
		return errors.Join(<-failed, <-failed, file.Close())
	})
	end := o.end
	o.T.Cleanup(func() { _ = end() })
}

// End asks the bot to end, and waits for it.
func (o *Office) End() error { return o.end() }

// Kill ends the bot as SIGKILL would: from now on it can neither write its state
// nor reach anybody.
func (o *Office) Kill() {
	o.Engine.Dead.Store(true)
	_ = o.end()
}

// Ready waits until the platform says that it is.
func (o *Office) Ready() {
	o.T.Helper()
	o.Eventually("ready", func() bool { return o.Platform.Ready() == nil })
}

// Eventually waits until something holds.
func (o *Office) Eventually(what string, holds func() bool) {
	o.T.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-deadline.C:
			o.T.Fatalf("not %s: %v\n%s", what, o.Platform.Ready(), o.Log)
		}
	}
}

// Settled waits until nothing is under way for a person.
func (o *Office) Settled(p state.Person) {
	o.T.Helper()
	ctx, cancel := context.WithTimeout(o.T.Context(), time.Minute)
	defer cancel()
	if err := o.Bot.Settled(ctx, p); err != nil {
		o.T.Fatalf("%s is not settled: %v", p, err)
	}
}

// Silent fails the test for every one of the values that the log holds, and for
// what the people of tests type.
func (o *Office) Silent(secrets ...string) {
	o.T.Helper()
	log := o.Log.String()
	for _, secret := range append(secrets, typed...) {
		if strings.Contains(log, secret) {
			o.T.Errorf("%q is in the log", secret)
		}
	}
}

// typed is what people in tests say.
var typed = []string{
	"alice@", "wang@", "eve@", "@example", "13800138000", "138 0013 8000", "13900139000", "access_token", "ECS", "RDS", "值班", "evil",
}

// A Log is one that many write to.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is what was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// mortal reaches nobody once the process is killed.
type mortal struct {
	Platform
	engine *enginetest.Mortal
	office *Office
}

// Deliver implements bot.Platform.
func (m *mortal) Deliver(ctx context.Context, p state.Person, r state.Reply) error {
	if m.engine.Dead.Load() {
		return enginetest.ErrDead
	}
	m.office.tried.begun(p, r)
	return m.Platform.Deliver(ctx, p, r)
}

// tried is what was handed to a platform. What the state still holds of it when
// the next bot starts may have arrived, and nobody could note that: the kill came
// in between.
type tried struct {
	mu      sync.Mutex
	replies map[reply]bool
	unnoted map[state.Person]int
}

type reply struct {
	person state.Person
	id     uint64
}

func (t *tried) begun(p state.Person, r state.Reply) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.replies == nil {
		t.replies, t.unnoted = make(map[reply]bool), make(map[state.Person]int)
	}
	t.replies[reply{p, r.ID}] = true
}

func (t *tried) killed(tb testing.TB, store *state.Store) {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := store.Requests(tb.Context(), func(r state.Request) bool {
		for _, due := range r.Outbox {
			if t.replies[reply{r.Person, due.ID}] {
				t.unnoted[r.Person]++
			}
		}
		return true
	}); err != nil {
		tb.Fatal(err)
	}
}

// Unnoted tells how often a reply to a person was tried by a bot that was killed
// before it could note that it had arrived.
func (o *Office) Unnoted(p state.Person) int {
	o.tried.mu.Lock()
	defer o.tried.mu.Unlock()
	return o.tried.unnoted[p]
}
