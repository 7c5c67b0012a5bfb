package slack

// Replies on their way to a person: the first way that works.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

var (
	goToDirect = commands.Text{
		EN: "I have answered you in our direct message, where nobody else reads.",
		ZH: "我在私信里回复你了，只有你能看到。",
	}
)

// patience is how long somebody looks at the place where they asked.
const patience = time.Minute

// errNoWay says that a reply cannot be delivered in this way: another is tried.
var errNoWay = errors.New("this way is closed")

// Deliver implements bot.Platform. It takes the first way to the person that is
// open: the form before them, the place of their command, their direct message.
func (p *Platform) Deliver(ctx context.Context, who state.Person, r state.Reply) error {
	if p.bot.Load() == nil {
		return &bot.LaterError{After: time.Second, Err: errors.New("slack: starting")}
	}
	at := placeOf(r.To)
	asks := r.Tone == state.Question || r.Form
	age := p.Now().Sub(at.At)
	// What ends a form is told as a message, too, and so is what comes so late
	// that the person may have left.
	lasting := !asks && r.Tone != state.Progress || r.Lead > 0 && age > patience
	// What only the person's own screen shows is gone when they reload it.
	here := at.URL != "" && !at.direct() && !asks && (r.Tone == state.Progress || age < patience)
	type way struct {
		open bool
		send func(context.Context, state.Person, place, state.Reply) error
		rest bool // and go on to the next way all the same
	}
	for _, w := range []way{
		{at.Home, p.publish, false},
		{at.fresh(p.Now()) && r.Form, p.openForm, false},
		{at.View != "", p.updateView, lasting},
		{here, p.respond, false},
		// A question goes where it can be answered by typing.
		{true, p.post, false},
		{at.URL != "" && !at.direct(), p.respond, false},
		{at.TS != "" && !at.direct(), p.whisper, false},
	} {
		if !w.open {
			continue
		}
		err := w.send(ctx, who, at, r)
		if err == nil && !w.rest {
			p.freshen(who, r)
			return nil
		}
		if err != nil && !errors.Is(err, errNoWay) {
			return err
		}
	}
	return errors.New("slack: no way to the person is open")
}

// freshen shows in the App home what has changed, if it is before the person.
func (p *Platform) freshen(who state.Person, r state.Reply) {
	if r.Tone == state.Success && p.memory.looks(who.User, p.Now()) {
		p.asides.Go(lookWithin, func(ctx context.Context) { p.look(ctx, who) })
	}
}

// respond answers by the command's response_url, to the person alone.
func (p *Platform) respond(ctx context.Context, _ state.Person, at place, r state.Reply) error {
	text, blocks := message(r)
	return p.byURL(ctx, at, text, blocks)
}

// point says, where somebody asked, that the answer is elsewhere. It is a
// courtesy: that it fails is no harm.
func (p *Platform) point(ctx context.Context, who state.Person, at place, channel string, r state.Reply) {
	text := goToDirect.In(commands.Language(r.Language))
	var err error
	switch {
	case at.Channel == channel:
		return // it is there
	case at.URL != "" && p.once.First(at.URL, p.Now()):
		err = p.byURL(ctx, at, text, nil)
	case at.TS != "" && p.once.First(at.Channel+at.TS, p.Now()):
		err = p.call(ctx, "chat.postEphemeral", func() error {
			_, err := p.api.PostEphemeralContext(ctx, at.Channel, who.User, inThread(at.Thread, slackgo.MsgOptionText(text, false))...)
			return err
		})
	}
	if err != nil {
		p.Log.DebugContext(ctx, "pointer was not shown", "person", who, "reason", err)
	}
}

// inThread puts a message into a thread, if there is one.
func inThread(thread string, options ...slackgo.MsgOption) []slackgo.MsgOption {
	if thread != "" {
		options = append(options, slackgo.MsgOptionTS(thread))
	}
	return options
}

func (p *Platform) byURL(ctx context.Context, at place, text string, blocks []slackgo.Block) error {
	if !p.trusted(at.URL) || !p.memory.use(at.URL, p.Now()) {
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

// trusted reports whether a URL is one of Slack's: replies go nowhere else.
func (p *Platform) trusted(to string) bool {
	u, err := url.Parse(to)
	if err != nil || u.User != nil {
		return false
	}
	if u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(strings.ToLower(u.Hostname()), ".slack.com") {
		return true
	}
	own, err := url.Parse(p.APIURL)
	return err == nil && u.Scheme == own.Scheme && u.Host == own.Host
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
	if p.memory.unsure(who, r.ID) || r.Made.Before(p.born) {
		if posted, err := p.posted(ctx, channel, at.thread(), r); err != nil || posted {
			return err
		}
	}
	text, blocks := message(r)
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(text, false), slackgo.MsgOptionBlocks(blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(), slackgo.MsgOptionMetadata(mark(r)),
	}
	err := p.call(ctx, "chat.postMessage", func() error {
		_, _, err := p.api.PostMessageContext(ctx, channel, inThread(at.thread(), options...)...)
		return err
	})
	if _, limited := errors.AsType[*bot.LaterError](err); !limited { // what was not let through was not posted
		p.memory.doubt(who, r.ID, err != nil && !errors.Is(err, errNoWay))
	}
	if err == nil && !at.direct() && at.View == "" {
		p.point(ctx, who, at, channel, r)
	}
	return err
}

// whisper answers a mention in its thread, to the person alone: where direct
// messages are closed.
func (p *Platform) whisper(ctx context.Context, who state.Person, at place, r state.Reply) error {
	text, blocks := message(r)
	return p.call(ctx, "chat.postEphemeral", func() error {
		_, err := p.api.PostEphemeralContext(ctx, at.Channel, who.User,
			inThread(at.Thread, slackgo.MsgOptionText(text, false), slackgo.MsgOptionBlocks(blocks...))...)
		return err
	})
}

func (p *Platform) openDirect(ctx context.Context, who state.Person) (string, error) {
	if channel := p.memory.direct(who.User); channel != "" {
		return channel, nil
	}
	var channel string
	err := p.call(ctx, "conversations.open", func() error {
		c, _, _, err := p.api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{who.User}})
		if err == nil {
			channel = c.ID
			p.memory.remember(who.User, channel)
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
