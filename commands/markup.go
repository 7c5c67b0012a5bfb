package commands

import (
	"net/url"
	"strings"
)

// unmark undoes the mark-up of the platforms: Slack's <mailto:a@x|a@x>,
// <tel:…|…>, <https://…|…>, <@U1>, <#C1|general>, <!here>, &amp;, and Markdown's
// [a@x](mailto:a@x). What only looks like mark-up stays. It goes over the text
// once: nothing that was escaped becomes mark-up.
func unmark(text string) string {
	if !strings.ContainsAny(text, "<&[") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		var out string
		n := 0
		switch text[i] {
		case '<':
			out, n = angle(text[i:])
		case '[':
			out, n = bracket(text[i:])
		case '&':
			out, n = entity(text[i:])
		}
		if n == 0 {
			out, n = text[i:i+1], 1
		}
		b.WriteString(out)
		i += n
	}
	return b.String()
}

// entities are the three that Slack escapes.
var entities = [...]struct{ escaped, char string }{{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}

func entity(s string) (string, int) {
	for _, e := range entities {
		if strings.HasPrefix(s, e.escaped) {
			return e.char, len(e.escaped)
		}
	}
	return "", 0
}

func unescape(s string) string { return unescaper.Replace(s) }

var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// angle reads <…> at the start of s: what it stands for and its length, 0 if it
// is no mark-up.
func angle(s string) (string, int) {
	end := strings.IndexAny(s[1:], "<>\n")
	if end < 1 || s[1+end] != '>' {
		return "", 0
	}
	inner, n := s[1:1+end], end+2
	target, label, labelled := strings.Cut(inner, "|")
	switch inner[0] {
	case '@', '!': // a person, a group or everybody: never to be repeated
		return " ", n
	case '#':
		if !labelled {
			return " ", n
		}
		return "#" + unescape(label), n
	}
	if out, ok := link(target, label); ok {
		return out, n
	}
	return "", 0
}

// bracket reads Markdown's [label](target) at the start of s.
func bracket(s string) (string, int) {
	end := strings.IndexAny(s[1:], "[]\n")
	if end < 0 || !strings.HasPrefix(s[1+end:], "](") {
		return "", 0
	}
	label, rest := s[1:1+end], s[1+end+2:]
	stop := strings.IndexAny(rest, "()[] \n")
	if stop < 1 || rest[stop] != ')' {
		return "", 0
	}
	out, ok := link(rest[:stop], label)
	if !ok {
		return "", 0
	}
	return out, 1 + end + 2 + stop + 1
}

// link is what a person typed where the platform made a link of it.
func link(target, label string) (string, bool) {
	target, label = unescape(target), unescape(label)
	scheme, rest, ok := strings.Cut(target, ":")
	if !ok || rest == "" {
		return "", false
	}
	switch strings.ToLower(scheme) {
	case "mailto":
		// What was typed is the label; "+" and the like are escaped in the target.
		if isMailish(label) && !strings.ContainsAny(label, " \n") {
			return label, true
		}
		rest, _, _ = strings.Cut(rest, "?")
		if typed, err := url.PathUnescape(rest); err == nil {
			rest = typed
		}
		return rest, true
	case "tel":
		return rest, true
	case "http", "https":
		// "li.io" becomes <http://li.io|li.io>: what was typed is the label.
		if label != "" && strings.TrimSuffix(strings.TrimPrefix(rest, "//"), "/") == label {
			return label, true
		}
		return target, true
	}
	return "", false
}
