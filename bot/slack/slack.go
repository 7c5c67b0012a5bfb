package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// Options are the settings of a workspace. AppToken makes it Socket Mode, else
// SigningSecret makes it HTTP mode.
type Options struct {
	BotToken      string
	AppToken      string
	SigningSecret string
	APIURL        string        // default https://slack.com/api/
	Command       string        // the slash command; default /contact
	PingWithin    time.Duration // silence after which a socket counts as dead; Slack is asked as often whether the bot token works; default 30 s
	HTTP          *http.Client  // default: one with a timeout of 15 s
	Now           func() time.Time
	Log           *slog.Logger
}

// A link is a way in which Slack's messages come.
type link interface {
	run(ctx context.Context, take func(arrival)) error
	alive() error
	opened() uint64 // attempts to open a connection
}

// A Platform is one workspace.
type Platform struct {
	Options
	api   *slackgo.Client
	quick *slackgo.Client // for calls that must not wait behind the others
	slots chan struct{}   // taken by calls that are under way
	link  link
	web   *web                    // nil in Socket Mode
	bot   atomic.Pointer[bot.Bot] // nil: not running yet

	people bot.People
	memory memory
	pause  bot.Pauses
	once   bot.Once
	born   time.Time // replies made before may have been posted by a process that died

	mu    sync.Mutex
	lacks []string                  // scopes
	self  *slackgo.AuthTestResponse // nil: Slack has not told yet
	wrong error                     // why not

	asides bot.Asides
}

// New returns a workspace. It is reached once Run runs.
func New(o Options) *Platform {
	if o.APIURL == "" {
		o.APIURL = slackgo.APIURL
	}
	if o.Command == "" {
		o.Command = "/contact"
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 15 * time.Second, Transport: transport(), CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // tokens and answers are for this host and no other
		}}
	}
	if o.PingWithin == 0 {
		o.PingWithin = pingWithin
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Platform{Options: o, born: o.Now(), slots: make(chan struct{}, maxCalls), asides: bot.Asides{Log: o.Log}}
	p.api = slackgo.New(o.BotToken, slackgo.OptionAPIURL(o.APIURL), slackgo.OptionHTTPClient(o.HTTP))
	quick := &http.Client{Timeout: o.HTTP.Timeout, Transport: transport()}
	p.quick = slackgo.New(o.BotToken, slackgo.OptionAPIURL(o.APIURL), slackgo.OptionHTTPClient(quick))
	if o.AppToken != "" {
		p.link = newSocket(socketOptions{
			APIURL: o.APIURL, AppToken: o.AppToken, BotToken: o.BotToken, HTTP: quick,
			PingWithin: o.PingWithin, Log: o.Log, Now: o.Now,
		})
	} else {
		p.web = newWeb(webOptions{SigningSecret: o.SigningSecret, Log: o.Log, Now: o.Now})
		p.link = p.web
	}
	return p
}

// maxCalls is how many calls of the Web API are under way at once: a burst waits
// here instead of at Slack's limits.
const maxCalls = 32

// idleFor is how long a connection is kept after a rush.
const idleFor = 10 * time.Second

func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.IdleConnTimeout = maxCalls, idleFor
	return t
}

// Name implements bot.Platform.
func (p *Platform) Name() string { return Name }

// Handler serves what Slack sends in HTTP mode; nil in Socket Mode.
func (p *Platform) Handler() http.Handler {
	if p.web == nil {
		return nil
	}
	return p.web.handler()
}

// Ready tells what keeps messages from arriving or being answered just now.
func (p *Platform) Ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.wrong != nil:
		return p.wrong
	case p.self == nil:
		return errors.New("slack: connecting")
	case len(p.lacks) > 0:
		return fmt.Errorf("slack: the app lacks scopes (%s): add them under “OAuth & Permissions”, or paste the manifest again, and install the app again", strings.Join(p.lacks, ", "))
	}
	if err := p.link.alive(); err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	return nil
}

// Opens is how often it was tried to open a connection, since the start; 0 in
// HTTP mode.
func (p *Platform) Opens() uint64 { return p.link.opened() }

// Run receives until ctx ends. Slack may be down when it begins.
func (p *Platform) Run(ctx context.Context, b *bot.Bot) error {
	p.bot.Store(b)
	defer p.asides.End()
	if err := p.introduce(ctx); err != nil {
		return nil // ctx has ended
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() { p.watch(ctx) })
	return p.link.run(ctx, p.take)
}

