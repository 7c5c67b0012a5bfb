package dingtalk

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRead: messages as DingTalk sends them, and as it should not.
func TestRead(t *testing.T) {
	until := time.UnixMilli(1_700_000_000_000)
	for _, test := range []struct {
		name, data string
		want       message
	}{
		{"single chat", `{"msgId":"m1","msgtype":"text","text":{"content":" 登记 "},"conversationType":"1","conversationId":"c1","senderStaffId":"wang01","senderCorpId":"ding1","chatbotCorpId":"ding1","chatbotUserId":"$:LWCP_v1:$r","senderNick":"小明","sessionWebhook":"https://oapi.dingtalk.com/x","sessionWebhookExpiredTime":1700000000000,"createAt":1}`,
			message{ID: "m1", Corp: "ding1", Staff: "wang01", From: "ding1", Text: "登记",
				place: place{Conversation: "c1", Robot: "$:LWCP_v1:$r", Hook: "https://oapi.dingtalk.com/x", Until: until}}},
		{"strings for numbers, and numbers for strings", `{"msgId":7,"msgtype":"text","text":{"content":12},"conversationType":1,"senderStaffId":123,"sessionWebhookExpiredTime":"1700000000000","createAt":"x","isAdmin":"y"}`,
			message{ID: "7", Staff: "123", Text: "12", place: place{Until: until}}},
		{"a group, a rich text", `{"msgtype":"richText","content":{"richText":[{"text":"@contactbot "},{"text":"登记 a@b.cn"},{"type":"picture"}]},"conversationType":"2","conversationId":"c2","senderNick":"小明"}`,
			message{Text: "登记 a@b.cn", place: place{Conversation: "c2", Group: true, Nick: "小明"}}},
		{"a mention alone", `{"msgtype":"text","text":{"content":" "},"conversationType":"2","conversationId":"c2"}`,
			message{Bare: true, place: place{Conversation: "c2", Group: true}}},
		{"a picture", `{"msgtype":"picture","content":{"downloadCode":"x"},"conversationType":"1","conversationId":"c1"}`, message{place: place{Conversation: "c1"}}},
		{"text that is none", `{"msgtype":"text","text":[],"content":3,"conversationType":"1","conversationId":"c1"}`, message{Bare: true, place: place{Conversation: "c1"}}},
		// Whatever is not surely private may be read by others.
		{"no type of conversation", `{"msgtype":"text","text":{"content":"x"},"conversationId":"c1"}`, message{Text: "x", place: place{Conversation: "c1", Group: true}}},
	} {
		got, err := read(json.RawMessage(test.data))
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(message{}, place{})); err != nil || d != "" {
			t.Errorf("%s: %v %s", test.name, err, d)
		}
	}
	for _, data := range []string{``, `null`, `[]`, `"x"`, `{}`, `{"msgtype":"text"}`} {
		if m, err := read(json.RawMessage(data)); err == nil {
			t.Errorf("%s was read as %+v", data, m)
		}
	}
}

// FuzzRead: whatever comes, it is read or refused, and what is read can be
// answered.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"msgId":"m1","msgtype":"text","text":{"content":" 登记 @x a@b.cn"},"conversationType":"2","conversationId":"c1","senderStaffId":"wang01"}`))
	f.Add([]byte(`{"msgtype":"richText","content":{"richText":[{"text":"@contactbot "},{"text":4},{},null]},"conversationId":"c"}`))
	f.Add([]byte(`{"conversationId":"\ud800","sessionWebhookExpiredTime":"99999999999999999999"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := read(data)
		if err != nil {
			return
		}
		if back := placeOf(m.address()); back.Group != m.Group || back.open(time.Now()) != m.open(time.Now()) {
			t.Fatalf("%+v came back as %+v", m.place, back)
		}
		if said, _, _ := chosen(m.Text); len(said) > len(m.Text) {
			t.Fatal("it has grown")
		}
	})
}
