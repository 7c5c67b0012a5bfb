package dingtalktest

// DingTalk's markdown, as people read it.

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// A Link is one that people can tap.
type Link struct{ Label, URL string }

// Source: DingTalk, "Types of robot messages", section "Markdown": headings,
// quotes, bold, italics, links, pictures, lists. There are no tables, no blocks
// of code.
var (
	unsupported = regexp.MustCompile("(?m)^\\s*(```|~~~|\\|.*\\|\\s*$)")
	linked      = regexp.MustCompile(`!?\[((?:\\.|[^\]\\])*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)`)
	brokenLink  = regexp.MustCompile(`\]\(dtmd:`)
	block       = regexp.MustCompile(`^\s*(#{1,6} |> ?|[-*+] |\d+\. )`)
	heading     = regexp.MustCompile(`(?m)^\s*(#{1,6} +|> ?)+`)
	emphasis    = regexp.MustCompile(`(\*\*|__)([^*_\n]+?)(\*\*|__)`)
	escaped     = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+.!>~|-])")
)

// readable takes markdown apart: its links, and what is read.
func readable(m markdown) (n Shown, err error) {
	if unsupported.MatchString(m.Text) {
		return n, errors.New("a table or a block of code, which DingTalk does not know")
	}
	n = Shown{Title: m.Title, Text: m.Text}
	text := linked.ReplaceAllStringFunc(m.Text, func(s string) string {
		parts := linked.FindStringSubmatch(s)
		if strings.HasPrefix(s, "!") {
			return parts[1] // a picture
		}
		label := plain(parts[1])
		n.Links = append(n.Links, Link{label, parts[2]})
		return parts[1]
	})
	if brokenLink.MatchString(text) {
		return n, errors.New("a link to dtmd: that is cut short, such as by a space or a parenthesis")
	}
	n.inText = len(n.Links)
	n.Reads = plain(joined(text))
	return n, nil
}

// plain takes the mark-up out of a text.
func plain(text string) string {
	text = heading.ReplaceAllString(text, "")
	text = emphasis.ReplaceAllString(text, "$2")
	return escaped.ReplaceAllString(text, "$1")
}

// joined joins the lines that are one to a reader: those that end neither in two
// spaces, nor before an empty line or the beginning of a list and the like.
func joined(text string) string {
	lines := strings.Split(text, "\n")
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(strings.TrimRight(line, " "))
		if i == len(lines)-1 {
			break
		}
		next := lines[i+1]
		isHeading := strings.HasPrefix(strings.TrimSpace(line), "#")
		if strings.HasSuffix(line, "  ") || strings.TrimSpace(line) == "" || strings.TrimSpace(next) == "" || block.MatchString(next) || isHeading {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// badLink is what is wrong with a link.
func badLink(link Link) string {
	if link.Label == "" || link.URL == "" {
		return "has no label or no address"
	}
	if !strings.HasPrefix(link.URL, "dtmd:") {
		if u, err := url.Parse(link.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "dingtalk" {
			return "leads nowhere"
		}
		return ""
	}
	content, ok := strings.CutPrefix(link.URL, sendMessage)
	if !ok {
		return "is no link that sends a text"
	}
	text, err := url.PathUnescape(content)
	switch {
	case err != nil || strings.TrimSpace(text) == "":
		return "sends nothing"
	case strings.ContainsAny(content, "+&#? "):
		return "has a raw +, &, # or ? in its content: escape it"
	case strings.ContainsFunc(content, func(r rune) bool { return r > 0x7e }):
		return "has characters in its content that must be escaped"
	}
	return ""
}
