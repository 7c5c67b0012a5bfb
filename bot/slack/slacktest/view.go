package slacktest

// Views: forms and the App home.

import (
	"encoding/json"
	"strings"
	"time"
)

// A trigger is a trigger_id.
type trigger struct {
	user  string
	given time.Time
	used  bool
}

// A View is a form before a person, or their App home.
type View struct {
	ID, Hash, User string
	Type           string          `json:"type"`
	CallbackID     string          `json:"callback_id"`
	Metadata       string          `json:"private_metadata"`
	ExternalID     string          `json:"external_id"`
	NotifyOnClose  bool            `json:"notify_on_close"`
	Blocks         json.RawMessage `json:"blocks"`
	Submit         json.RawMessage `json:"submit"`
	raw            json.RawMessage
	state          map[string]string // what the person has changed
	Closed         bool
}

// read takes a view that the app has made, into v.
func (s *Slack) readView(c call, want string, raw json.RawMessage, v *View) map[string]any {
	if complaints := checkView(raw); len(complaints) > 0 {
		return s.refuses(c, "invalid_arguments", complaints...)
	}
	fresh := View{ID: v.ID, User: v.User, raw: raw, state: map[string]string{}}
	if json.Unmarshal(raw, &fresh) != nil || fresh.Type != want {
		return s.refuses(c, "invalid_arguments", "not a "+want)
	}
	if fresh.ID == "" {
		fresh.ID = s.next("V")
	}
	for _, other := range s.views {
		if fresh.ExternalID != "" && other.ExternalID == fresh.ExternalID && other.ID != fresh.ID {
			return s.refuses(c, "duplicate_external_id")
		}
	}
	fresh.Hash = s.next("hash.")
	*v = fresh
	s.views[v.ID] = v
	return nil
}

func (s *Slack) viewAnswer(v *View) map[string]any {
	return map[string]any{"ok": true, "view": map[string]any{"id": v.ID, "hash": v.Hash, "type": v.Type, "external_id": v.ExternalID}}
}

func (s *Slack) openView(c call) map[string]any {
	t := s.triggers[c.text("trigger_id")]
	switch {
	case t == nil:
		return s.refuses(c, "invalid_trigger_id")
	case t.used:
		return s.refuses(c, "exchanged_trigger_id")
	case time.Since(t.given) > triggerLife:
		return s.refuses(c, "expired_trigger_id")
	}
	v := &View{User: t.user}
	if complaint := s.readView(c, "modal", c.json("view"), v); complaint != nil {
		return complaint
	}
	t.used = true
	s.show(Shown{By: c.method, To: v.User, View: v, Blocks: v.raw})
	return s.viewAnswer(v)
}

func (s *Slack) updateView(c call) map[string]any {
	id, external := c.text("view_id"), c.text("external_id")
	if (id == "") == (external == "") {
		return s.refuses(c, "invalid_arguments", "give view_id or external_id")
	}
	v := s.views[id]
	for _, other := range s.views {
		if external != "" && other.ExternalID == external {
			v = other
		}
	}
	switch {
	case v == nil || v.Closed:
		return refused("not_found") // the person may have closed it just now
	case c.text("hash") != "" && c.text("hash") != v.Hash:
		return refused("hash_conflict")
	}
	if complaint := s.readView(c, v.Type, c.json("view"), v); complaint != nil {
		return complaint
	}
	s.show(Shown{By: c.method, To: v.User, View: v, Blocks: v.raw})
	return s.viewAnswer(v)
}

func (s *Slack) publishView(c call) map[string]any {
	p := s.people[c.text("user_id")]
	if p == nil {
		return s.refuses(c, "user_not_found")
	}
	v := &View{ID: "VHOME" + p.ID, User: p.ID}
	if complaint := s.readView(c, "home", c.json("view"), v); complaint != nil {
		return complaint
	}
	s.show(Shown{By: c.method, To: p.ID, View: v, Blocks: v.raw})
	return s.viewAnswer(v)
}

// answerView does what the acknowledgement of a submission says. The caller
// holds s.mu.
func (s *Slack) answerView(v *View, answer json.RawMessage) {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	c := call{method: "view_submission"}
	switch {
	case len(answer) == 0:
		v.Closed = true
		return
	case json.Unmarshal(answer, &a) != nil:
		s.breaks(c.method, "the answer is not understood")
		return
	}
	switch a.Action {
	case "errors":
		if len(a.Errors) == 0 {
			s.breaks(c.method, "no errors in the errors")
		}
		var told []string
		for block, text := range a.Errors {
			if _, ok := v.inputs()[block]; !ok || text == "" {
				s.breaks(c.method, "an error at block %s, which is no input of the view", block)
			}
			told = append(told, block+": "+text)
		}
		s.show(Shown{By: "errors", To: v.User, View: v, Text: strings.Join(told, "\n")})
	case "update":
		if s.readView(c, v.Type, a.View, v) == nil {
			s.show(Shown{By: "update", To: v.User, View: v, Blocks: v.raw})
		}
	case "push":
		pushed := &View{User: v.User}
		if s.readView(c, v.Type, a.View, pushed) == nil {
			s.show(Shown{By: "push", To: v.User, View: pushed, Blocks: pushed.raw})
		}
	case "clear":
		v.Closed = true
	default:
		s.breaks(c.method, "response_action %q", a.Action)
	}
}

// An input is what a person can fill in.
type input struct {
	ID       string `json:"block_id"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	Element  struct {
		Type    string  `json:"type"`
		Action  string  `json:"action_id"`
		Initial string  `json:"initial_value"`
		Max     int     `json:"max_length"`
		Option  *option `json:"initial_option"`
		Options []option
	} `json:"element"`
}

type option struct {
	Text  json.RawMessage `json:"text"`
	Value string          `json:"value"`
}

// inputs are a view's inputs, by block.
func (v *View) inputs() map[string]input {
	var blocks []input
	_ = json.Unmarshal(v.Blocks, &blocks) // it was checked before
	found := map[string]input{}
	for _, b := range blocks {
		if b.Type == "input" {
			found[b.ID] = b
		}
	}
	return found
}
