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
	place
	Text string // without mentions; empty: there is nothing to read in it
	Bare bool   // a mention of the robot and nothing else
}

var errMessage = errors.New("not a message to the robot")

// read reads the data of a message. The SDK's model is not used: it lacks what
// is needed, and one number that comes as a string loses the message.
// Source: DingTalk, “Robot receives messages”; dingtalk-stream-sdk-go, chatbot.
func read(data json.RawMessage) (message, error) {
	var raw struct {
		MsgID, MsgType, SenderStaffID, SenderCorpID, SenderNick, ChatbotCorpID, ChatbotUserID loose
		ConversationID, ConversationType, SessionWebhook, SessionWebhookExpiredTime           loose
		Text                                                                                  struct{ Content loose }
		Content                                                                               json.RawMessage
	}
	// What is not of the type that it should be is missing.
	if err := json.Unmarshal(data, &raw); err != nil && !isMismatch(err) {
		return message{}, errMessage
	}
	m := message{
		ID: string(raw.MsgID), Corp: string(raw.ChatbotCorpID), Staff: string(raw.SenderStaffID),
		From: string(raw.SenderCorpID),
		place: place{
			Conversation: string(raw.ConversationID), Group: raw.ConversationType != single,
			Robot: string(raw.ChatbotUserID), Hook: string(raw.SessionWebhook),
		},
	}
	if ms, err := strconv.ParseInt(string(raw.SessionWebhookExpiredTime), 10, 64); err == nil && 0 < ms && ms < latest {
		m.Until = time.UnixMilli(ms)
	}
	if m.Group {
		m.Nick = string(raw.SenderNick)
	}
	if m.Conversation == "" && m.Staff == "" && m.Hook == "" {
		return message{}, errMessage
	}
	var text string
	readable := true
	switch raw.MsgType {
	case "text":
		text = string(raw.Text.Content)
	case "richText":
		text, readable = rich(raw.Content)
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

// loose is a string or a number, as DingTalk likes.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(raw []byte) error {
	*l = loose(scalar(raw))
	return nil
}

func isMismatch(err error) bool {
	_, ok := errors.AsType[*json.UnmarshalTypeError](err)
	return ok
}

// latest is later than any webhook lives, in milliseconds: the year 2286.
const latest = 1e13

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

// unmentioned takes out the mentions that a text begins with. DingTalk itself
// takes the robot's out of a text, but not out of a rich text. What stands further
// behind may be meant: “找 @李四”.
func unmentioned(text string) string { return mention.ReplaceAllString(text, "") }

// mention ends at the next space, of whichever width, or where Chinese begins
// behind a name in Latin letters.
var mention = regexp.MustCompile(`^(?:[\s\p{Z}]*@(?:[\w.-]+|[^\s\p{Z}]*))+`)