// watch asks Slack again and again whether the bot token works: a link that is
// open does not tell whether replies get through.
func (p *Platform) watch(ctx context.Context) {
	tick := time.NewTicker(p.PingWithin / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		asking, cancel := context.WithTimeout(ctx, p.PingWithin/2)
		self, err := p.quick.AuthTestContext(asking)
		cancel()
		if err == nil {
			p.mu.Lock()
			p.lacks = lacking(self.Header.Get("X-OAuth-Scopes"))
			p.mu.Unlock()
		}
		if _, limited := errors.AsType[*slackgo.RateLimitedError](err); ctx.Err() == nil && !limited {
			p.judge(ctx, err)
		}
	}
}

// scopes are those that the bot cannot do without: without users:read members
// cannot be told from guests. users:read.email only brings proposals.
var scopes = []string{"commands", "chat:write", "im:history", "im:write", "app_mentions:read", "users:read"}

// lacking are the scopes that a token lacks, by the header in which Slack lists
// those that it has. Source: Slack, "Using the Web API", section "Scopes".
func lacking(header string) []string {
	if header == "" {
		return nil // it is not told
	}
	granted := strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' })
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(granted, s) })
}

// judge notes whether the bot token works, and tells when that has changed.
func (p *Platform) judge(ctx context.Context, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.wrong
	switch why := reason(err); {
	case err == nil:
		p.wrong = nil
		if before != nil {
			p.Log.InfoContext(ctx, "slack answers again")
		}
		return
	case fatal[why]:
		p.wrong = fmt.Errorf("slack: the bot token is refused (%s): copy it again from the app's page “OAuth & Permissions” and set SLACK_BOT_TOKEN", why)
	default:
		p.wrong = fmt.Errorf("slack: replies cannot be sent (%s); it is tried again", why)
	}
	if before == nil || before.Error() != p.wrong.Error() {
		what := "slack cannot be reached, it is asked again"
		if _, said := errors.AsType[slackgo.SlackErrorResponse](err); said || fatal[reason(err)] {
			what = "slack does not accept the bot, it is asked again"
		}
		p.Log.ErrorContext(ctx, what, "reason", reason(err))
	}
}

// introduce finds out which workspace and which user the token is of, however
// long it takes.
func (p *Platform) introduce(ctx context.Context) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		self, err := p.quick.AuthTestContext(ctx)
		if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
			return struct{}{}, backoff.RetryAfter(int(limited.RetryAfter/time.Second) + 1)
		}
		p.judge(ctx, err)
		if err == nil {
			p.mu.Lock()
			p.self, p.lacks = self, lacking(self.Header.Get("X-OAuth-Scopes"))
			p.mu.Unlock()
			p.Log.InfoContext(ctx, "slack workspace", "team", self.TeamID)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(&backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.3, MaxInterval: time.Minute,
	}), backoff.WithMaxElapsedTime(0))
	return err
}

// team is the workspace the bot is installed in.
func (p *Platform) team() (team, user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.self == nil {
		return "", ""
	}
	return p.self.TeamID, p.self.UserID
}

// take receives one thing. It returns at once. A mistake in it must not end the
// process or the connection; what it panicked with is not logged, for it may
// quote a person.
func (p *Platform) take(a arrival) {
	defer func() {
		if recover() != nil {
			p.Log.Error("receiving panicked", "stack", string(debug.Stack()))
			a.refuse()
		}
	}()
	switch {
	case a.command != nil:
		p.command(a, *a.command)
	case a.event != nil:
		p.event(a, *a.event)
	case a.callback != nil:
		p.interaction(a, *a.callback)
	default:
		a.ack(nil)
	}
}

// say hands what a person said to the bot.
func (p *Platform) say(a arrival, who state.Person, at place, m dialog.Message) {
	at.At = a.at
	m.From, m.Language = at.address(), commands.English
	m.Profile, m.Stranger = p.people.Known(who.User, p.Now())
	ack, refuse := a.ack, a.refuse // and nothing else of what Slack sent: it is large
	p.bot.Load().Take(who, m, func(err error) {
		if err != nil {
			refuse()
			return
		}
		ack(nil)
	})
}

// of is a person of this workspace; ok is false for everybody else.
func (p *Platform) of(team, user string) (who state.Person, ok bool) {
	own, _ := p.team()
	who = state.Person{Platform: Name, Workspace: team, User: user}
	return who, own != "" && team == own && user != "" && !strings.ContainsAny(user, " <>&|")
}
