package slack

// What a person typed, out of what Slack made of it.

import (
	"regexp"
	"strings"

	slackgo "github.com/slack-go/slack"
)

// typed are the words of a message, without the mention of the bot. The rich
// text that Slack sends along is the best source: in it, links and addresses
// stand as they were typed. Else the text is taken; its mark-up is undone by the
// parser.
func typed(text string, blocks slackgo.Blocks, bot string) string {
	for _, b := range blocks.BlockSet {
		rich, ok := b.(*slackgo.RichTextBlock)
		if !ok {
			continue
		}
		var lines []string
		for _, e := range rich.Elements {
			lines = append(lines, richLines(e, bot)...)
		}
		if words := strings.TrimSpace(strings.Join(lines, "\n")); words != "" {
			return words
		}
	}
	return strings.TrimSpace(mention(bot).ReplaceAllString(text, ""))
}

// mention matches how a text mentions the bot: “<@U1>” or “<@U1|contactbot>”.
func mention(bot string) *regexp.Regexp {
	return regexp.MustCompile(`<@` + regexp.QuoteMeta(bot) + `(\|[^>]*)?>`)
}

// richLines are the lines of one part of a rich text.
func richLines(e slackgo.RichTextElement, bot string) []string {
	switch e := e.(type) {
	case *slackgo.RichTextSection:
		return []string{words(e.Elements, bot)}
	case *slackgo.RichTextQuote:
		return []string{words(e.Elements, bot)}
	case *slackgo.RichTextPreformatted:
		return []string{words(e.Elements, bot)}
	case *slackgo.RichTextList:
		var lines []string
		for _, item := range e.Elements {
			lines = append(lines, richLines(item, bot)...)
		}
		return lines
	default:
		return nil // of a kind that holds no words
	}
}

func words(elements []slackgo.RichTextSectionElement, bot string) string {
	var b strings.Builder
	for _, e := range elements {
		switch e := e.(type) {
		case *slackgo.RichTextSectionTextElement:
			b.WriteString(e.Text)
		case *slackgo.RichTextSectionLinkElement:
			b.WriteString(linked(e))
		case *slackgo.RichTextSectionUserElement:
			if e.UserID != bot {
				b.WriteString("@" + e.UserID)
			}
		case *slackgo.RichTextSectionEmojiElement:
			b.WriteString(":" + e.Name + ":")
		}
	}
	return strings.TrimSpace(b.String())
}

// linked is what a link stands for: the address of a mail, a number, a URL. What
// only looks like the name of a host was typed without “http://”.
func linked(e *slackgo.RichTextSectionLinkElement) string {
	url := e.URL
	if url == "http://"+e.Text || url == "https://"+e.Text {
		return e.Text
	}
	for _, scheme := range []string{"mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(url, scheme); ok {
			return rest
		}
	}
	return url
}
