package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks may stand on one letter. No script needs
// more; "zalgo" text has dozens.
const maxMarks = 8

// maxComposed is how many marks of a text are composed with their letters.
// Composing is slow: 100 kB of marks take x/text alone 4 ms. No value can hold
// as many; the longest description has 500 characters.
const maxComposed = 2048

// fold takes out of a text what nobody means: bytes that are no UTF-8, control
// characters, invisible ones, several spaces in a row, full-width letters and
// digits. What people do mean, such as case and Chinese punctuation, stays: the
// text may become a description. Line ends stay as "\n".
func fold(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if isFolded(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	gap := byte(0) // the space or newline that is due before the next character
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		i += n
		switch {
		case r > ' ' && r < 0x7F:
		case r == '\n', r == '\r', r == '\u2028', r == '\u2029', r == '\u0085', r == '\v', r == '\f':
			gap = '\n'
			continue
		case isSpace(r):
			if gap == 0 {
				gap = ' '
			}
			continue
		case r < utf8.RuneSelf:
		case '０' <= r && r <= '９', 'Ａ' <= r && r <= 'Ｚ', 'ａ' <= r && r <= 'ｚ':
			r -= 'Ａ' - 'A'
		case isInvisible(r):
			continue
		}
		if gap != 0 {
			if b.Len() > 0 {
				b.WriteByte(gap)
			}
			gap = 0
		}
		b.WriteRune(r)
	}
	text = limitMarks(b.String())
	n := composed(text)
	head := norm.NFC.String(text[:n])
	if head == text[:n] {
		return text
	}
	return limitMarks(head) + text[n:] // composing may take letters apart, too
}

// composed is how much of a text is worth composing: all, unless it holds more
// than maxComposed marks.
func composed(text string) int {
	n, start := 0, 0 // start of the last letter
	for i, r := range text {
		if !composes(r) {
			start = i
		} else if n++; n > maxComposed {
			return start
		}
	}
	return len(text)
}

// composes reports whether r may become one with the letter before it.
func composes(r rune) bool {
	return isMark(r) || 0x1160 <= r && r < 0x1200 || r >= 0x900 && r < 0x1100 && unicode.Is(unicode.Mc, r)
}

// isFolded reports whether fold would change nothing, for plain ASCII.
func isFolded(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c > ' ' && c < 0x7F {
			continue
		}
		if c != ' ' || i == 0 || i == len(text)-1 || text[i-1] == ' ' {
			return false
		}
	}
	return true
}

// isSpace reports whether r shows as a gap: spaces of any width, controls, and
// letters without ink.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\u115F', '\u1160', '\u3164', '\uFFA0', '\u2800':
		return true
	}
	return unicode.IsControl(r) || utf8.RuneSelf <= r && r <= '\u3000' && unicode.Is(unicode.Zs, r)
}

// limitMarks drops all but maxMarks of the combining marks in a row.
func limitMarks(text string) string {
	run, over := 0, false
	for _, r := range text {
		if isMark(r) {
			run++
			over = over || run > maxMarks
		} else {
			run = 0
		}
	}
	if !over {
		return text
	}
	run = 0
	return strings.Map(func(r rune) rune {
		if !isMark(r) {
			run = 0
			return r
		}
		if run++; run > maxMarks {
			return -1
		}
		return r
	}, text)
}

// isMark reports whether r is a combining mark. Most letters are told from them
// without looking in the tables: before, among Chinese and Korean ones.
func isMark(r rune) bool {
	switch {
	case r < 0x300, 0x3100 <= r && r < 0xA000, 0xAC00 <= r && r < 0xD800:
		return false
	case r < 0x370:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me)
}

// isInvisible reports whether r has no look of its own: zero-width characters,
// direction marks, soft hyphens. There are none among Chinese letters.
func isInvisible(r rune) bool {
	return r >= utf8.RuneSelf && (r < 0x3000 || r >= 0xD800) && unicode.Is(unicode.Cf, r)
}

// plain folds more: full-width and other compatibility forms become the plain
// ones. It is for values that are not free text; the text must be short.
func plain(text string) string {
	text = fold(text)
	if norm.NFKC.IsNormalString(text) {
		return text
	}
	return fold(norm.NFKC.String(text))
}

// line is a folded text on one line.
func line(text string) string { return strings.ReplaceAll(text, "\n", " ") }

// clip cuts a text to at most n bytes, between characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// separators stand between values, stops also behind them.
const (
	separators = ",;，；、"
	stops      = separators + "。."
)

// isWrapping reports whether r is one of the marks that people put around a
// value: quotation marks, brackets, asterisks. It is asked about every word of
// a message.
func isWrapping(r rune) bool {
	if r < utf8.RuneSelf {
		switch r {
		case '"', '\'', '`', '(', ')', '[', ']', '{', '}', '<', '>', '*':
			return true
		}
		return false
	}
	switch r {
	case '“', '”', '„', '‟', '‘', '’', '‚', '〝', '〞', '＂', '＇', '「', '」', '『', '』', '《', '》', '〈', '〉', '（', '）', '【', '】':
		return true
	}
	return false
}

// isGap reports whether r stands between words.
func isGap(r rune) bool {
	switch r {
	case ' ', '\n', ',', ';', '，', '；', '、':
		return true
	}
	return false
}

// isAround reports whether r may stand around a value and mean nothing.
func isAround(r rune) bool { return isWrapping(r) || isGap(r) || r == '。' || r == '.' }

// tidy is a plain text without what people wrap a value in.
func tidy(text string) string { return strings.TrimFunc(plain(text), isAround) }
