package dingtalk

// Places: where a person was when they said something, as addresses keep it.

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"contactbot/state"
)

// A place is a conversation that the robot is in: a group, or somebody's private
// chat with it.
type place struct {
	Conversation string `json:"c,omitempty"`
	Group        bool   `json:"g,omitempty"` // others read there
	Nick         string `json:"n,omitempty"` // of who spoke, in a group
	Robot        string `json:"r,omitempty"` // the robot's ID as a user, by which its private chat is opened
	Hook         string `json:"u,omitempty"` // the session webhook
	// Until is how long the webhook lives, as DingTalk said. It may end earlier.
	Until time.Time `json:"x,omitzero"`
}

// address is the place as the dialog keeps it.
func (p place) address() state.Address {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // of strings and a time
	}
	return state.Address{Private: !p.Group, Where: string(text), Room: p.Conversation}
}

// placeOf reads an address. What cannot be read is no place in particular: the
// person is then reached in their private chat.
func placeOf(a state.Address) place {
	var p place
	_ = json.Unmarshal([]byte(a.Where), &p)
	return p
}

// hookMargin is how long before its end a session webhook is not used any more.
const hookMargin = 5 * time.Minute

// open reports whether the session webhook may still be used.
func (p place) open(now time.Time) bool {
	return p.Hook != "" && now.Add(hookMargin).Before(p.Until)
}

// privately is a link that opens the private chat with the robot; empty if its
// ID is not known.
// Source: DingTalk's client, “dingtalk://dingtalkclient/action/jumprobot”, with
// the chatbotUserId of a message.
func (p place) privately() string {
	if p.Robot == "" {
		return ""
	}
	return "dingtalk://dingtalkclient/action/jumprobot?dingtalkid=" + url.QueryEscape(p.Robot)
}

// trusted reports whether a URL is one of DingTalk's: replies hold what people
// typed, and go nowhere else.
func (p *Platform) trusted(hook string) bool {
	u, err := url.Parse(hook)
	if err != nil || u.User != nil {
		return false
	}
	if u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(strings.ToLower(u.Hostname()), ".dingtalk.com") {
		return true
	}
	own, err := url.Parse(p.APIURL)
	return err == nil && u.Scheme == own.Scheme && u.Host == own.Host
}
