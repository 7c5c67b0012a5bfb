package dingtalk

// Replies on their way to a person: the first way that works.

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

// What is said in the private chat when something was asked in a group. The
// question itself is not repeated: it may be answered in the group meanwhile.
var (
	goOnHere = commands.Text{
		EN: "What you began in the group can go on here, where only you can read it: say “continue”.",
		ZH: "群里开始的登记可以在这里继续，只有你能看到。发“继续”接着填。",
	}
	sayContinue = commands.Text{EN: "continue", ZH: "继续"}
)

// giveUpAfter is how long a reply is tried that DingTalk refuses in every way as
// it is: nothing behind it could be told until then.
const giveUpAfter = time.Hour

// A way is one to a person.
type way struct {
	name string
	open bool
	send func(context.Context, state.Person, place, state.Reply) error
	here bool // it leads to where the person spoke
}

// Deliver implements bot.Platform. It takes the first way to the person that is
// open: the session webhook of where they spoke, the OpenAPI to there, the OpenAPI
// to their private chat.
func (p *Platform) Deliver(ctx context.Context, who state.Person, r state.Reply) error {
	at := placeOf(r.To)
	var last *callError
	soonest := time.Duration(0) // of the ways that want to be left alone
	lost := true                // every way refuses the reply as it is
	for _, w := range []way{
		{webhook, at.open(p.Now()) && p.trusted(at.Hook) && !p.dead.Known(at.Hook, p.Now()), p.bySession, true},
		{toGroup, at.Group && at.Conversation != "", p.toGroup, true},
		// What was meant for a group is masked, and may be read by its person.
		{toOne, true, p.toOne, false},
	} {
		if !w.open {
			continue
		}
		err := w.send(ctx, who, at, r)
		if err == nil {
			if w.here {
				p.invite(who, at, r)
			}
			return nil
		}
		last = failed(err)
		lost = lost && last.kind == closed
		switch {
		case ctx.Err() != nil:
			return last
		case last.kind == limited:
			if soonest == 0 || last.after < soonest {
				soonest = last.after
			}
		case last.kind == uncertain && p.once.First("failing "+w.name, p.Now()):
			return last // once more in the same way: it may have been carried out
		}
		p.Log.InfoContext(ctx, "dingtalk does not take a reply, another way is tried", "person", who, "reason", last)
	}
	switch {
	case soonest > 0:
		return &bot.LaterError{After: soonest, Err: last}
	case lost && p.Now().Sub(r.Made) > giveUpAfter:
		p.Log.ErrorContext(ctx, "dingtalk does not take a reply in any way, it is given up", "person", who, "reason", last)
		return nil
	}
	return fmt.Errorf("no way to the person is open: %w", last)
}

// bySession answers through the session webhook of a conversation. DingTalk
// refuses with an errcode in HTTP 200, and webhooks end before they should. Their
// limit is the conversation's: each message brings another webhook.
func (p *Platform) bySession(ctx context.Context, who state.Person, at place, r state.Reply) error {
	limit := "webhooks of " + at.Conversation
	if wait := p.pause.Wait(limit, p.Now()); wait > 0 {
		return &callError{kind: limited, call: webhook, code: "it is left alone", after: wait}
	}
	body := map[string]any{"msgtype": "markdown"}
	if at.Group {
		body["markdown"] = render(r, who, "@"+who.User, offer(at, r))
		body["at"] = map[string]any{"atUserIds": []string{who.User}}
	} else {
		body["markdown"] = render(r, who, "", "")
	}
	err := p.inSlot(ctx, webhook, func() error {
		_, err := p.post(ctx, at.Hook, "", body)
		return err
	})
	if err == nil {
		return nil
	}
	switch e := failed(err); e.kind {
	case limited:
		p.pause.Until(limit, p.Now().Add(e.after))
	case closed, badToken, forbidden:
		p.dead.First(at.Hook, p.Now()) // it is not asked again
	}
	return err
}

// offer is the link to the private chat, in a group where something is asked or
// can be said next.
func offer(at place, r state.Reply) string {
	if !at.Group || r.Tone != state.Question && len(r.Choices) == 0 {
		return ""
	}
	return at.privately()
}

// toGroup writes to a group by the OpenAPI, which mentions nobody: the name has
// to do.
// Source: DingTalk, “Robot sends group messages”.
func (p *Platform) toGroup(ctx context.Context, who state.Person, at place, r state.Reply) error {
	before := ""
	if at.Nick != "" {
		before = "**" + escape(bot.Clip(at.Nick, maxTitle)) + "**"
	}
	return p.openAPI(ctx, toGroup, func(token string) error {
		_, err := p.post(ctx, p.APIURL+toGroup, token, map[string]any{
			"robotCode": p.RobotCode, "openConversationId": at.Conversation, "msgKey": "sampleMarkdown", "msgParam": param(render(r, who, before, offer(at, r))),
		})
		return err
	})
}

// toOne writes to a person's private chat by the OpenAPI.
// Source: DingTalk, “Robot sends messages to single chats in batches”.
func (p *Platform) toOne(ctx context.Context, who state.Person, _ place, r state.Reply) error {
	return p.openAPI(ctx, toOne, func(token string) error {
		text, err := p.post(ctx, p.APIURL+toOne, token, map[string]any{
			"robotCode": p.RobotCode, "userIds": []string{who.User}, "msgKey": "sampleMarkdown", "msgParam": param(render(r, who, "", "")),
		})
		if err != nil {
			return err
		}
		var answer struct {
			Invalid []string `json:"invalidStaffIdList"`
			Limited []string `json:"flowControlledStaffIdList"`
		}
		_ = json.Unmarshal(text, &answer)
		switch {
		case slices.Contains(answer.Limited, who.User):
			return &callError{kind: limited, call: toOne, code: "messages to the person are held back", after: limitedRest}
		case slices.Contains(answer.Invalid, who.User):
			return &callError{call: toOne, code: "the person is not in the app's scope"}
		}
		return nil
	})
}

// param is a message as the OpenAPI takes it: JSON in a string.
func param(c card) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // it would make the text longer
	if err := encoder.Encode(c); err != nil {
		panic(err) // of strings
	}
	return strings.TrimSpace(b.String())
}

// inviteWithin bounds how long an invitation may take.
const inviteWithin = 3 * time.Second

// invite puts the question of a group into the person's private chat, too, so
// that it can go on there with one tap. Once is enough, and a courtesy: that it
// fails is no harm.
func (p *Platform) invite(who state.Person, at place, r state.Reply) {
	invited := "invited " + who.Key()
	if offer(at, r) == "" || r.Tone != state.Question || !p.once.First(invited, p.Now()) {
		return
	}
	l := commands.Language(r.Language)
	parts := []state.Part{{Text: goOnHere.In(l)}}
	if r.Lead > 0 && r.Parts[0].Hint != "" { // such as that all is simulated
		parts = append(parts, r.Parts[0])
	}
	r.Tone, r.Parts, r.Lead = state.Plain, parts, 0
	r.Choices = []state.Choice{{Label: sayContinue.In(l), Say: sayContinue.In(l), Primary: true}}
	p.asides.Go(inviteWithin, func(ctx context.Context) {
		if err := p.toOne(ctx, who, at, r); err != nil {
			p.once.Undo(invited)
			p.Log.DebugContext(ctx, "the private chat could not be prepared", "person", who, "reason", err)
		}
	})
}
