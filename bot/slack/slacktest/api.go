package slacktest

// The Web API.

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A method is one of the Web API's. Arguments that it does not know are a broken
// rule: Slack ignores them, so somebody was mistaken.
type method struct {
	app   bool     // wants the app-level token
	scope string   // that it needs, if always the same
	args  []string // besides token
	do    func(s *Slack, c call) map[string]any
}

// methods are those that this Slack has.
// Source: Slack, "Web API methods".
var methods map[string]method

func init() { // a variable of its own would refer to itself
	methods = map[string]method{
		"apps.connections.open": {app: true, do: func(s *Slack, _ call) map[string]any { return s.connect() }},
		"auth.test":             {do: (*Slack).authTest},
		"users.info":            {scope: "users:read", args: []string{"user", "include_locale"}, do: (*Slack).userInfo},
		"conversations.open":    {scope: "im:write", args: []string{"users", "channel", "return_im", "prevent_creation"}, do: (*Slack).openConversation},
		"conversations.history": {args: []string{"channel", "oldest", "latest", "limit", "cursor", "inclusive", "include_all_metadata"}, do: (*Slack).history},
		"conversations.replies": {args: []string{"channel", "ts", "oldest", "latest", "limit", "cursor", "inclusive", "include_all_metadata"}, do: (*Slack).replies},
		"chat.postMessage": {scope: "chat:write", args: []string{
			"channel", "text", "blocks", "thread_ts", "metadata", "unfurl_links", "unfurl_media", "mrkdwn",
		}, do: (*Slack).postMessage},
		"chat.postEphemeral": {scope: "chat:write", args: []string{"channel", "user", "text", "blocks", "thread_ts"}, do: (*Slack).postEphemeral},
		"views.open":         {args: []string{"trigger_id", "view"}, do: (*Slack).openView},
		"views.update":       {args: []string{"view_id", "external_id", "hash", "view"}, do: (*Slack).updateView},
		"views.publish":      {args: []string{"user_id", "hash", "view"}, do: (*Slack).publishView},
	}
}

// A call is a call of a method. Values are as they came: strings in forms, JSON
// otherwise.
type call struct {
	method string
	args   map[string]json.RawMessage
}

// text is an argument that is a string.
func (c call) text(name string) string {
	var text string
	if json.Unmarshal(c.args[name], &text) != nil {
		return strings.Trim(string(c.args[name]), " \n")
	}
	return text
}

// json is an argument that is JSON, in a form inside a string.
func (c call) json(name string) json.RawMessage {
	var text string
	if raw := c.args[name]; json.Unmarshal(raw, &text) != nil {
		return raw
	}
	return json.RawMessage(text)
}

// refused is an answer that says no; broken also notes it as a broken rule,
// because no well-behaved app gets it.
func refused(code string, messages ...string) map[string]any {
	answer := map[string]any{"ok": false, "error": code}
	if len(messages) > 0 {
		answer["response_metadata"] = map[string]any{"messages": messages}
	}
	return answer
}

// broken is a refusal that no well-behaved app gets. The caller holds s.mu.
func (s *Slack) refuses(c call, code string, messages ...string) map[string]any {
	s.breaks(c.method, "%s %s", code, strings.Join(messages, "; "))
	return refused(code, messages...)
}

func refuse(w http.ResponseWriter, code string) { answer(w, refused(code)) }

func answer(w http.ResponseWriter, v map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// api serves a call.
func (s *Slack) api(w http.ResponseWriter, r *http.Request) {
	c := call{method: r.PathValue("method"), args: map[string]json.RawMessage{}}
	token, ok := c.read(r)
	s.mu.Lock()
	s.calls[c.method]++
	fault := s.fault(c.method)
	s.ring()
	s.mu.Unlock()
	if !ok {
		refuse(w, "invalid_json")
		return
	}
	if s.suffer(fault, w, r) {
		return
	}
	s.mu.Lock()
	result := s.carryOut(c, token)
	s.ring()
	s.mu.Unlock()
	if fault.Lose {
		panic(http.ErrAbortHandler) // the connection breaks before the answer
	}
	// Source: Slack, "Using the Web API", section "Scopes".
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.Scopes, ","))
	answer(w, result)
}

// read takes a call's token and arguments out of a request.
func (c *call) read(r *http.Request) (token string, ok bool) {
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return "", false
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		return token, len(body) == 0 || json.Unmarshal(body, &c.args) == nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", false
	}
	for name, values := range form {
		if name == "token" {
			token = values[0]
			continue
		}
		c.args[name], _ = json.Marshal(values[0])
	}
	return token, true
}

// carryOut checks a call and carries it out. The caller holds s.mu.
func (s *Slack) carryOut(c call, token string) map[string]any {
	m, known := methods[c.method]
	want := s.BotToken
	if m.app {
		want = s.AppToken
	}
	switch {
	case !known:
		return s.refuses(c, "unknown_method")
	case token == "":
		return refused("not_authed")
	case token != s.BotToken && token != s.AppToken:
		return refused("invalid_auth")
	case token != want:
		return s.refuses(c, "not_allowed_token_type")
	case m.scope != "" && !s.has(m.scope):
		return s.missing(m.scope)
	}
	for name := range c.args {
		// Slack's own client, @slack/web-api, gives a team_id with every call.
		if name != "team_id" && !slices.Contains(m.args, name) {
			s.breaks(c.method, "has no argument %s", name)
		}
	}
	return m.do(s, c)
}

// missing is the refusal for want of a scope.
func (s *Slack) missing(scope string) map[string]any {
	answer := refused("missing_scope")
	answer["needed"], answer["provided"] = scope, strings.Join(s.Scopes, ",")
	return answer
}

func (s *Slack) authTest(call) map[string]any {
	return map[string]any{
		"ok": true, "url": "https://test.slack.com/", "team": "Test", "user": "contactbot",
		"team_id": s.Team, "user_id": botUser, "bot_id": botID, "is_enterprise_install": false,
	}
}

func (s *Slack) userInfo(c call) map[string]any {
	p := s.people[c.text("user")]
	if p == nil {
		return refused("user_not_found")
	}
	profile := map[string]any{"real_name": p.Name, "display_name": "", "phone": p.Phone}
	if s.has("users:read.email") {
		profile["email"] = p.Mail
	}
	user := map[string]any{
		"id": p.ID, "team_id": p.Team, "name": strings.ToLower(p.ID), "is_bot": false, "deleted": false, "is_restricted": p.Guest,
		"is_email_confirmed": !p.Unconfirmed, "profile": profile, "tz": "Asia/Shanghai", "tz_offset": 8 * 60 * 60,
	}
	if c.text("include_locale") == "true" {
		user["locale"] = p.Locale
	}
	return map[string]any{"ok": true, "user": user}
}
