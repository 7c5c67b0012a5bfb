package terminal

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactbot/state"
)

func TestRender(t *testing.T) {
	for _, test := range []struct {
		name    string
		reply   state.Reply
		columns int
		want    string
	}{
		{"question", state.Reply{
			Tone:    state.Question,
			Parts:   []state.Part{{Text: "phone: too short"}, {Text: "Which number?"}, {Hint: "For example: 13800138000"}},
			Choices: []state.Choice{{Label: "keep it", Say: "skip"}, {Label: "cancel", Say: "cancel"}},
		}, 0, "phone: too short\nWhich number?\nFor example: 13800138000\n[skip] [cancel]\n"},

		{"labels in Chinese stand in a column", state.Reply{
			Parts: []state.Part{{Text: "请核对："}, {Facts: []state.Fact{
				{Label: "姓名", Value: "张三"}, {Label: "报警语言", Value: "中文", Note: "我建议的"}, {Label: "mail", Value: "b@x.com", Was: "a@x.com"},
			}}},
		}, 0, "请核对：\n    姓名      张三\n    报警语言  中文  (我建议的)\n    mail      a@x.com → b@x.com\n"},

		{"a failure, with the service's own words", state.Reply{
			Tone: state.Failure, Parts: []state.Part{{Text: "Refused."}, {Verbatim: "Code: X\nMessage: Y"}},
		}, 0, "✗ Refused.\n    Code: X\n    Message: Y\n"},

		{"long lines break between words", state.Reply{
			Tone: state.Success, Parts: []state.Part{{Text: "one two three four"}, {Hint: "激活链接已发到：邮箱。打开它。"}},
		}, 11, "✓ one two\n  three\n  four\n  激活链接\n  已发到：\n  邮箱。打\n  开它。\n"},

		{"what a terminal would obey is shown, not obeyed", state.Reply{
			Parts:   []state.Part{{Text: "a\x1b[2Jb\x07\u202ec"}, {Facts: []state.Fact{{Label: "\x1b", Value: "\x00", Was: "\r", Note: "\xff"}}}},
			Choices: []state.Choice{{Say: "\x1b[31m"}},
		}, 0, "a�[2Jb��c\n    �  � → �  (�)\n[�[31m]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, render(test.reply, plain, test.columns)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestColours: colours surround whole lines, and nothing else differs.
func TestColours(t *testing.T) {
	for _, tone := range []state.Tone{state.Plain, state.Question, state.Progress, state.Success, state.Warning, state.Failure} {
		r := state.Reply{Tone: tone, Parts: []state.Part{{Text: "first"}, {Facts: []state.Fact{{Label: "l", Value: "v"}}}, {Hint: "hint"}}}
		text := render(r, colours, 0)
		if !strings.Contains(text, colours.label) {
			t.Errorf("%s: no colours: %q", tone, text)
		}
		for _, code := range []string{colours.question, colours.progress, colours.success, colours.warning, colours.failure, colours.label, colours.off} {
			text = strings.ReplaceAll(text, code, "")
		}
		if d := cmp.Diff(render(r, plain, 0), text); d != "" {
			t.Errorf("%s: %s", tone, d)
		}
	}
}

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", maxLine+1000)
	r := bufio.NewReader(strings.NewReader("one\r\n\n" + long + "\nlast"))
	for _, want := range []string{"one", "", long[:maxLine], "last"} {
		got, err := readLine(r)
		if err != nil && want != "last" {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("got %d bytes, want %d", len(got), len(want))
		}
	}
}
