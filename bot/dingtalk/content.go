package dingtalk

// What a message to the robot says.

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A message is one to the robot.
type message struct {
	ID    string
	Corp  string // of the robot
	Staff string // the sender's staff ID; empty: of no organization that the robot knows
	From  string // the sender's organization
	Robot string // the robot's ID as a user
	Nick  string // the sender's
	place
	Text string // without mentions; empty: there is nothing to read in it
	Bare bool   // a mention of the robot and nothing else
}

var errMessage = errors.New("not a message to the robot")

// read reads the data of a message. The SDK's model is not used: it lacks what
// is needed, and one number that comes as a string loses the message.
// Source: DingTalk, “Robot receives messages”; dingtalk-stream-sdk-go, chatbot.
func read(data json.RawMessage) (message, error) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(data, &raw) != nil || raw == nil {
		return message{}, errMessage
	}
	m := message{
		ID: scalar(raw["msgId"]), Corp: scalar(raw["chatbotCorpId"]), Staff: scalar(raw["senderStaffId"]),
		From: scalar(raw["senderCorpId"]), Nick: scalar(raw["senderNick"]),
		place: place{
			Conversation: scalar(raw["conversationId"]), Group: scalar(raw["conversationType"]) != single,
			Robot: scalar(raw["chatbotUserId"]), Hook: scalar(raw["sessionWebhook"]),
		},
	}
	if ms, err := strconv.ParseInt(scalar(raw["sessionWebhookExpiredTime"]), 10, 64); err == nil {
		m.Until = time.UnixMilli(ms)
	}
	if m.Group {
		m.place.Nick = m.Nick
	}
	if m.Conversation == "" && m.Staff == "" && m.Hook == "" {
		return message{}, errMessage
	}
	var text string
	readable := true
	switch scalar(raw["msgtype"]) {
	case "text":
		var content struct{ Content json.RawMessage }
		_ = json.Unmarshal(raw["text"], &content)
		text = scalar(content.Content)
	case "richText":
		text, readable = rich(raw["content"])
	default: // picture, audio, video, file, and whatever comes yet
		readable = false
	}
	if m.Group {
		text = unmentioned(text)
	}
	m.Text = strings.TrimSpace(text)
	m.Bare = m.Text == "" && readable
	return m, nil
}

// single is the conversationType of a private chat. Anything else may be read
// by others.
const single = "1"

// rich is what is written in a rich text; readable is false if it has pictures
// and nothing else.
func rich(content json.RawMessage) (text string, readable bool) {
	var parts struct {
		RichText []map[string]json.RawMessage
	}
	_ = json.Unmarshal(content, &parts)
	readable = true
	var b strings.Builder
	for _, part := range parts.RichText {
		if written, ok := part["text"]; ok {
			b.WriteString(scalar(written))
		} else {
			readable = false
		}
	}
	return b.String(), readable
}

// unmentioned takes out mentions: words that begin with “@”. Those that hold one
// are addresses. DingTalk itself takes the robot's mention out of a text, but not
// out of a rich text, and not the mentions of others.
func unmentioned(text string) string {
	return mention.ReplaceAllString(text, "$1")
}

// mention ends at the next space, of whichever width.
var mention = regexp.MustCompile(`(^|\s|\p{Z})@[^\s\p{Z}]*`)
