package slacktest

// What people do.

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A Person is a user of the workspace.
type Person struct {
	ID, Team, Name, Mail, Phone, Locale string

	Guest       bool // invited to some channels only
	Unconfirmed bool // the address was never confirmed

	s    *Slack
	seen int // so much of what is shown was looked at
}

// Join adds a person. Without a Team they are of this workspace.
func (s *Slack) Join(p Person) *Person {
	if p.Team == "" {
		p.Team = s.Team
	}
	p.s = s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[p.ID] = &p
	return &p
}

// trigger makes a trigger_id. The caller holds s.mu.
func (p *Person) trigger() string {
	id := p.s.next("trigger.")
	p.s.triggers[id] = &trigger{user: p.ID, given: time.Now()}
	return id
}

// hook makes a response_url. The caller holds s.mu.
func (p *Person) hook(channel string) string {
	id := p.s.next("hook")
	p.s.hooks[id] = &hook{user: p.ID, channel: channel, given: time.Now()}
	return p.s.server.URL + "/respond/" + id
}

// Direct is the channel of the person's direct message with the bot.
func (p *Person) Direct() string { return "D" + p.ID }

// Command types a slash command in a channel.
func (p *Person) Command(channel, text string) *Delivery {
	s := p.s
	s.mu.Lock()
	s.has("commands")
	if channel == p.Direct() {
		s.direct(p.ID)
	}
	d := &Delivery{kind: slashCommand, what: "a slash command", answers: true, payload: map[string]any{
		"token": "verification", "team_id": p.Team, "team_domain": "test", "channel_id": channel, "channel_name": "general",
		"user_id": p.ID, "user_name": strings.ToLower(p.ID), "command": s.Command, "text": escaped(text), "api_app_id": appID,
		"is_enterprise_install": "false", "response_url": p.hook(channel), "trigger_id": p.trigger(),
	}}
	d.take = func(answer json.RawMessage) {
		if len(answer) > 0 {
			_ = s.showAnswer(p.ID, channel, "acknowledgement", answer)
		}
	}
	s.mu.Unlock()
	return s.deliver(d)
}

// Message writes to the bot directly; thread may be empty. It returns the
// message's time stamp, too.
func (p *Person) Message(thread, text string) (*Delivery, string) {
	p.s.mu.Lock()
	p.s.has("im:history")
	ch := p.s.direct(p.ID)
	payload, ts := p.message(ch, thread, text, map[string]any{"type": "message", "channel_type": "im"})
	p.s.mu.Unlock()
	return p.s.deliver(&Delivery{kind: event, what: "a direct message", payload: payload}), ts
}

// MessageOf is Message with a subtype, as other ways of writing have.
func (p *Person) MessageOf(subtype, text string) *Delivery {
	p.s.mu.Lock()
	payload, _ := p.message(p.s.direct(p.ID), "", text, map[string]any{"type": "message", "channel_type": "im", "subtype": subtype})
	p.s.mu.Unlock()
	return p.s.deliver(&Delivery{kind: event, what: "a direct message", payload: payload})
}

// Mention mentions the bot in a channel; thread may be empty.
func (p *Person) Mention(channel, thread, text string) (*Delivery, string) {
	p.s.mu.Lock()
	p.s.has("app_mentions:read")
	payload, ts := p.message(p.s.channels[channel], thread, "<@"+botUser+"> "+text, map[string]any{"type": "app_mention"})
	p.s.mu.Unlock()
	return p.s.deliver(&Delivery{kind: event, what: "a mention", payload: payload}), ts
}

// Post writes a message to a channel that the bot is told nothing of, such as
// one that begins a thread.
func (p *Person) Post(channel, text string) (ts string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	_, ts = p.message(p.s.channels[channel], "", text, map[string]any{})
	return ts
}

