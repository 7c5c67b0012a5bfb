package slack

import (
	"encoding/json"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func TestTyped(t *testing.T) {
	const bot = "UBOT"
	for _, test := range []struct{ name, text, blocks, want string }{
		{"plain", "register name=Alice", ``, "register name=Alice"},
		{"a mention in front", "<@UBOT> register", ``, "register"},
		{"with its name", "<@UBOT|contactbot>   登记", ``, "登记"},
		{"in the middle", "hey <@UBOT> help", ``, "hey  help"},
		{"somebody else's", "<@U1> help", ``, "<@U1> help"},
		{"an address is no mention", "mail=a@UBOT.com", ``, "mail=a@UBOT.com"},
		{
			"rich text first", "mail=<mailto:a@example.com|a@example.com>",
			`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"UBOT"},{"type":"text","text":" mail="},{"type":"link","url":"mailto:a@example.com","text":"a@example.com"}]}]}]`,
			"mail=a@example.com",
		},
		{
			"a URL keeps its query", "x",
			`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://oapi.dingtalk.com/robot/send?access_token=1&x=2"}]}]}]`,
			"https://oapi.dingtalk.com/robot/send?access_token=1&x=2",
		},
		{
			"a list and a quotation", "x",
			`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"name=Alice"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"phone="},{"type":"link","url":"tel:13800138000","text":"138 0013 8000"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"describe=ECS"}]}]}]`,
			"name=Alice\nphone=13800138000\ndescribe=ECS",
		},
		{
			"rich text without words", "help",
			`[{"type":"rich_text","elements":[]},{"type":"divider"}]`,
			"help",
		},
	} {
		var blocks slackgo.Blocks
		if test.blocks != "" {
			if err := json.Unmarshal([]byte(test.blocks), &blocks); err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
		}
		if got := typed(test.text, blocks, bot); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
