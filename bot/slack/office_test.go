package slack

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
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/bolt"
	"contactbot/state/enginetest"
)

// An office is a workspace of a strict Slack, a simulated CloudMonitor, and a
// bot between them that keeps its state in a file.
type office struct {
	t       *testing.T
	mode    string // "socket" or "http"
	slack   *slacktest.Slack
	monitor *simulator.Server
	client  *cloudmonitor.Client
	path    string
	log     *syncBuffer
	options Options       // of the platform
	drain   time.Duration // how long an end waits for what is under way

	platform *Platform
	bot      *bot.Bot
	engine   *enginetest.Mortal
	end      func() error // ends the bot, and waits for it
}

// modes are the ways in which Slack's messages come.
var modes = []string{"socket", "http"}

// inBothModes runs a test in an office of each mode. When it has ended, no rule
// of Slack may be broken.
func inBothModes(t *testing.T, test func(t *testing.T, o *office)) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, mode, slacktest.Options{})
			o.open()
			test(t, o)
			o.close()
			o.keepsRules()
		})
	}
}

func newOffice(t *testing.T, mode string, so slacktest.Options) *office {
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
	o := &office{
		t: t, mode: mode, slack: slacktest.New(so), monitor: monitor, client: client,
		path: filepath.Join(t.TempDir(), "contactbot.db"), log: &syncBuffer{}, drain: 200 * time.Millisecond,
	}
	t.Cleanup(func() { o.slack.Close() })
	o.slack.AddChannel("C1", false)
	return o
}

// open starts a bot; it returns once Slack can reach it.
func (o *office) open() {
	o.t.Helper()
	o.start()
	o.ready()
}

// start starts a bot.
func (o *office) start() {
	o.t.Helper()
	file, err := bolt.Open(o.path, bolt.Options{})
	if err != nil {
		o.t.Fatal(err)
	}
	o.engine = &enginetest.Mortal{Engine: file}
	store, err := state.Open(o.t.Context(), o.engine, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options := o.options
	options.BotToken, options.APIURL, options.Log = o.slack.BotToken, o.slack.APIURL(), logger
	if o.mode == "socket" {
		options.AppToken = o.slack.AppToken
	} else {
		options.SigningSecret = o.slack.SigningSecret
	}
	o.platform = New(options)
	o.bot = bot.New(bot.Options{
		Store: store, CloudMonitor: o.client, Platforms: []bot.Platform{&mortalPlatform{o.platform, o.engine}}, Alone: true,
		Drain: o.drain, Log: logger,
	})
	var door *httptest.Server
	if o.mode == "http" {
		door = httptest.NewServer(o.platform.Handler())
		o.slack.PostTo(door.URL)
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 2)
	platform, talk := o.platform, o.bot
	go func() { failed <- talk.Run(ctx) }()
	go func() { failed <- platform.Run(ctx, talk) }()
	o.end = sync.OnceValue(func() error {
		cancel()
		if door != nil {
			door.CloseClientConnections()
			door.Close()
		}
		return errors.Join(<-failed, <-failed, file.Close())
	})
	o.t.Cleanup(func() { _ = o.end() })
}

// ready waits until the platform says that it is.
func (o *office) ready() {
	o.t.Helper()
	o.eventually("ready", func() bool { return o.platform.Ready() == nil })
}

// eventually waits until something holds.
func (o *office) eventually(what string, holds func() bool) {
	o.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-deadline.C:
			o.t.Fatalf("not %s: %v\n%s", what, o.platform.Ready(), o.log)
		}
	}
}

// close ends the bot well.
func (o *office) close() {
	o.t.Helper()
	o.slack.Quiet()
	o.slack.Settle(5 * time.Second) // of its own messages, too
	if err := o.end(); err != nil {
		o.t.Errorf("the bot ended with %v", err)
	}
}

// kill ends the bot as SIGKILL would: from now on it can neither write its state
// nor reach anybody.
func (o *office) kill() {
	o.engine.Dead.Store(true)
	_ = o.end()
}

// keepsRules fails the test for every rule of Slack that was broken, and for
// everything personal in the log.
func (o *office) keepsRules() {
	o.t.Helper()
	for _, rule := range o.slack.Broken() {
		o.t.Errorf("broken rule: %s", rule)
	}
	if public := o.slack.Public(); len(public) > 0 {
		o.t.Errorf("everybody was shown %+v", public)
	}
	for _, secret := range []string{
		o.slack.BotToken, o.slack.AppToken, o.slack.SigningSecret, "/respond/", "ticket=",
		"alice@", "wang@", "eve@", "@example", "13800138000", "138 0013 8000", "13900139000", "access_token", "ECS", "RDS", "值班", "evil",
	} {
		if strings.Contains(o.log.String(), secret) {
			o.t.Errorf("%q is in the log", secret)
		}
	}
}

// forgive forgets acknowledgements that were late or missing, once nothing waits
// for one any more.
func (o *office) forgive() {
	o.slack.Settle(10 * time.Second)
	o.slack.Forgive("acknowledgement")
}

// settled waits until nothing is under way for a person.
func (o *office) settled(p *slacktest.Person) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	if err := o.bot.Settled(ctx, state.Person{Platform: Name, Workspace: p.Team, User: p.ID}); err != nil {
		o.t.Fatalf("%s is not settled: %v", p.ID, err)
	}
}

// acked waits until something is acknowledged.
func acked(t *testing.T, d *slacktest.Delivery) {
	t.Helper()
	if _, ok := d.Wait(); !ok {
		t.Fatal("it was not acknowledged")
	}
}

// alice and bob are people of the workspace.
func (o *office) alice() *slacktest.Person {
	return o.slack.Join(slacktest.Person{
		ID: "UALICE", Name: "Alice Chen", Mail: "alice@example.com", Phone: "+86 138 0013 8000", Locale: "en-US",
	})
}

func (o *office) bob() *slacktest.Person {
	return o.slack.Join(slacktest.Person{ID: "UBOB", Name: "王小明", Mail: "wang@example.com", Locale: "zh-CN"})
}

// syncBuffer is a log that many write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// mortalPlatform reaches nobody once the process is killed.
type mortalPlatform struct {
	*Platform
	engine *enginetest.Mortal
}

func (m *mortalPlatform) Deliver(ctx context.Context, p state.Person, r state.Reply) error {
	if m.engine.Dead.Load() {
		return enginetest.ErrDead
	}
	return m.Platform.Deliver(ctx, p, r)
}