// message posts what a person typed, and makes the event of it.
func (p *Person) message(ch *channel, thread, text string, inner map[string]any) (payload map[string]any, ts string) {
	ts = p.s.stamp()
	marked, blocks := asTyped(text)
	ch.messages = append(ch.messages, message{ts: ts, thread: thread, user: p.ID, text: marked})
	maps.Copy(inner, map[string]any{
		"user": p.ID, "text": marked, "blocks": blocks, "ts": ts, "event_ts": ts, "channel": ch.id, "team": p.Team, "client_msg_id": p.s.next("client-"),
	})
	if thread != "" {
		inner["thread_ts"] = thread
	}
	if p.Team != p.s.Team {
		inner["user_team"], inner["source_team"] = p.Team, p.Team
	}
	return p.s.event(inner, p.s.Team), ts
}

// event wraps an event. The caller holds s.mu.
func (s *Slack) event(inner map[string]any, team string) map[string]any {
	return map[string]any{
		"token": "verification", "team_id": team, "api_app_id": appID, "event": inner, "type": "event_callback",
		"event_id": s.next("Ev"), "event_time": time.Now().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"team_id": s.Team, "user_id": botUser, "is_bot": true}},
	}
}

// OpenHome opens the App home.
func (p *Person) OpenHome() *Delivery {
	p.s.mu.Lock()
	payload := p.s.event(map[string]any{"type": "app_home_opened", "user": p.ID, "channel": p.Direct(), "tab": "home", "event_ts": p.s.stamp()}, p.s.Team)
	p.s.mu.Unlock()
	return p.s.deliver(&Delivery{kind: event, what: "a look at the App home", payload: payload})
}

// user is the person, as interactions name them.
func (p *Person) interaction(kind string) map[string]any {
	return map[string]any{
		"type": kind, "token": "verification", "api_app_id": appID, "is_enterprise_install": false,
		"team": map[string]any{"id": p.Team, "domain": "test"}, "user": map[string]any{"id": p.ID, "username": strings.ToLower(p.ID), "team_id": p.Team},
	}
}

// Click clicks the button with the label, in a message, a view or the App home.
func (p *Person) Click(t testing.TB, on Shown, label string) *Delivery {
	t.Helper()
	p.s.mu.Lock()
	blocks := on.Blocks
	if on.View != nil {
		blocks = on.View.Blocks
	}
	action := find(blocks, label)
	if action == nil {
		p.s.mu.Unlock()
		t.Fatalf("there is no button %q in\n%s", label, on.Reads)
	}
	action["action_ts"] = p.s.stamp()
	payload := p.interaction("block_actions")
	payload["trigger_id"], payload["actions"] = p.trigger(), []any{action}
	if v := on.View; v != nil {
		payload["view"] = v.payload()
		payload["container"] = map[string]any{"type": "view", "view_id": v.ID}
	} else {
		container := map[string]any{"type": "message", "message_ts": on.TS, "channel_id": on.Channel, "is_ephemeral": on.Ephemeral}
		if on.Thread != "" {
			container["thread_ts"] = on.Thread
		}
		payload["container"], payload["channel"] = container, map[string]any{"id": on.Channel, "name": "directmessage"}
		payload["response_url"] = p.hook(on.Channel)
		if !on.Ephemeral {
			payload["message"] = map[string]any{"type": "message", "ts": on.TS, "text": on.Text, "user": botUser, "bot_id": botID}
		}
	}
	p.s.mu.Unlock()
	return p.s.deliver(&Delivery{kind: interaction, what: "a click", payload: payload})
}

// find finds a button by its label, and makes its action.
func find(blocks json.RawMessage, label string) map[string]any {
	var list []struct {
		ID       string `json:"block_id"`
		Elements []struct {
			Type, Value string
			ID          string `json:"action_id"`
			Text        json.RawMessage
		}
	}
	_ = json.Unmarshal(blocks, &list) // elements of rich text are of no interest
	for _, b := range list {
		for _, e := range b.Elements {
			var text struct{ Text string }
			_ = json.Unmarshal(e.Text, &text)
			if e.Type == "button" && text.Text == label {
				return map[string]any{"type": "button", "block_id": b.ID, "action_id": e.ID, "value": e.Value, "text": map[string]any{"type": "plain_text", "text": label}}
			}
		}
	}
	return nil
}

