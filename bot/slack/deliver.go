package slack

// Replies on their way to a person: the first way that works.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

var (
	panelTitle = commands.Text{EN: "Alert contact", ZH: "报警联系人"}
	closeWord  = commands.Text{EN: "Close", ZH: "关闭"}
	oneMoment  = commands.Text{EN: "One moment …", ZH: "请稍候……"}
	goToDirect = commands.Text{
		EN: "I have answered you in our direct message, where nobody else reads.",
		ZH: "我在私聊里回复你了，那里没有别人能看到。",
	}
)

// errNoWay says that a reply cannot be delivered in this way: another is tried.
var errNoWay = errors.New("this way is closed")

// Deliver implements bot.Platform. It takes the first way to the person that is
// open: the form before them, the place of their command, their direct message.
func (p *Platform) Deliver(ctx context.Context, who state.Person, r state.Reply) error {
	at := placeOf(r.To)
	asks := r.Tone == state.Question || r.Form
	final := !asks && r.Tone != state.Progress
	type way struct {
		open bool
		send func(context.Context, state.Person, place, state.Reply) error
		rest bool // and go on to the next way all the same
	}
	for _, w := range []way{
		{at.Home, p.publish, false},
		{at.fresh(p.Now()) && r.Form, p.openForm, false},
		{at.View != "", p.updateView, final},
		// A question goes where it can be answered by typing.
		{at.URL != "" && !at.direct() && !asks, p.respond, false},
		{at.URL != "" && !at.direct(), p.point, true},
		{true, p.post, false},
		{at.TS != "" && !at.direct(), p.whisper, false},
	} {
		if !w.open {
			continue
		}
		err := w.send(ctx, who, at, r)
		if err == nil && !w.rest {
			return nil
		}
		if err != nil && !errors.Is(err, errNoWay) {
			return err
		}
	}
	return errors.New("slack: no way to the person is open")
}

// publish shows a reply in the App home.
func (p *Platform) publish(ctx context.Context, who state.Person, _ place, r state.Reply) error {
	return p.call(ctx, "views.publish", func() error {
		_, err := p.api.PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: who.User, View: home(r, p.Command)})
		return err
	})
}

// openForm opens the form, while the trigger lives.
func (p *Platform) openForm(ctx context.Context, who state.Person, at place, r state.Reply) error {
	sheet, err := p.bot.Sheet(ctx, who)
	if err != nil {
		return err
	}
	err = p.call(ctx, "views.open", func() error {
		_, err := p.api.OpenViewContext(ctx, at.Trigger, form(sheet, lead(r), at.metadata()))
		return err
	})
	if err != nil {
		p.Log.WarnContext(ctx, "form could not be opened, the question is put as a message", "person", who, "reason", err)
		return errNoWay
	}
	return nil
}

// lead is what a reply tells before it asks.
func lead(r state.Reply) []state.Part { return r.Parts[:min(r.Lead, len(r.Parts))] }

// updateView shows a reply in the view that is before the person.
func (p *Platform) updateView(ctx context.Context, who state.Person, at place, r state.Reply) error {
	language := commands.Language(r.Language)
	view := panel(r, panelTitle.In(language), closeWord.In(language), at.metadata())
	if r.Form && !r.Summary {
		sheet, err := p.bot.Sheet(ctx, who)
		if err != nil {
			return err
		}
		view = form(sheet, lead(r), at.metadata())
	}
	id, awaits := at.View, ""
	if at.Awaits != "" && !at.At.Before(p.born) && !p.once.known(at.Awaits) {
		id, awaits = "", at.Awaits
	}
	return p.call(ctx, "views.update", func() error {
		_, err := p.api.UpdateViewContext(ctx, view, awaits, "", id)
		for deadline := at.At.Add(ackLands); awaits != "" && refusedWith(err, "not_found") && p.Now().Before(deadline); {
			if !sleep(ctx, ackPoll) {
				return ctx.Err()
			}
			_, err = p.api.UpdateViewContext(ctx, view, awaits, "", id)
		}
		if err == nil && awaits != "" {
			p.once.first(awaits, p.Now())
		}
		return err
	})
}

// What the acknowledgement of a form puts before the person takes effect some
// time after it was sent: what is put there too early would be overwritten by
// it. So the form has an external ID only from then on, by which it is waited
// for.
const (
	ackLands = 5 * time.Second
	ackPoll  = 100 * time.Millisecond
)

