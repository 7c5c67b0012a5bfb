package dialog

// Who may talk to the bot, and who may act for others.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"contactbot/commands"
	"contactbot/state"
)

// An Access says who is served. The zero value serves every member and has no
// administrators.
type Access struct {
	Admins []Entry // they may change the contacts of others
	Allow  []Entry // people, and rooms in which everybody is served; empty: everybody everywhere
}

// An Entry is a person of a workspace, or a room there: a channel, a
// conversation.
type Entry struct{ Platform, Workspace, ID string }

// ParseEntries reads a list of entries of the form PLATFORM:WORKSPACE/ID, with
// commas between them.
func ParseEntries(text string) ([]Entry, error) {
	var all []Entry
	for i, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		platform, rest, ok := strings.Cut(item, ":")
		// The ID of a conversation may hold slashes.
		workspace, id, ok2 := strings.Cut(rest, "/")
		if !ok || !ok2 || platform == "" || workspace == "" || id == "" {
			return nil, fmt.Errorf("entry %d is not of the form PLATFORM:WORKSPACE/ID", i+1)
		}
		all = append(all, Entry{platform, workspace, id})
	}
	return all, nil
}

func has(all []Entry, p state.Person, id string) bool {
	return slices.Contains(all, Entry{p.Platform, p.Workspace, id})
}

// serves reports whether a person is served in a room.
func (a Access) serves(p state.Person, room string) bool {
	return len(a.Allow) == 0 || has(a.Allow, p, p.User) || has(a.Admins, p, p.User) || room != "" && has(a.Allow, p, room)
}

var (
	notMember = commands.Text{EN: "I register members of this workspace only. Guests, please ask a colleague here.", ZH: "我只为本企业的成员登记。访客和外部联系人请找企业里的同事帮忙。"}
	notSure   = commands.Text{EN: "I cannot find out just now whether you are a member of this workspace, so nothing happened. Please try again in a moment.", ZH: "暂时无法确认你是不是本企业的成员，没有做任何操作，请稍后再试。"}
	notListed = commands.Text{EN: "You are not among those whom I serve here. Please ask an administrator of this bot.", ZH: "你不在本机器人的服务范围内，请联系本机器人的管理员。"}
)

// standingFor is how long it counts what the platform has said a person is.
const standingFor = time.Hour + 5*time.Minute

// vouched notes what the platform says a person is.
func (s *step) vouched(what state.Standing) { s.r.Standing, s.r.Vouched = what, s.now }

// doubted forgets what a person was, if that is too long ago.
func (s *step) doubted() {
	if s.now.Sub(s.r.Vouched) > standingFor {
		s.r.Standing, s.r.Verified = state.Unknown, false
	}
}

// turnedAway answers somebody who is not served. What was begun in a room that
// is may be finished elsewhere.
func (s *step) turnedAway() bool {
	return s.turnedAwayAt(s.r.Home, s.r.Phase != state.Idle || s.Access.serves(s.r.Person, s.r.Home.Room))
}

func (s *step) turnedAwayAt(to state.Address, listed bool) bool {
	why := notListed
	switch {
	case s.r.Standing == state.Guest:
		why = notMember
	case s.r.Standing != state.Member:
		why = notSure
	case listed:
		return false
	}
	s.fx.Event = Denied
	s.lead = nil
	s.denied(state.Outcome{Action: "talk", Result: "denied"})
	s.replyTo(to, state.Plain, s.text(why))
	return true
}
