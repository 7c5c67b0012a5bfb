package slack

// Places: where a person was when they said something, as addresses keep it.

import (
	"encoding/json"
	"strings"
	"time"

	"contactbot/state"
)

// A place is where a person was, with the ways to reach them there. Every place
// is private: replies are shown to the person alone.
type place struct {
	Channel string `json:"c,omitempty"` // where they wrote
	Thread  string `json:"t,omitempty"` // the thread there
	Own     bool   `json:"o,omitempty"` // the channel is the person's direct message with the bot
	TS      string `json:"m,omitempty"` // the mention, to point to the answer from
	URL     string `json:"u,omitempty"` // a response_url
	View    string `json:"v,omitempty"` // an open form
	Lang    string `json:"l,omitempty"` // of an open form
	Awaits  string `json:"w,omitempty"` // the external ID that the form has once Slack has taken our acknowledgement
	Home    bool   `json:"h,omitempty"` // the App home
	Trigger string `json:"g,omitempty"` // opens a form, for 3 s; set where one is wanted
	// At is when the URL and the trigger were given.
	At time.Time `json:"a,omitzero"`
}

// address is the place as the dialog keeps it.
func (p place) address() state.Address {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // of strings and a time
	}
	a := state.Address{Private: true, Where: string(text), Room: p.Channel, Bound: p.Home}
	if p.View != "" || p.Awaits != "" {
		a.Room = "" // that a form keeps a channel proves nothing
	}
	return a
}

// placeOf reads an address. What cannot be read is no place in particular: the
// person is then reached by direct message.
func placeOf(a state.Address) place {
	var p place
	_ = json.Unmarshal([]byte(a.Where), &p)
	return p
}

// direct reports whether the place is the person's direct message with the bot;
// a D… may be somebody else's.
func (p place) direct() bool { return p.Own && strings.HasPrefix(p.Channel, "D") }

// thread is the thread in which a direct message is answered.
func (p place) thread() string {
	if !p.direct() {
		return ""
	}
	return p.Thread
}

// Lives of what Slack hands out.
// Source: Slack, "Handling user interaction": trigger_id, response_url.
const (
	triggerLife = 3 * time.Second
	urlLife     = 30 * time.Minute
	urlUses     = 5
)

// fresh reports whether the place's trigger can still open a form, with a
// little left for the way there.
func (p place) fresh(now time.Time) bool {
	return p.Trigger != "" && now.Sub(p.At) < triggerLife-200*time.Millisecond
}
