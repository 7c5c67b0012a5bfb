package slack

// Replies as Block Kit. What a person typed, and what CloudMonitor says, stands
// only in rich text and plain text, in which Slack looks for no mark-up: nothing
// in it can mention anybody.

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

// Limits of what Slack shows.
// Source: Slack, Block Kit reference: messages, section, context, actions,
// button, modal views.
const (
	maxBlocks  = 50   // a message
	maxText    = 3000 // characters of a text
	maxInput   = 2000 // characters of an input's label or hint
	maxButtons = 25   // of an actions block
	maxLabel   = 75   // characters on a button
	maxValue   = 2000 // characters behind a button
	maxTitle   = 24   // characters of a modal's title and buttons
	maxNotice  = 2000 // characters of the text for notifications
)

var fillIn = commands.Text{EN: "Fill in the form", ZH: "填写表单"}

// message is a reply as a message: its text for notifications, and its blocks.
func message(r state.Reply) (fallback string, blocks []slackgo.Block) {
	blocks = paragraphs(bot.Fitting(r, maxBlocks-2), bot.Signs[r.Tone], commands.Language(r.Language))
	buttons := buttons(r)
	if r.Form {
		buttons = append(buttons, button("form", strconv.FormatUint(r.ID, 10), fillIn.In(commands.Language(r.Language))))
	}
	return escape(bot.Clip(fallbackText(r), maxNotice)), append(blocks, actions("choices", buttons)...)
}

// paragraphs are parts as blocks.
func paragraphs(parts []state.Part, sign string, l commands.Language) []slackgo.Block {
	var blocks []slackgo.Block
	for i, p := range parts {
		id := "part-" + strconv.Itoa(i)
		switch {
		case p.Text != "":
			blocks = append(blocks, slackgo.NewRichTextBlock(id, slackgo.NewRichTextSection(text(sign+p.Text, false))))
			sign = ""
		case p.Hint != "":
			blocks = append(blocks, slackgo.NewContextBlock(id, plainText(p.Hint, maxText)))
		case p.Verbatim != "":
			blocks = append(blocks, slackgo.NewRichTextBlock(id, &slackgo.RichTextPreformatted{
				Type: slackgo.RTEPreformatted, Elements: []slackgo.RichTextSectionElement{text(p.Verbatim, false)},
			}))
		case len(p.Facts) > 0:
			var lines []slackgo.RichTextElement
			for _, f := range p.Facts {
				lines = append(lines, fact(f, l))
			}
			blocks = append(blocks, slackgo.NewRichTextBlock(id, lines...))
		}
	}
	return blocks
}

// fact is a labelled value on a line of its own.
func fact(f state.Fact, l commands.Language) slackgo.RichTextElement {
	line := []slackgo.RichTextSectionElement{text(bot.Label(f.Label, l), true), text(bot.Value(f), false)}
	if note := bot.Note(f, l); note != "" {
		line = append(line, text(note, false))
	}
	return slackgo.NewRichTextSection(line...)
}

func text(s string, bold bool) slackgo.RichTextSectionElement {
	if s = bot.Clip(bot.Visible(s), maxText); s == "" {
		s = " " // Slack refuses an empty text
	}
	if !bold {
		return slackgo.NewRichTextSectionTextElement(s, nil)
	}
	return slackgo.NewRichTextSectionTextElement(s, &slackgo.RichTextSectionTextStyle{Bold: true})
}

func plainText(s string, most int) *slackgo.TextBlockObject {
	if s = bot.Clip(bot.Visible(s), most); s == "" {
		s = " "
	}
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, s, false, false)
}

// buttons are a reply's choices. One that says too much for a button is left
// out: it can be typed.
func buttons(r state.Reply) []slackgo.BlockElement {
	var all []slackgo.BlockElement
	for i, c := range r.Choices {
		value := buttonValue(r.ID, c)
		if utf8.RuneCountInString(value) > maxValue {
			continue
		}
		b := button("say-"+strconv.Itoa(i), value, c.Label)
		if c.Primary {
			b.Style = slackgo.StylePrimary
		}
		all = append(all, b)
	}
	return all
}

func button(action, value, label string) *slackgo.ButtonBlockElement {
	return slackgo.NewButtonBlockElement(action, value, plainText(label, maxLabel))
}

// actions are buttons in as many blocks as they need.
func actions(id string, buttons []slackgo.BlockElement) []slackgo.Block {
	var blocks []slackgo.Block
	for i := 0; len(buttons) > 0 && i < 2; i++ {
		n := min(len(buttons), maxButtons)
		blocks = append(blocks, slackgo.NewActionBlock(id+"-"+strconv.Itoa(i), buttons[:n]...))
		buttons = buttons[n:]
	}
	return blocks
}

// buttonValue is what stands behind the button of a choice.
func buttonValue(reply uint64, c state.Choice) string { return fmt.Sprintf("%d %s", reply, c.Say) }

// parseValue reads what stands behind a button: of which reply it is a choice,
// and what choosing it says.
func parseValue(value string) (reply uint64, say string, ok bool) {
	id, say, ok := strings.Cut(value, " ")
	reply, err := strconv.ParseUint(id, 10, 64)
	return reply, say, ok && err == nil && say != ""
}

// fallbackText is a reply as plain lines.
func fallbackText(r state.Reply) string {
	var lines []string
	for _, p := range r.Parts {
		for _, line := range []string{p.Text, p.Hint, p.Verbatim} {
			if line != "" {
				lines = append(lines, bot.Visible(line))
			}
		}
		for _, f := range p.Facts {
			lines = append(lines, bot.Visible(bot.Label(f.Label, commands.Language(r.Language))+f.Value))
		}
	}
	return bot.Signs[r.Tone] + strings.Join(lines, "\n")
}

// escape makes a text one in which Slack finds no mark-up.
// Source: Slack, "Formatting text for app surfaces", section "Escaping text".
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
