package dingtalk

// Replies as DingTalk's markdown, laid out for a phone. In what a person typed, and
// in what CloudMonitor says, nothing is mark-up, and nothing can mention anybody.

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

// Limits of what is shown.
const (
	// maxTitle is how many characters a notification's line has.
	maxTitle = 60
	// maxParam is how many bytes a message has as JSON, a little less than DingTalk
	// takes.
	// Source: DingTalk, “Robot sends group messages”: msgParam, 15,000 bytes;
	// session webhooks: 20,000.
	maxParam = 14_500
	// maxSay is how many characters a choice says; what says more is left out, it
	// can be typed.
	maxSay = 200
)

// A card is a message as DingTalk shows it: a title in notifications, and a text.
type card struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

var privatelyLabel = commands.Text{EN: "🔒 Go on in private", ZH: "🔒 去私聊里填"}

// lengths are how many characters a paragraph or a value has: the first that makes
// a message short enough counts.
var lengths = []int{1500, 400, 120, 40}

// render is a reply to a person as a card. before stands before it, as the mention
// of somebody does; private is a link to the private chat, if it is to be offered.
func render(r state.Reply, who state.Person, before, private string) card {
	c := card{Title: title(r)}
	l := commands.Language(r.Language)
	var blocks []string
	links := choices(r, who, private)
	for _, most := range lengths {
		blocks = paragraphs(r, l, most)
		if before != "" && len(blocks) > 0 {
			blocks[0] = before + lineBreak + blocks[0]
		}
		if c.Text = joined(blocks, links); len(param(c)) <= maxParam {
			return c
		}
	}
	// What the reply itself says stands at its end.
	for n := len(blocks) - 1; n > 0; n-- {
		cut := append([]string{blocks[0], bot.CutShort.In(l)}, blocks[len(blocks)-n+1:]...)
		if c.Text = joined(cut, links); len(param(c)) <= maxParam {
			return c
		}
	}
	c.Text = bot.CutShort.In(l)
	return c
}

func joined(blocks []string, links string) string {
	if links != "" {
		blocks = append(slices.Clip(blocks), links)
	}
	return strings.Join(blocks, "\n\n")
}

// paragraphs are the parts of a reply, with texts and values of so many characters.
func paragraphs(r state.Reply, l commands.Language, most int) []string {
	sign := bot.Signs[r.Tone]
	var blocks []string
	for _, p := range r.Parts {
		blocks = append(blocks, paragraph(p, sign, l, most))
		if p.Text != "" {
			sign = ""
		}
	}
	return blocks
}

// lineBreak ends a line within a paragraph.
const lineBreak = "  \n"

// paragraph is a part of a reply.
func paragraph(p state.Part, sign string, l commands.Language, most int) string {
	var lines []string
	switch {
	case p.Text != "":
		return multiline(sign+bot.Clip(p.Text, most), "")
	case p.Hint != "":
		return multiline(bot.Clip(p.Hint, most), "> ")
	case p.Verbatim != "":
		return multiline(bot.Clip(p.Verbatim, most), "> ")
	}
	for _, f := range p.Facts {
		lines = append(lines, "- **"+escape(bot.Label(f.Label, l))+"** "+escape(oneLine(bot.Clip(bot.Value(f), most)+bot.Note(f, l))))
	}
	return strings.Join(lines, "\n")
}

// oneLine is a value without the ends of lines, behind which mark-up could begin.
func oneLine(value string) string { return strings.ReplaceAll(value, "\n", " ") }

// multiline keeps the lines of a text apart, each with something before it.
func multiline(text, before string) string {
	var lines []string
	for line := range strings.SplitSeq(bot.Visible(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, before+escape(line))
		}
	}
	return strings.Join(lines, lineBreak)
}

// choices are links that say what can be said next.
func choices(r state.Reply, who state.Person, private string) string {
	var links []string
	for _, c := range r.Choices {
		if len([]rune(c.Say)) > maxSay {
			continue
		}
		label := escape(bot.Clip(c.Label, maxTitle))
		if c.Primary {
			label = "**" + label + "**"
		}
		links = append(links, "["+label+"]("+choiceURL(who, r.ID, c)+")")
	}
	if private != "" {
		links = append(links, "["+privatelyLabel.In(commands.Language(r.Language))+"]("+private+")")
	}
	return strings.Join(links, "  |  ")
}

// title is a reply in a notification: the line that is asked or told, without the
// value that a question proposes. Notifications stand on locked screens.
func title(r state.Reply) string {
	parts := r.Parts
	if r.Tone == state.Question && r.Lead < len(parts) {
		parts = parts[r.Lead:]
	}
	for _, p := range parts {
		if p.Text == "" {
			continue
		}
		line, _, _ := strings.Cut(bot.Visible(p.Text), "\n")
		if end := strings.IndexAny(line, "?？"); end >= 0 {
			_, size := utf8.DecodeRuneInString(line[end:])
			line = line[:end+size]
		}
		if line != "" {
			return bot.Clip(bot.Signs[r.Tone]+quiet(line), maxTitle)
		}
	}
	return "contactbot"
}

// escape makes a line one in which DingTalk finds no mark-up. It puts full-width
// characters in place of those that would be: DingTalk does not say whether it
// knows backslashes, and masked numbers are full of stars.
func escape(line string) string {
	line = special.ReplaceAllStringFunc(quiet(bot.Visible(line)), width.Widen.String)
	return block.ReplaceAllStringFunc(line, width.Widen.String)
}

var (
	// special are the characters that are mark-up within a line, some HTML among
	// them. A lone underscore between letters is none.
	special = regexp.MustCompile("[`*<\\[\\]]|\\b_\\B|\\B_\\b|__+|~~+")
	// block is what makes a line a heading, a quote or an item.
	block = regexp.MustCompile(`^\s*(\d+[.)]|[#>+-])`)
	// everybody is what DingTalk takes for a call of a whole group.
	everybody = regexp.MustCompile(`(?i)@(all|所有人)`)
)

// quiet keeps a text from calling everybody.
func quiet(line string) string { return everybody.ReplaceAllString(line, "@\u2060$1") }
