// Package slacktest is a strict Slack on this machine, for tests: its Web API,
// its Socket Mode and HTTP mode, and the people who use it.
//
// It is written from Slack's documentation and shares nothing with what it
// judges. Whatever an app does that Slack would refuse, or that its users would
// suffer from, is kept as a broken rule: see [Slack.Broken]. Faults can be
// switched on: see [Fault], [Slack.SetDown], [Slack.Cut], [Slack.Mute].
package slacktest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of the real Slack.
const (
	// ackWithin is how long an acknowledgement is waited for.
	// Source: Slack, "Implementing slash commands", "Handling user interaction",
	// "Events API".
	ackWithin = 3 * time.Second
	// triggerLife is how long a trigger_id opens a view, once.
	// Source: Slack, "Modals", section "Opening modals".
	triggerLife = 3 * time.Second
	// hookLife and hookUses bound a response_url.
	// Source: Slack, "Handling user interaction", section "Message responses".
	hookLife = 30 * time.Minute
	hookUses = 5
	// maxSockets is how many Socket Mode connections an app may have.
	// Source: Slack, "Using Socket Mode".
	maxSockets = 10
)

// Options say which Slack is meant; the zero value is one with everything.
type Options struct {
	Team          string        // default T1
	BotToken      string        // default xoxb-test
	AppToken      string        // default xapp-test
	SigningSecret string        // default 8f742231b10e8888abcd99yyyzzz85a5
	Scopes        []string      // of the bot token; default AllScopes
	Ping          time.Duration // between pings of a socket; default 5 s
	// Redeliver are the pauses after which an event that was not acknowledged
	// comes again. Source: Slack, "Events API", section "Retries".
	Redeliver []time.Duration // default 0, 1 min, 5 min
	Command   string          // default /contact
}

// AllScopes are the scopes of the bot token that this Slack knows.
var AllScopes = []string{
	"commands", "chat:write", "im:history", "im:write", "app_mentions:read", "users:read", "users:read.email",
}

// The bot's user and app.
const (
	botUser = "UBOT"
	botID   = "BBOT"
	appID   = "A1"
)

// A Slack is a workspace with one app installed in it.
type Slack struct {
	Options
	server *httptest.Server

	mu       sync.Mutex
	bell     chan struct{} // closed and replaced when anything changes
	broken   []string
	used     map[string]bool // scopes
	people   map[string]*Person
	channels map[string]*channel
	views    map[string]*View
	triggers map[string]*trigger
	hooks    map[string]*hook
	tickets  map[string]bool
	sockets  []*socket
	pending  map[string]*Delivery // by envelope
	faults   map[string][]Fault
	calls    map[string]int
	web      string // the app's address in HTTP mode; empty: Socket Mode
	down     bool
	closed   bool
	gone     chan struct{} // closed with it
	quiet    bool
	slow     time.Duration // until an acknowledgement takes effect
	underway int           // deliveries
	count    int
	shown    []Shown

	wg sync.WaitGroup
}

// New starts a Slack. Close ends it.
func New(o Options) *Slack {
	o.Team = cmp.Or(o.Team, "T1")
	o.BotToken = cmp.Or(o.BotToken, "xoxb-test")
	o.AppToken = cmp.Or(o.AppToken, "xapp-test")
	o.SigningSecret = cmp.Or(o.SigningSecret, "8f742231b10e8888abcd99yyyzzz85a5")
	o.Command = cmp.Or(o.Command, "/contact")
	o.Ping = cmp.Or(o.Ping, 5*time.Second)
	if o.Scopes == nil {
		o.Scopes = AllScopes
	}
	if o.Redeliver == nil {
		o.Redeliver = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	s := &Slack{
		Options: o, bell: make(chan struct{}), gone: make(chan struct{}), used: map[string]bool{}, people: map[string]*Person{},
		channels: map[string]*channel{}, views: map[string]*View{}, triggers: map[string]*trigger{}, hooks: map[string]*hook{},
		tickets: map[string]bool{}, pending: map[string]*Delivery{}, faults: map[string][]Fault{}, calls: map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.api)
	mux.HandleFunc("/respond/{hook}", s.respond)
	mux.HandleFunc("/link", s.link)
	s.server = httptest.NewUnstartedServer(mux) // it is known before anybody calls
	s.server.Start()
	return s
}

// APIURL is where the Web API is.
func (s *Slack) APIURL() string { return s.server.URL + "/api/" }

// Close ends everything.
func (s *Slack) Close() {
	s.mu.Lock()
	s.closed = true
	close(s.gone)
	s.mu.Unlock()
	s.cutAll()
	s.server.CloseClientConnections()
	s.server.Close()
	s.wg.Wait()
}

// PostTo makes it HTTP mode: what happens is posted to the app at the address.
func (s *Slack) PostTo(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.web = strings.TrimSuffix(address, "/")
}

// Quiet leaves out the events of the bot's own posts.
func (s *Slack) Quiet() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quiet = true
}

// Broken are the rules that were broken so far, each as “rule: how”.
func (s *Slack) Broken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.broken)
}

// Forgive forgets the broken rules of a kind: a fault that was switched on may
// leave no other way.
func (s *Slack) Forgive(rule string) (forgiven int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.broken)
	s.broken = slices.DeleteFunc(s.broken, func(b string) bool { return strings.HasPrefix(b, rule+":") })
	return before - len(s.broken)
}

// UsedScopes are the scopes that something so far needed, sorted.
func (s *Slack) UsedScopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var used []string
	for scope := range s.used {
		used = append(used, scope)
	}
	slices.Sort(used)
	return used
}

// Calls is how often a method was called.
func (s *Slack) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// breaks notes a broken rule. The caller holds s.mu.
func (s *Slack) breaks(rule, format string, args ...any) {
	s.broken = append(s.broken, rule+": "+fmt.Sprintf(format, args...))
	s.ring()
}

// ring wakes whoever waits for something to happen. The caller holds s.mu.
func (s *Slack) ring() {
	close(s.bell)
	s.bell = make(chan struct{})
}

// Until waits until a condition holds; false if it does not within the time.
func (s *Slack) Until(within time.Duration, holds func() bool) bool {
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		s.mu.Lock()
		bell := s.bell
		s.mu.Unlock()
		if holds() {
			return true
		}
		select {
		case <-bell:
		case <-late.C:
			return holds()
		}
	}
}

// Settle waits until nothing that the app is told waits for its acknowledgement.
func (s *Slack) Settle(within time.Duration) bool {
	return s.Until(within, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.underway == 0
	})
}

// next makes an ID. The caller holds s.mu.
func (s *Slack) next(prefix string) string {
	s.count++
	return prefix + strconv.Itoa(s.count)
}

// stamp makes a message's time stamp, which is its ID. The caller holds s.mu.
func (s *Slack) stamp() string {
	s.count++
	return fmt.Sprintf("%d.%06d", time.Now().Unix(), s.count)
}

// has reports whether the bot token has a scope, and notes that it was needed.
// The caller holds s.mu.
func (s *Slack) has(scope string) bool {
	s.used[scope] = true
	return slices.Contains(s.Scopes, scope)
}
