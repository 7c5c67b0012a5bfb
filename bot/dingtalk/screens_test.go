package dingtalk

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"contactbot/bot/bottest"
	"contactbot/cloudmonitor"
	"contactbot/state"
)

var update = flag.Bool("update", false, "rewrite the screens in testdata with what is shown now")

var wang = state.Person{Platform: Name, Workspace: "ding1", User: "wang01"}

// TestScreens holds what people see against testdata/screens: the title, which
// stands in notifications, and the text.
//
//	go test ./bot/dingtalk -run Screens -update
func TestScreens(t *testing.T) {
	refusal := &cloudmonitor.Error{
		Action: "PutContact", Status: 400, Code: "InvalidParameterValue", Message: "Channels.Mail *@all* is not valid", RequestID: "7F3E",
	}
	exists := &cloudmonitor.Contact{Name: "张三", Describe: "RDS", Channels: cloudmonitor.Channels{Mail: "alice@example.com"}}
	const fill = "登记 姓名=张三 描述=\"ECS 值班\" zhang@example.org"
	for _, screen := range []struct {
		name, locale string
		fail         *cloudmonitor.Error
		exists       *cloudmonitor.Contact
		says         []string
	}{
		{name: "welcome", says: []string{"你好"}},
		{name: "help", says: []string{"帮助"}},
		{name: "question", says: []string{"登记"}},
		{name: "wrong", says: []string{"登记", "张三", "值班", "zhang@"}},
		{name: "summary", says: []string{fill}},
		{name: "success", says: []string{fill, "提交"}},
		{name: "refusal", fail: refusal, says: []string{fill, "提交"}},
		{name: "change", exists: exists, says: []string{fill}},
		{name: "mine", says: []string{"我的"}},
		{name: "question-en", locale: "en-US", says: []string{"register"}},
		{name: "summary-en", locale: "en-US", says: []string{"register name=Alice describe=\"ECS on-call\" alice@example.org"}},
	} {
		for _, private := range []bool{true, false} {
			last, _ := bottest.Talk(screen.locale, private, screen.fail, screen.exists, screen.says...)
			name, shown := screen.name, render(last, wang, "", "")
			if !private {
				at := place{Group: true, Robot: "$:LWCP_v1:$robot"}
				name, shown = screen.name+"-group", render(last, wang, "@wang01", offer(at, last))
			}
			bottest.Golden(t, filepath.Join("testdata", "screens", name+".md"), shown.Title+"\n---\n"+shown.Text+"\n", *update)
		}
	}
}

// FuzzRender: whatever a reply quotes, nobody is called, no link is another's,
// and no limit is broken.
func FuzzRender(f *testing.F) {
	f.Add("@all @所有人 **bold** [x](https://evil.example.com) ![](y) <font> `code` \u202e\x00\xff")
	f.Add(strings.Repeat("王[a](b)\n# h\n> q\n1. x\n", 400))
	f.Add("a\n\n# big\n---\n> quoted")
	f.Add(strings.Repeat("\"", 3000))
	f.Add("](dtmd://dingtalkclient/sendMessage?content=x)")
	f.Fuzz(func(t *testing.T, hostile string) {
		r := state.Reply{ID: 7, Tone: state.Failure, Parts: []state.Part{
			{Text: hostile}, {Hint: hostile}, {Verbatim: hostile}, {Facts: []state.Fact{{Label: "mail", Value: hostile, Was: hostile, Note: hostile}}},
		}}
		for range 12 {
			r.Parts = append(r.Parts, state.Part{Text: hostile})
			r.Choices = append(r.Choices, state.Choice{Label: "ok", Say: hostile, Primary: true})
		}
		shown := render(r, wang, "@wang01", "dingtalk://x")
		switch text := shown.Title + "\n" + shown.Text; {
		case !utf8.ValidString(text):
			t.Fatal("not UTF-8")
		case everybody.MatchString(text):
			t.Fatal("everybody is called")
		case strings.Count(shown.Text, "](") != strings.Count(text, "](dtmd://dingtalkclient/sendMessage?content=")+strings.Count(text, "](dingtalk://x)"):
			t.Fatal("a link that is not the bot's")
		case strings.Contains(shown.Text, "<"):
			t.Fatal("HTML")
		}
		if n := len(param(shown)); n > 15_000 {
			t.Fatalf("%d bytes are more than DingTalk takes", n)
		}
	})
}

// TestChosen: the number of a reply goes unseen behind a choice, and comes back.
func TestChosen(t *testing.T) {
	for _, n := range []uint64{0, 1, 2, 77, 1 << 40} {
		for _, typed := range []string{"跳过", "a\u2060b"} {
			if said, reply, whose := chosen(typed + numbered(n, 4711)); said != typed || reply != n || whose != 4711 {
				t.Errorf("%d came back as %q, %d of %d", n, said, reply, whose)
			}
		}
	}
	for _, typed := range []string{"跳过", "a\u2060b", "x\u200b\u200c", "\u2060"} {
		if said, reply, _ := chosen(typed); said != typed || reply != 0 {
			t.Errorf("%q was taken for a choice: %q, %d", typed, said, reply)
		}
	}
}

// TestUnmentioned: mentions go, addresses stay.
func TestUnmentioned(t *testing.T) {
	for in, want := range map[string]string{
		"@contactbot 登记":                   " 登记",
		"@contactbot登记":                    "登记",
		"@报警机器人 登记":                        " 登记",
		" @contactbot @张三 登记":              " 登记",
		" 登记 邮箱=a@b.cn 描述=找 @李四":           " 登记 邮箱=a@b.cn 描述=找 @李四",
		"@contactbot\u3000登记 a@b.cn":       "\u3000登记 a@b.cn",
		"邮箱：a@b.cn":                        "邮箱：a@b.cn",
		"https://oapi.dingtalk.com@evil/x": "https://oapi.dingtalk.com@evil/x",
		"\xff@x":                           "\xff@x",
		"@":                                "",
	} {
		if got := unmentioned(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// TestTrusted: replies go to DingTalk, and nowhere that only looks like it.
func TestTrusted(t *testing.T) {
	p := New(Options{ClientID: "a", ClientSecret: "b"})
	for hook, want := range map[string]bool{
		"https://oapi.dingtalk.com/robot/sendBySession?session=1": true,
		"https://oapi.dingtalk.com@evil.example.com/robot":        false,
		"https://x@oapi.dingtalk.com/robot":                       false,
		"https://oapi.dingtalk.com.evil.example.com/robot":        false,
		"https://evildingtalk.com/robot":                          false,
		"https://oapi.dingtalk.com:8443/robot":                    false,
		"http://oapi.dingtalk.com/robot":                          false,
		"http://169.254.169.254/":                                 false,
		"":                                                        false,
		"https://api.dingtalk.com%2eevil.example.com/":            false,
	} {
		if got := p.trusted(hook); got != want {
			t.Errorf("%q is trusted: %t", hook, got)
		}
	}
}
