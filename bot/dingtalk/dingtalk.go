package dingtalk

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"
	"golang.org/x/time/rate"

	"contactbot/bot"
)

// Options are the settings of an organization's app.
type Options struct {
	ClientID, ClientSecret string
	RobotCode              string        // default: the client ID
	APIURL                 string        // of gateway and OpenAPI; default https://api.dingtalk.com
	Silence                time.Duration // after which the stream counts as dead; default 30 s
	HTTP                   *http.Client  // default: one with a timeout of 15 s
	Now                    func() time.Time
	Log                    *slog.Logger

	pauses pauses // of the stream; for tests
}

// A Platform is one organization.
type Platform struct {
	Options
	stream *stream
	bot    atomic.Pointer[bot.Bot] // nil: not running yet

	token  token
	slots  chan struct{} // taken by calls that are under way
	pace   map[string]*rate.Limiter
	pause  bot.Pauses
	people bot.People
	once   bot.Once
	dead   bot.Once // session webhooks that ended early

	asides bot.Asides

	mu                  sync.Mutex
	noToken, noMessages error // why DingTalk does not let the app send messages
}

// New returns an organization. It is reached once Run runs.
func New(o Options) *Platform {
	o.APIURL = strings.TrimSuffix(cmp.Or(o.APIURL, utils.DefaultOpenApiHost), "/")
	o.RobotCode = cmp.Or(o.RobotCode, o.ClientID)
	if o.HTTP == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost, transport.IdleConnTimeout = maxCalls, 10*time.Second
		o.HTTP = &http.Client{Timeout: 15 * time.Second, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // tokens are for this host and no other
		}}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Silence > 0 {
		o.pauses.Silence, o.pauses.Ping = o.Silence, o.Silence*2/3
	}
	return &Platform{
		Options: o, asides: bot.Asides{Log: o.Log}, slots: make(chan struct{}, maxCalls), pace: paces(),
		stream: newStream(streamOptions{
			ClientID: o.ClientID, ClientSecret: o.ClientSecret, APIURL: o.APIURL, HTTP: o.HTTP, Now: o.Now, Log: o.Log, Pauses: o.pauses,
		}),
	}
}

// Name implements bot.Platform.
func (p *Platform) Name() string { return Name }

// Ready tells what keeps messages from arriving or being answered just now.
func (p *Platform) Ready() error {
	if err := p.stream.alive(); err != nil {
		return fmt.Errorf("dingtalk: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if wrong := cmp.Or(p.noToken, p.noMessages); wrong != nil {
		return fmt.Errorf("dingtalk: %w", wrong)
	}
	return nil
}

// Opens is how often it was tried to open a connection, since the start.
func (p *Platform) Opens() uint64 { return p.stream.opens.Load() }

// Run receives until ctx ends. DingTalk may be down when it begins.
func (p *Platform) Run(ctx context.Context, b *bot.Bot) error {
	p.bot.Store(b)
	defer p.asides.End()
	return p.stream.run(ctx, p.take)
}

// take receives one thing. A mistake in it must not end the process or the
// connection; what it panicked with is not logged, for it may quote a person.
func (p *Platform) take(a arrival) {
	defer func() {
		if recover() != nil {
			p.Log.Error("receiving panicked", "stack", string(debug.Stack()))
			a.refuse()
		}
	}()
	p.received(a)
}