// payload is a view as interactions carry it. The caller holds s.mu.
func (v *View) payload() map[string]any {
	payload := map[string]any{}
	_ = json.Unmarshal(v.raw, &payload) // it was checked before
	values := map[string]any{}
	for id, in := range v.inputs() {
		values[id] = map[string]any{in.Element.Action: v.value(in)}
	}
	maps.Copy(payload, map[string]any{"id": v.ID, "hash": v.Hash, "root_view_id": v.ID, "app_id": appID, "bot_id": botID, "state": map[string]any{"values": values}})
	return payload
}

// text is what stands in an input.
func (v *View) text(in input) string {
	if text, changed := v.state[in.ID]; changed {
		return text
	}
	if in.Element.Option != nil {
		return in.Element.Option.Value
	}
	return in.Element.Initial
}

func (v *View) value(in input) map[string]any {
	text := v.text(in)
	value := map[string]any{"type": in.Element.Type, "value": nil}
	switch {
	case in.Element.Type == "static_select":
		delete(value, "value")
		value["selected_option"] = nil
		for _, o := range in.Element.Options {
			if o.Value == text {
				value["selected_option"] = map[string]any{"text": o.Text, "value": o.Value}
			}
		}
	case text != "":
		value["value"] = text
	}
	return value
}

// Submit fills in a form and sends it. What Slack itself would not let through
// fails the test.
func (p *Person) Submit(t testing.TB, v *View, values map[string]string) *Delivery {
	t.Helper()
	p.s.mu.Lock()
	if v.Closed || len(v.Submit) == 0 || string(v.Submit) == "null" {
		p.s.mu.Unlock()
		t.Fatal("there is nothing to submit")
	}
	inputs := v.inputs()
	for id, text := range values {
		if _, ok := inputs[id]; !ok {
			t.Errorf("the form has no input %s", id)
		}
		v.state[id] = text
	}
	for _, in := range inputs {
		if why := refusesInput(in, v.text(in)); why != "" {
			t.Errorf("Slack does not send the form: %s %s", in.ID, why)
		}
	}
	payload := p.interaction("view_submission")
	payload["view"], payload["trigger_id"], payload["response_urls"] = v.payload(), p.trigger(), []any{}
	d := &Delivery{kind: interaction, what: "a form", answers: true, payload: payload, take: func(answer json.RawMessage) { p.s.answerView(v, answer) }}
	p.s.mu.Unlock()
	return p.s.deliver(d)
}

// refusesInput is what Slack tells a person before it sends a form.
func refusesInput(in input, text string) string {
	switch {
	case text == "" && !in.Optional:
		return "is required"
	case text != "" && in.Element.Type == "email_text_input" && !strings.Contains(strings.TrimSuffix(text, "@"), "@"):
		return "is no email address"
	case text != "" && in.Element.Type == "url_text_input" && !strings.Contains(text, "://"):
		return "is no URL"
	case in.Element.Max > 0 && utf8.RuneCountInString(text) > in.Element.Max:
		return fmt.Sprintf("is longer than %d", in.Element.Max)
	}
	return ""
}

// CloseView closes a form.
func (p *Person) CloseView(v *View) {
	p.s.mu.Lock()
	v.Closed = true
	payload := p.interaction("view_closed")
	payload["view"], payload["is_cleared"] = v.payload(), false
	notify := v.NotifyOnClose
	p.s.mu.Unlock()
	if notify {
		p.s.deliver(&Delivery{kind: interaction, what: "a closed form", payload: payload}).Wait()
	}
}
