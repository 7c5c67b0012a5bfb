package slacktest

// Messages: channels, direct messages, and what is posted there.

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A channel is a conversation; D… is a person's direct message with the bot.
type channel struct {
	id       string
	members  []string
	messages []message
}

// A message is one in a channel.
type message struct {
	ts, thread, user string
	text             string
	blocks, metadata json.RawMessage
}

// A hook is a response_url.
type hook struct {
	user, channel string
	given         time.Time
	used          int
}

// AddChannel makes a channel; the bot is in it if withBot.
func (s *Slack) AddChannel(id string, withBot bool, members ...*Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: id}
	if withBot {
		c.members = append(c.members, botUser)
	}
	for _, p := range members {
		c.members = append(c.members, p.ID)
	}
	s.channels[id] = c
}

// direct is a person's direct message with the bot. The caller holds s.mu.
func (s *Slack) direct(user string) *channel {
	id := "D" + user
	if s.channels[id] == nil {
		s.channels[id] = &channel{id: id, members: []string{botUser, user}}
	}
	return s.channels[id]
}

func (s *Slack) openConversation(c call) map[string]any {
	p := s.people[c.text("users")]
	if p == nil {
		return s.refuses(c, "user_not_found")
	}
	return map[string]any{"ok": true, "channel": map[string]any{"id": s.direct(p.ID).id}}
}

// postMessage shows a message to everybody in a channel.
func (s *Slack) postMessage(c call) map[string]any {
	ch := s.channels[c.text("channel")]
	switch {
	case ch == nil, strings.HasPrefix(ch.id, "D") && !slices.Contains(ch.members, botUser):
		return s.refuses(c, "channel_not_found")
	case !slices.Contains(ch.members, botUser):
		return s.refuses(c, "not_in_channel")
	}
	m, complaint := s.compose(c, ch)
	if complaint != nil {
		return complaint
	}
	m.user = botUser
	ch.messages = append(ch.messages, m)
	shown := Shown{By: c.method, Channel: ch.id, Thread: m.thread, TS: m.ts, Text: m.text, Blocks: m.blocks}
	if user, ok := strings.CutPrefix(ch.id, "D"); ok {
		shown.To = user
	}
	s.show(shown)
	if shown.To != "" && !s.quiet {
		s.echo(ch, m)
	}
	return map[string]any{"ok": true, "channel": ch.id, "ts": m.ts, "message": map[string]any{"text": m.text, "ts": m.ts}}
}

// echo tells the app of its own message, as Slack does: it is from the bot's user,
// without the subtype that the messages of old apps have.
func (s *Slack) echo(ch *channel, m message) {
	payload := s.event(map[string]any{
		"type": "message", "user": botUser, "bot_id": botID, "app_id": appID, "team": s.Team, "channel": ch.id, "channel_type": "im", "text": m.text, "ts": m.ts, "event_ts": m.ts,
	}, s.Team)
	s.begin(&Delivery{kind: event, what: "the bot's own message", payload: payload})
}

// postEphemeral shows a message to one person in a channel.
func (s *Slack) postEphemeral(c call) map[string]any {
	ch, user := s.channels[c.text("channel")], c.text("user")
	switch {
	case ch == nil:
		return s.refuses(c, "channel_not_found")
	case !slices.Contains(ch.members, botUser):
		return s.refuses(c, "not_in_channel")
	case !slices.Contains(ch.members, user):
		return s.refuses(c, "user_not_in_channel")
	}
	m, complaint := s.compose(c, ch)
	if complaint != nil {
		return complaint
	}
	// Source: Slack, chat.postEphemeral, argument thread_ts.
	if m.thread != "" && !slices.ContainsFunc(ch.messages, func(other message) bool { return other.thread == m.thread && other.ts != m.thread }) {
		s.breaks(c.method, "in a thread without replies, where nobody sees it")
		return map[string]any{"ok": true, "message_ts": m.ts}
	}
	s.show(Shown{By: c.method, To: user, Channel: ch.id, Thread: m.thread, TS: m.ts, Ephemeral: true, Text: m.text, Blocks: m.blocks})
	return map[string]any{"ok": true, "message_ts": m.ts}
}