// sleep waits; false if ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func refusedWith(err error, code string) bool {
	var answer slackgo.SlackErrorResponse
	return errors.As(err, &answer) && answer.Err == code
}

// respond answers by the command's response_url, to the person alone.
func (p *Platform) respond(ctx context.Context, _ state.Person, at place, r state.Reply) error {
	text, blocks := message(r)
	return p.byURL(ctx, at, text, blocks)
}

// point says, where a command was typed, that the answer is elsewhere. It is a
// courtesy: that it fails is no harm.
func (p *Platform) point(ctx context.Context, who state.Person, at place, r state.Reply) error {
	if !p.once.first(at.URL, p.Now()) {
		return nil
	}
	if err := p.byURL(ctx, at, goToDirect.In(commands.Language(r.Language)), nil); err != nil {
		p.Log.DebugContext(ctx, "pointer was not shown", "person", who, "reason", err)
	}
	return nil
}

func (p *Platform) byURL(ctx context.Context, at place, text string, blocks []slackgo.Block) error {
	if !p.urls.use(at.URL, p.Now()) {
		return errNoWay
	}
	body, err := json.Marshal(slackgo.WebhookMessage{
		Text: text, Blocks: blocksOf(blocks), ResponseType: slackgo.ResponseTypeEphemeral,
	})
	if err != nil {
		return err
	}
	return p.call(ctx, "response_url", func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.URL, bytes.NewReader(body))
		if err != nil {
			return errNoWay
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := p.HTTP.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		switch {
		case res.StatusCode == http.StatusTooManyRequests:
			after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
			return &slackgo.RateLimitedError{RetryAfter: time.Duration(max(after, 1)) * time.Second}
		case res.StatusCode >= 500:
			return slackgo.StatusCodeError{Code: res.StatusCode}
		case res.StatusCode >= 300:
			return errNoWay // used up, or too old
		}
		if code, err := refusal(res); err == nil && code != "" && code != notSlack {
			return slackgo.SlackErrorResponse{Err: code}
		}
		return nil
	})
}

func blocksOf(blocks []slackgo.Block) *slackgo.Blocks {
	if len(blocks) == 0 {
		return nil
	}
	return &slackgo.Blocks{BlockSet: blocks}
}

// post sends a direct message. What may have been posted before (the answer was
// lost, or the process died) is looked for first.
func (p *Platform) post(ctx context.Context, who state.Person, at place, r state.Reply) error {
	channel := at.Channel
	if !at.direct() {
		var err error
		if channel, err = p.openDirect(ctx, who); err != nil {
			return err
		}
	}
	if p.urls.unsure(who, r.ID) || r.Made.Before(p.born) {
		if posted, err := p.posted(ctx, channel, at.thread(), r); err != nil || posted {
			return err
		}
	}
	text, blocks := message(r)
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(text, false), slackgo.MsgOptionBlocks(blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(), slackgo.MsgOptionMetadata(mark(r)),
	}
	if thread := at.thread(); thread != "" {
		options = append(options, slackgo.MsgOptionTS(thread))
	}
	err := p.call(ctx, "chat.postMessage", func() error {
		_, _, err := p.api.PostMessageContext(ctx, channel, options...)
		return err
	})
	p.urls.doubt(who, r.ID, err != nil && !errors.Is(err, errNoWay))
	if err == nil && at.TS != "" && !at.direct() && p.once.first(at.Channel+at.TS, p.Now()) {
		// A pointer where they asked; that it fails is no harm.
		_, _ = p.api.PostEphemeralContext(ctx, at.Channel, who.User, slackgo.MsgOptionTS(at.Thread),
			slackgo.MsgOptionText(goToDirect.In(commands.Language(r.Language)), false))
	}
	return err
}

// whisper answers a mention in its thread, to the person alone: where direct
// messages are closed.
func (p *Platform) whisper(ctx context.Context, who state.Person, at place, r state.Reply) error {
	text, blocks := message(r)
	return p.call(ctx, "chat.postEphemeral", func() error {
		_, err := p.api.PostEphemeralContext(ctx, at.Channel, who.User, slackgo.MsgOptionTS(at.Thread),
			slackgo.MsgOptionText(text, false), slackgo.MsgOptionBlocks(blocks...))
		return err
	})
}

