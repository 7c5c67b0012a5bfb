package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	slackgo "github.com/slack-go/slack"

	"contactbot/bot/bottest"
	"contactbot/bot/dialog"
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor"
	"contactbot/state"
)

var update = flag.Bool("update", false, "rewrite the screens in testdata with what is shown now")

func screens() map[string]any {
	refusal := &cloudmonitor.Error{
		Action: "PutContact", Status: 400, Code: "InvalidParameterValue", Message: "Channels.Mail <!channel> is not valid", RequestID: "7F3E",
	}
	all := map[string]any{}
	messageOf := func(name string, r state.Reply) {
		text, blocks := message(r)
		all[name] = map[string]any{"text": text, "blocks": blocks}
	}
	for _, l := range []struct {
		name, locale, register, fill, submit, me string
	}{
		{"en", "en-US", "register", "register name=Alice describe=\"ECS on-call\" alice@example.org", "submit", "me"},
		{"zh", "zh-CN", "登记", "登记 姓名=张三 描述=\"ECS 值班\" zhang@example.org", "提交", "我的"},
	} {
		question, asked := bottest.Talk(l.locale, true, nil, nil, l.register)
		messageOf("question-"+l.name, question)
		all["form-"+l.name] = form(dialog.Rules{}.Sheet(asked), nil, place{})
		summary, _ := bottest.Talk(l.locale, true, nil, nil, l.fill)
		messageOf("summary-"+l.name, summary)
		success, _ := bottest.Talk(l.locale, true, nil, nil, l.fill, l.submit)
		messageOf("success-"+l.name, success)
		all["result-"+l.name] = panel(success, place{})
		refused, left := bottest.Talk(l.locale, true, refusal, nil, l.fill, l.submit)
		messageOf("refusal-"+l.name, refused)
		all["form-refused-"+l.name] = form(dialog.Rules{}.Sheet(left), refused.Parts[:refused.Lead], place{})
		mine, _ := bottest.Talk(l.locale, true, nil, nil, l.me)
		messageOf("mine-"+l.name, mine)
		all["home-"+l.name] = home(mine, "/contact")
		help, _ := bottest.Talk(l.locale, true, nil, nil, "help")
		messageOf("help-"+l.name, help)
		_, sent := bottest.Talk(l.locale, true, nil, nil, l.fill, l.submit)
		messageOf("sending-"+l.name, sent.Outbox[len(sent.Outbox)-2])
		answer, _ := waiting(place{Channel: "C1", Lang: l.name, Awaits: "contactbot/view/V1/1"}).(*slackgo.ViewSubmissionResponse)
		all["moment-"+l.name] = answer.View
		change, _ := bottest.Talk(l.locale, true, nil, &cloudmonitor.Contact{
			Name: "Alice", Describe: "RDS", Channels: cloudmonitor.Channels{Mail: "alice@example.com"},
		}, l.fill)
		all["change-"+l.name] = panel(change, place{})
	}
	return all
}

// TestScreens holds what people see against testdata/screens.
//
//	go test ./bot/slack -run Screens -update
func TestScreens(t *testing.T) {
	for name, screen := range screens() {
		var got bytes.Buffer
		encoder := json.NewEncoder(&got)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(screen); err != nil {
			t.Fatal(err)
		}
		bottest.Golden(t, filepath.Join("testdata", "screens", name+".json"), got.String(), *update)
	}
}

// FuzzRender: whatever a reply quotes, nobody is mentioned and no limit broken.
func FuzzRender(f *testing.F) {
	f.Add("<!channel> <@U1> *bold* `code` &lt;!here&gt; \u202e\x00\xff")
	f.Add(strings.Repeat("王<!here>", 400))
	f.Add("")
	f.Fuzz(func(t *testing.T, hostile string) {
		r := state.Reply{ID: 7, Tone: state.Failure, Form: true, Parts: []state.Part{
			{Text: hostile}, {Hint: hostile}, {Verbatim: hostile}, {Facts: []state.Fact{{Label: "mail", Value: hostile, Was: hostile, Note: hostile}}},
		}}
		for range 30 {
			r.Parts = append(r.Parts, state.Part{Text: "more"})
			r.Choices = append(r.Choices, state.Choice{Label: hostile, Say: hostile, Primary: true})
		}
		text, blocks := message(r)
		if len(blocks) > maxBlocks || !utf8.ValidString(text) || utf8.RuneCountInString(text) > 10*maxNotice {
			t.Fatalf("%d blocks, %d bytes of text", len(blocks), len(text))
		}
		if strings.ContainsAny(text, "<>") {
			t.Fatal("the text for notifications holds mark-up")
		}
		sheet := dialog.Rules{}.Sheet(state.Request{Name: hostile, Form: state.Form{Draft: cloudmonitor.Contact{Name: "Alice", Describe: hostile}}})
		for _, shown := range []any{blocks, panel(r, place{}), form(sheet, r.Parts, place{}), home(r, "/contact")} {
			checkTexts(t, shown)
			raw, err := json.Marshal(shown)
			if err != nil {
				t.Fatal(err)
			}
			if complaints := slacktest.Check(raw); len(complaints) > 0 {
				t.Fatalf("Slack refuses it: %q", complaints)
			}
		}
	})
}

// checkTexts walks over what Slack gets: mrkdwn is used nowhere, and no text is
// empty or too long.
func checkTexts(t *testing.T, shown any) {
	t.Helper()
	raw, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if v["type"] == slackgo.MarkdownType {
				t.Fatal("mrkdwn is used")
			}
			if s, ok := v["text"].(string); ok && (s == "" || utf8.RuneCountInString(s) > maxText) {
				t.Fatalf("a text of %d bytes", len(s))
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(tree)
}

func TestValues(t *testing.T) {
	state := &slackgo.ViewState{Values: map[string]map[string]slackgo.BlockAction{
		"name":     {inputName: {Value: "Alice"}},
		"language": {inputName: {SelectedOption: slackgo.OptionBlockObject{Value: "zh-cn"}}},
		"admin":    {inputName: {Value: "yes"}}, // no field of ours
		"mail":     {"other": {Value: "forged@example.com"}},
	}}
	want := map[string]string{"name": "Alice", "language": "zh-cn", "description": "", "mail": "", "phone": "", "webhook": "", "aliim": ""}
	if d := cmp.Diff(want, values(state)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(len(want), len(values(nil))); d != "" {
		t.Error(d)
	}
}

func TestParseValue(t *testing.T) {
	for in, want := range map[string]string{"12 skip": "skip", "3 register name=Alice": "register name=Alice", "skip": "", "12": "", "x skip": "", "": ""} {
		if _, say, ok := parseValue(in); ok != (want != "") || ok && say != want {
			t.Errorf("%q: %q, %t", in, say, ok)
		}
	}
}
