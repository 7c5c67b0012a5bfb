package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"contactbot/state"
)

// A style is how things look on a terminal: escape sequences, or nothing.
type style struct {
	question, progress, success, warning, failure, label, dim, link, off string
}

var (
	plain   = style{}
	colours = style{
		question: "\x1b[1m", progress: "\x1b[2m", success: "\x1b[1;32m", warning: "\x1b[33m",
		failure: "\x1b[1;31m", label: "\x1b[36m", dim: "\x1b[2m", link: "\x1b[4m", off: "\x1b[0m",
	}
)

func (s style) paint(colour, text string) string {
	if colour == "" || text == "" {
		return text
	}
	return colour + text + s.off
}

// tone is the colour of a reply's first line and the sign before it.
func (s style) tone(t state.Tone) (colour, sign string) {
	switch t {
	case state.Plain:
		return "", ""
	case state.Question:
		return s.question, ""
	case state.Progress:
		return s.progress, "… "
	case state.Success:
		return s.success, "✓ "
	case state.Warning:
		return s.warning, "! "
	case state.Failure:
		return s.failure, "✗ "
	default:
		panic("terminal: unknown tone " + string(t))
	}
}

// render lays a reply out in lines of at most columns cells.
func render(r state.Reply, s style, columns int) string {
	var b strings.Builder
	colour, sign := s.tone(r.Tone)
	asked := len(r.Parts) - 1 // a question's own line is its last text
	for asked > 0 && r.Parts[asked].Text == "" {
		asked--
	}
	for i, p := range r.Parts {
		paint := ""
		if r.Tone == state.Question && i == asked || r.Tone != state.Question && i == 0 {
			paint = colour
		}
		switch {
		case p.Text != "":
			lines(&b, s, paint, sign, p.Text, columns)
			sign = strings.Repeat(" ", cells(sign))
		case p.Hint != "":
			lines(&b, s, s.dim, sign, p.Hint, columns)
		case p.Verbatim != "":
			lines(&b, s, s.dim, "    ", p.Verbatim, columns)
		}
		table(&b, s, p.Facts)
	}
	if len(r.Choices) > 0 {
		var says []string
		for _, c := range r.Choices {
			says = append(says, safe(c.Say))
		}
		lines(&b, s, s.dim, "", "["+strings.Join(says, "] [")+"]", columns)
	}
	return b.String()
}

func lines(b *strings.Builder, s style, colour, indent, text string, columns int) {
	rest := strings.Repeat(" ", cells(indent))
	for paragraph := range strings.SplitSeq(text, "\n") {
		for _, line := range wrap(safe(paragraph), columns-cells(indent)) {
			b.WriteString(s.paint(colour, indent+line) + "\n")
			indent = rest
		}
	}
}

// table aligns facts in a column by the cells their labels take.
func table(b *strings.Builder, s style, facts []state.Fact) {
	widest := 0
	for _, f := range facts {
		widest = max(widest, cells(safe(f.Label)))
	}
	for _, f := range facts {
		label := safe(f.Label)
		b.WriteString("    " + s.paint(s.label, label) + strings.Repeat(" ", widest-cells(label)+2))
		if f.Was != "" {
			b.WriteString(s.paint(s.dim, safe(f.Was)+" → "))
		}
		b.WriteString(safe(f.Value))
		if f.Note != "" {
			b.WriteString(s.paint(s.dim, "  ("+safe(f.Note)+")"))
		}
		b.WriteString("\n")
	}
}

// safe takes out what a terminal would obey rather than show: escape sequences,
// other control characters, and those that turn the direction of writing.
func safe(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// cells is how many columns a text takes on a terminal.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	if unicode.Is(unicode.Mn, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// wrap breaks a line between words, or between Chinese characters, so that it
// fits into the columns. Words that do not fit stay whole: half a link is none.
func wrap(line string, columns int) []string {
	if columns <= 0 || cells(line) <= columns {
		return []string{line}
	}
	var out []string
	var current strings.Builder
	used := 0
	for _, word := range pieces(line) {
		n := cells(word)
		if used > 0 && used+cells(strings.TrimRight(word, " ")) > columns {
			out = append(out, strings.TrimRight(current.String(), " "))
			current.Reset()
			used = 0
		}
		current.WriteString(word)
		used += n
	}
	return append(out, strings.TrimRight(current.String(), " "))
}

// pieces are what a line may be broken between: words with the spaces behind
// them, and wide characters with the punctuation that must not begin a line.
func pieces(line string) []string {
	var out []string
	start := 0
	runes := []rune(line)
	for i := 1; i < len(runes); i++ {
		before, here := runes[i-1], runes[i]
		wide := runeCells(before) == 2 || runeCells(here) == 2
		if before == ' ' && here != ' ' || wide && here != ' ' && !unicode.IsPunct(here) {
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	return append(out, string(runes[start:]))
}