func (p *Platform) openDirect(ctx context.Context, who state.Person) (string, error) {
	if channel := p.urls.direct(who.User); channel != "" {
		return channel, nil
	}
	var channel string
	err := p.call(ctx, "conversations.open", func() error {
		c, _, _, err := p.api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{who.User}})
		if err == nil {
			channel = c.ID
			p.urls.remember(who.User, channel)
		}
		return err
	})
	return channel, err
}

// metadataType names the metadata of the bot's messages, by which it knows them
// again.
const metadataType = "contactbot_reply"

func mark(r state.Reply) slackgo.SlackMetadata {
	return slackgo.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{
		"id": strconv.FormatUint(r.ID, 10), "made": r.Made.UTC().Format(time.RFC3339Nano),
	}}
}

// lookBack is how many messages are looked through for a reply.
const lookBack = 100

// posted reports whether a reply stands in the direct message already, or in a
// thread there.
func (p *Platform) posted(ctx context.Context, channel, thread string, r state.Reply) (found bool, err error) {
	oldest := fmt.Sprintf("%d.000000", r.Made.Add(-time.Minute).Unix())
	method, messages := "conversations.history", func() ([]slackgo.Message, error) {
		history, err := p.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Limit: lookBack, IncludeAllMetadata: true,
		})
		if err != nil {
			return nil, err
		}
		return history.Messages, nil
	}
	if thread != "" {
		method, messages = "conversations.replies", func() ([]slackgo.Message, error) {
			replies, _, _, err := p.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: thread, Oldest: oldest, Limit: lookBack, IncludeAllMetadata: true,
			})
			return replies, err
		}
	}
	err = p.call(ctx, method, func() error {
		all, err := messages()
		if err != nil {
			return err
		}
		want := mark(r)
		found = slices.ContainsFunc(all, func(m slackgo.Message) bool {
			return m.Metadata.EventType == want.EventType &&
				m.Metadata.EventPayload["id"] == want.EventPayload["id"] && m.Metadata.EventPayload["made"] == want.EventPayload["made"]
		})
		return nil
	})
	if errors.Is(err, errNoWay) {
		return false, nil // not to be known: rather twice than never
	}
	return found, err
}

// call makes a call of the Web API, unless Slack has asked to be left alone. Its
// error is errNoWay if the same call would fail again.
func (p *Platform) call(ctx context.Context, method string, do func() error) error {
	if wait := p.pause.wait(method, p.Now()); wait > 0 {
		return &bot.LaterError{After: wait, Err: fmt.Errorf("slack: %s is rate limited", method)}
	}
	err := do()
	if err == nil || errors.Is(err, errNoWay) {
		return err
	}
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		p.pause.until(method, p.Now().Add(limited.RetryAfter))
		return &bot.LaterError{After: p.pause.wait(method, p.Now()), Err: fmt.Errorf("slack: %s is rate limited", method)}
	}
	var answer slackgo.SlackErrorResponse
	if errors.As(err, &answer) && !passing[answer.Err] {
		p.Log.WarnContext(ctx, "slack refuses a call, another way is tried", "method", method, "reason", answer.Err, "details", len(answer.ResponseMetadata.Messages))
		return errNoWay
	}
	return fmt.Errorf("slack: %s: %s", method, reason(err))
}

// passing are the refusals that another try, or an operator, can mend: a reply
// stays due with them.
// Source: Slack, Web API, "Errors" of chat.postMessage.
var passing = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true, "ratelimited": true, "team_added_to_org": true,
	"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true,
}

// pauses are the methods that Slack does not want to be called for a while.
type pauses struct {
	mu      sync.Mutex
	methods map[string]time.Time
	queue   map[string]int // how many were sent away since
}

// spread is the distance at which those that were sent away come again.
const spread = 50 * time.Millisecond

func (p *pauses) until(method string, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.methods == nil {
		p.methods, p.queue = map[string]time.Time{}, map[string]int{}
	}
	if p.methods[method].Before(t) {
		p.methods[method], p.queue[method] = t, 0
	}
}

// wait is how long to leave a method alone. Each who asks gets a later turn, so
// that they do not all come back at once.
func (p *pauses) wait(method string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.methods[method].Sub(now)
	if left <= 0 {
		return 0
	}
	p.queue[method]++
	return left + time.Duration(p.queue[method])*spread
}