// compose checks what a message is made of.
func (s *Slack) compose(c call, ch *channel) (m message, complaint map[string]any) {
	m = message{ts: s.stamp(), thread: c.text("thread_ts"), text: c.text("text"), blocks: c.json("blocks"), metadata: c.json("metadata")}
	if m.text == "" {
		// With blocks, Slack takes it; then phones notify of nothing.
		return m, s.refuses(c, "no_text")
	}
	if m.thread != "" && !slices.ContainsFunc(ch.messages, func(other message) bool { return other.ts == m.thread }) {
		return m, s.refuses(c, "thread_not_found")
	}
	complaints := checkText(m.text)
	if len(m.blocks) > 0 {
		complaints = append(complaints, checkBlocks(m.blocks, onMessage)...)
	}
	if len(complaints) > 0 {
		return m, s.refuses(c, "invalid_blocks", complaints...)
	}
	if len(m.metadata) > 0 {
		var meta struct {
			Type    string         `json:"event_type"`
			Payload map[string]any `json:"event_payload"`
		}
		if json.Unmarshal(m.metadata, &meta) != nil || meta.Type == "" || meta.Payload == nil {
			return m, s.refuses(c, "invalid_metadata_format")
		}
	}
	return m, nil
}

func (s *Slack) history(c call) map[string]any {
	return s.listed(c, func(m message) bool { return m.thread == "" || m.thread == m.ts })
}

func (s *Slack) replies(c call) map[string]any {
	return s.listed(c, func(m message) bool { return m.ts == c.text("ts") || m.thread == c.text("ts") })
}

// listed are the newest messages of a conversation that are asked for.
func (s *Slack) listed(c call, want func(message) bool) map[string]any {
	ch := s.channels[c.text("channel")]
	if ch == nil {
		return s.refuses(c, "channel_not_found")
	}
	if scope := map[bool]string{true: "im:history", false: "channels:history"}[strings.HasPrefix(ch.id, "D")]; !s.has(scope) {
		return s.missing(scope)
	}
	limit, err := strconv.Atoi(c.text("limit"))
	if err != nil || limit > 999 {
		limit = 100
	}
	list := []map[string]any{}
	for _, m := range slices.Backward(ch.messages) {
		if len(list) == limit || m.ts < c.text("oldest") {
			break
		}
		if !want(m) {
			continue
		}
		item := map[string]any{"type": "message", "user": m.user, "text": m.text, "ts": m.ts}
		if len(m.metadata) > 0 && (c.text("include_all_metadata") == "1" || c.text("include_all_metadata") == "true") {
			item["metadata"] = m.metadata
		}
		list = append(list, item)
	}
	return map[string]any{"ok": true, "messages": list, "has_more": false}
}

// respond serves a response_url.
func (s *Slack) respond(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	s.mu.Lock()
	s.calls["respond"]++
	fault := s.fault("respond")
	s.ring()
	s.mu.Unlock()
	if err != nil || s.suffer(fault, w, r) {
		return
	}
	s.mu.Lock()
	err = s.answerBy(r.PathValue("hook"), body)
	s.ring()
	s.mu.Unlock()
	switch {
	case fault.Lose:
		panic(http.ErrAbortHandler)
	case err != nil:
		http.Error(w, err.Error(), http.StatusNotFound)
	default:
		_, _ = io.WriteString(w, "ok")
	}
}

// answerBy shows what was posted to a response_url. The caller holds s.mu.
func (s *Slack) answerBy(id string, body []byte) error {
	h := s.hooks[id]
	if h == nil {
		s.breaks("response_url", "that was never given")
		return errors.New("no_service")
	}
	if h.used++; h.used > hookUses || time.Since(h.given) > hookLife {
		s.breaks("response_url", "used %d times in %v", h.used, time.Since(h.given))
		return errors.New("used_url")
	}
	return s.showAnswer(h.user, h.channel, "response_url", body)
}

// showAnswer shows the answer to a command or a click, by whichever way it came.
func (s *Slack) showAnswer(user, channel, by string, body json.RawMessage) error {
	var m struct {
		Text         string          `json:"text"`
		Blocks       json.RawMessage `json:"blocks"`
		ResponseType string          `json:"response_type"`
	}
	if json.Unmarshal(body, &m) != nil || m.Text == "" {
		s.breaks(by, "no text")
		return errors.New("no_text")
	}
	complaints := checkText(m.Text)
	if len(m.Blocks) > 0 {
		complaints = append(complaints, checkBlocks(m.Blocks, onMessage)...)
	}
	if len(complaints) > 0 {
		s.breaks(by, "%s", strings.Join(complaints, "; "))
		return errors.New("invalid_blocks")
	}
	shown := Shown{By: by, To: user, Channel: channel, TS: s.stamp(), Ephemeral: true, Text: m.Text, Blocks: m.Blocks}
	if m.ResponseType == "in_channel" {
		shown.To, shown.Ephemeral = "", false
	}
	s.show(shown)
	return nil
}
