package dingtalk

// Replies on their way to a person: the first way that works.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

// goOnHere stands before a question that was asked in a group, in the private
// chat.
var goOnHere = commands.Text{
	EN: "What you began in the group can go on here, where only you can read it. Just answer here:",
	ZH: "群里开始的登记可以在这里继续，只有你能看到。直接在这里回复就行：",
}

// Deliver implements bot.Platform. It takes the first way to the person that is
// open: the session webhook of where they spoke, the OpenAPI to there, the OpenAPI
// to their private chat.
func (p *Platform) Deliver(ctx context.Context, who state.Person, r state.Reply) error {
	at := placeOf(r.To)
	var last error
	for _, w := range []struct {
		open bool
		send func(context.Context, state.Person, place, state.Reply) error
	}{
		{at.open(p.Now()) && p.trusted(at.Hook) && !p.dead.Known(at.Hook), p.bySession},
		{at.Group && at.Conversation != "", p.toGroup},
		// What was meant for a group is masked, and may be read by its person.
		{true, p.toOne},
	} {
		if !w.open {
			continue
		}
		err := w.send(ctx, who, at, r)
		if err == nil {
			p.invite(who, at, r)
			return nil
		}
		refused, ok := errors.AsType[*refusedError](err)
		// What may have been carried out is tried again in the same way, once where
		// there is another.
		failing := ok && refused.status >= 500 && (refused.call != webhook || p.once.First("failing "+at.Hook, p.Now()))
		if !ok && !errors.Is(err, errNoWay) || ok && refused.limited || failing {
			return err
		}
		p.Log.InfoContext(ctx, "dingtalk refuses a reply, another way is tried", "person", who, "reason", err)
		last = err
	}
	return fmt.Errorf("dingtalk: no way to the person is open: %w", last)
}

// bySession answers through the session webhook of a conversation. DingTalk
// refuses with an errcode in HTTP 200, and webhooks end before they should.
func (p *Platform) bySession(ctx context.Context, who state.Person, at place, r state.Reply) error {
	if wait := p.pause.Wait(at.Hook, p.Now()); wait > 0 {
		return &bot.LaterError{After: wait, Err: errors.New("dingtalk: the session webhook is rate limited")}
	}
	body := map[string]any{"msgtype": "markdown"}
	if at.Group {
		body["markdown"] = render(r, "@"+who.User, offer(at, r))
		body["at"] = map[string]any{"atUserIds": []string{who.User}}
	} else {
		body["markdown"] = render(r, "", "")
	}
	err := p.limited(ctx, func() error {
		_, err := p.post(ctx, at.Hook, "", body)
		return err
	})
	refused, ok := errors.AsType[*refusedError](err)
	switch {
	case ok && refused.limited:
		p.pause.Until(at.Hook, p.Now().Add(refused.after))
		return &bot.LaterError{After: refused.after, Err: err}
	case ok && refused.status < 500:
		p.dead.First(at.Hook, p.Now()) // it is not asked again
	}
	return err
}

// offer is the link to the private chat, in a group where something is asked.
func offer(at place, r state.Reply) string {
	if !at.Group || r.Tone != state.Question {
		return ""
	}
	return at.privately()
}

// toGroup writes to a group by the OpenAPI, which mentions nobody: the name has
// to do.
// Source: DingTalk, “Robot sends group messages”.
func (p *Platform) toGroup(ctx context.Context, _ state.Person, at place, r state.Reply) error {
	before := ""
	if at.Nick != "" {
		before = "**" + escape(bot.Clip(at.Nick, maxTitle)) + "**"
	}
	return p.call(ctx, toGroup, func(token string) error {
		_, err := p.post(ctx, p.APIURL+toGroup, token, map[string]any{
			"robotCode": p.RobotCode, "openConversationId": at.Conversation, "msgKey": "sampleMarkdown", "msgParam": param(render(r, before, offer(at, r))),
		})
		return err
	})
}

// toOne writes to a person's private chat by the OpenAPI.
// Source: DingTalk, “Robot sends messages to single chats in batches”.
func (p *Platform) toOne(ctx context.Context, who state.Person, _ place, r state.Reply) error {
	return p.call(ctx, toOne, func(token string) error {
		text, err := p.post(ctx, p.APIURL+toOne, token, map[string]any{
			"robotCode": p.RobotCode, "userIds": []string{who.User}, "msgKey": "sampleMarkdown", "msgParam": param(render(r, "", "")),
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
			return &bot.LaterError{After: limitedRest, Err: errors.New("dingtalk: messages to the person are held back")}
		case slices.Contains(answer.Invalid, who.User):
			return errNoWay
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
const inviteWithin = 10 * time.Second

// invite puts the question of a group into the person's private chat, too, so
// that it can go on there with one tap. Once is enough, and a courtesy: that it
// fails is no harm.
func (p *Platform) invite(who state.Person, at place, r state.Reply) {
	if offer(at, r) == "" || !p.once.First("invited "+who.User, p.Now()) {
		return
	}
	parts := []state.Part{{Text: goOnHere.In(commands.Language(r.Language))}}
	if r.Lead > 0 && r.Parts[0].Hint != "" { // such as that all is simulated
		parts = append(parts, r.Parts[0])
	}
	r.Parts = append(parts, r.Parts[min(r.Lead, len(r.Parts)):]...)
	r.Lead = len(parts)
	p.wg.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), inviteWithin)
		defer cancel()
		if err := p.toOne(ctx, who, at, r); err != nil {
			p.Log.DebugContext(ctx, "the private chat could not be prepared", "person", who, "reason", err)
		}
	})
}
