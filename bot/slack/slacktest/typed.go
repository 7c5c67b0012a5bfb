package slacktest

// What Slack makes of what people type.

import (
	"regexp"
	"strings"
)

// escaped is a text as Slack sends it.
// Source: Slack, "Formatting text for app surfaces", section "Escaping text".
func escaped(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// special are the parts of a text that Slack turns into something else: a
// mention, a URL, a mail address, a phone number, the name of a host.
var special = regexp.MustCompile(`<@(U\w+)>|(https?://[^\s，。]+)|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(\+\d{11,14})|(\w[\w.-]*\.(?:cn|com|io)\b)`)

// asTyped is a message as Slack sends it: its text with mark-up, and its blocks.
func asTyped(text string) (marked string, blocks []any) {
	var elements []any
	plain := func(s string) {
		if s != "" {
			marked += escaped(s)
			elements = append(elements, map[string]any{"type": "text", "text": s})
		}
	}
	at := 0
	for _, m := range special.FindAllStringSubmatchIndex(text, -1) {
		plain(text[at:m[0]])
		at = m[1]
		part := text[m[0]:m[1]]
		link := func(scheme string) {
			marked += "<" + scheme + escaped(part) + "|" + escaped(part) + ">"
			elements = append(elements, map[string]any{"type": "link", "url": scheme + part, "text": part})
		}
		switch {
		case m[2] >= 0:
			marked += part
			elements = append(elements, map[string]any{"type": "user", "user_id": text[m[2]:m[3]]})
		case m[4] >= 0:
			marked += "<" + escaped(part) + ">"
			elements = append(elements, map[string]any{"type": "link", "url": part})
		case m[6] >= 0:
			link("mailto:")
		case m[8] >= 0:
			link("tel:")
		default:
			link("http://")
		}
	}
	plain(text[at:])
	return marked, []any{map[string]any{
		"type": "rich_text", "block_id": "typed", "elements": []any{map[string]any{"type": "rich_text_section", "elements": elements}},
	}}
}
