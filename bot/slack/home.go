package slack

import (
	"fmt"
	"slices"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

var (
	homeTitle = commands.Text{EN: "My alert contacts", ZH: "我的报警联系人"}
	homeIntro = commands.Text{
		EN: "Type %s anywhere, write to me in Messages, or mention me in a thread.",
		ZH: "在任何地方输入 %s，在“消息”里直接发给我，或在消息列里 @我。",
	}
	homeForm    = commands.Text{EN: "Register a contact", ZH: "登记联系人"}
	homeRefresh = commands.Text{EN: "Refresh", ZH: "刷新"}
)

// home is the App home: a person's contacts as a reply lists them, and the
// buttons to register, change and look again.
func home(r state.Reply, command string) slackgo.HomeTabViewRequest {
	l := commands.Language(r.Language)
	register := button("form", fmt.Sprint(r.ID), homeForm.In(l))
	register.Style = slackgo.StylePrimary
	// “register” stands on the page already.
	r.Choices = slices.DeleteFunc(slices.Clone(r.Choices), func(c state.Choice) bool { return bare(c.Say) })
	choices := append([]slackgo.BlockElement{register}, buttons(r)...)
	choices = append(choices, button("refresh", fmt.Sprint(r.ID), homeRefresh.In(l)))
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(plainText(homeTitle.In(l), maxTitle)),
		slackgo.NewContextBlock("intro", plainText(fmt.Sprintf(homeIntro.In(l), command), maxText)),
	}
	blocks = append(blocks, paragraphs(bot.Fitting(r, 2*maxBlocks-10), bot.Signs[r.Tone], l)...)
	return slackgo.HomeTabViewRequest{
		Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: append(blocks, actions("choices", choices)...)},
	}
}

// maxBare is longer, in bytes, than any way to say no more than “register”.
const maxBare = 64

// bare reports whether a text is nothing but the wish to register. Most texts
// are too long for that, and need not be looked at twice.
func bare(text string) bool {
	if len(text) > maxBare {
		return false
	}
	cmd := commands.Parse(text)
	return cmd.Verb == commands.Register && len(cmd.Values) == 0 && len(cmd.Problems) == 0 && cmd.Rest == ""
}
