package bot_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/enginetest"
)

const oneLiner = "register name=Alice describe=ECS mail=alice@example.com phone=13800138000 lang=en"

func person(user string) state.Person {
	return state.Person{Platform: "fake", Workspace: "W1", User: user}
}

// A house is a bot with everything around it, on the fake clock of synctest.
type house struct {
	t        *testing.T
	engine   *enginetest.Mortal
	service  *service
	platform *platform
	logs     *bytes.Buffer
	bot      *bot.Bot
	stop     func()
	ended    chan error
}

// newHouse starts a bot over an engine; change may alter its options.
func newHouse(t *testing.T, engine state.Engine, change func(*bot.Options)) *house {
	t.Helper()
	h := &house{t: t, engine: &enginetest.Mortal{Engine: engine}, service: &service{}, platform: &platform{}, logs: &bytes.Buffer{}}
	store, err := state.Open(t.Context(), h.engine, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := bot.Options{
		Store: store, CloudMonitor: h.service, Platforms: []bot.Platform{h.platform}, Alone: true,
		Log: slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	h.bot = bot.New(o)
	ctx, stop := context.WithCancel(context.Background())
	h.stop, h.ended = stop, make(chan error, 1)
	go func() { h.ended <- h.bot.Run(ctx) }()
	return h
}

// close ends the bot and waits for it.
func (h *house) close() {
	h.t.Helper()
	h.stop()
	if err := <-h.ended; err != nil {
		h.t.Errorf("run: %v", err)
	}
}

// kill ends the bot as SIGKILL would: from now on it can neither read nor write
// its state, nor reach anybody.
func (h *house) kill() {
	h.engine.Dead.Store(true)
	h.service.dead.Store(true)
	h.platform.dead.Store(true)
	h.stop()
	<-h.ended
}

// says returns what became of a message: nil once it is stored.
func (h *house) says(user, id, text string) <-chan error {
	saved := make(chan error, 1)
	h.bot.Take(person(user), dialog.Message{
		ID: id, Text: text, From: state.Address{Private: true}, Member: true, Language: commands.English,
	}, func(err error) { saved <- err })
	return saved
}

// must waits until a message is stored.
func (h *house) must(user, id, text string) {
	h.t.Helper()
	if err := <-h.says(user, id, text); err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
}

// service is CloudMonitor.
type service struct {
	dead atomic.Bool

	mu       sync.Mutex
	contacts map[string]cloudmonitor.Contact
	puts     []time.Time
	lookups  []time.Time
	takes    time.Duration
	hang     bool
	fail     []error
}

func (s *service) PutContact(ctx context.Context, c cloudmonitor.Contact) (string, error) {
	s.mu.Lock()
	s.puts = append(s.puts, time.Now())
	s.mu.Unlock()
	if err := s.answer(ctx, true); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contacts == nil {
		s.contacts = map[string]cloudmonitor.Contact{}
	}
	s.contacts[c.Name] = c
	return "REQUEST-" + c.Name, nil
}

func (s *service) DeleteContact(ctx context.Context, name string) (string, error) {
	if err := s.answer(ctx, false); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.contacts, name)
	return "REQUEST-" + name, nil
}

func (s *service) Contacts(context.Context) iter.Seq2[cloudmonitor.Listed, error] {
	return func(yield func(cloudmonitor.Listed, error) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, c := range s.contacts {
			if !yield(cloudmonitor.Listed{Contact: c, State: cloudmonitor.States{Mail: cloudmonitor.Pending}}, nil) {
				return
			}
		}
	}
}

func (s *service) Lookup(ctx context.Context, name string) (cloudmonitor.Listed, bool, error) {
	s.mu.Lock()
	s.lookups = append(s.lookups, time.Now())
	s.mu.Unlock()
	if err := s.answer(ctx, false); err != nil {
		return cloudmonitor.Listed{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.contacts[name]
	return cloudmonitor.Listed{Contact: c, State: cloudmonitor.States{Mail: cloudmonitor.Pending}}, ok, nil
}

// answer waits as long as a call takes, then fails or not.
func (s *service) answer(ctx context.Context, put bool) error {
	s.mu.Lock()
	takes, hang := s.takes, s.hang && put
	var fail error
	if put && len(s.fail) > 0 {
		fail, s.fail = s.fail[0], s.fail[1:]
	}
	s.mu.Unlock()
	var done <-chan time.Time
	if !hang {
		done = time.After(takes)
	}
	select {
	case <-done:
		return fail
	case <-ctx.Done():
		return &cloudmonitor.Error{Action: "any", Temporary: true, Uncertain: true, Err: ctx.Err()}
	}
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.puts)
}

// platform remembers what was delivered.
type platform struct {
	dead atomic.Bool

	mu        sync.Mutex
	delivered map[string][]state.Reply
	fail      int    // so many deliveries fail
	gone      string // a place that cannot be reached any more
	tried     int
}

func (p *platform) Name() string { return "fake" }

func (p *platform) Deliver(_ context.Context, who state.Person, r state.Reply) error {
	if p.dead.Load() {
		return enginetest.ErrDead
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried++
	if p.gone != "" && r.To.Where == p.gone {
		return errors.New("no such place")
	}
	if p.fail > 0 {
		p.fail--
		return errors.New("the platform is down")
	}
	if p.delivered == nil {
		p.delivered = map[string][]state.Reply{}
	}
	p.delivered[who.User] = append(p.delivered[who.User], r)
	return nil
}

// texts are the first lines of what a person was told.
func (p *platform) texts(user string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, r := range p.delivered[user] {
		texts = append(texts, r.Parts[0].Text)
	}
	return texts
}

func (p *platform) told(user, text string) int {
	n := 0
	for _, t := range p.texts(user) {
		if strings.Contains(t, text) {
			n++
		}
	}
	return n
}

// pass lets time go by on the fake clock.
func pass(d time.Duration) { <-time.After(d) }

func memory() *enginetest.Memory { return &enginetest.Memory{} }
