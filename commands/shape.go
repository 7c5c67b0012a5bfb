package commands

import (
	"strings"
	"unicode/utf8"
)

const (
	// maxShape is how many bytes a word with a shape may have.
	maxShape = 512
	// maxWords is how many words of a text are told apart; the rest counts as one.
	maxWords = 4096
	// maxEvidence is how much of a message is searched for such words.
	maxEvidence = 1 << 10
)

// isURL reports whether a word is an address of the web, or a robot's without
// its scheme.
func isURL(word string) bool {
	if at := strings.Index(word, "://"); at > 0 && at < 12 {
		return true
	}
	return isRobot(word)
}

// isRobot reports whether a URL is meant to be a DingTalk robot's.
func isRobot(word string) bool {
	if at := strings.Index(word, "://"); at >= 0 {
		word = word[at+3:]
	}
	n := len(webhookHost)
	return len(word) > n && strings.EqualFold(word[:n], webhookHost)
}

// isMailish reports whether a word is meant to be a mail address: something on
// both sides of an "@". "@alice" is a mention.
func isMailish(word string) bool {
	for _, sign := range []string{"@", "＠"} {
		if at := strings.Index(word, sign); at > 0 && at+len(sign) < len(word) {
			return !isURL(word)
		}
	}
	return false
}

// isPhoneish reports whether words are meant to be a number to call: nothing
// but digits and the signs between them, as many as a number has.
func isPhoneish(words string) bool {
	if len(words) < 8 || len(words) > maxPhone {
		return false
	}
	bare := bareNumber(strings.TrimRight(words, stops))
	digits := strings.TrimPrefix(bare, "+")
	if bare == "" || len(digits) > 15 {
		return false
	}
	return bare[0] == '+' && len(digits) >= 7 || len(digits) >= 9 && (digits[0] == '1' || digits[0] == '0' || strings.HasPrefix(digits, "86"))
}

// isShape reports whether words are a value that shows by its shape which field
// it belongs to.
func isShape(words string) bool {
	if len(words) > maxShape {
		return false
	}
	if isPhoneish(words) {
		return true
	}
	n := 0
	for w := range strings.FieldsSeq(words) {
		w = strings.TrimFunc(w, isWrapping)
		if !isMailish(w) && !isURL(w) && !isPhoneish(w) && !isSecret(w) {
			return false
		}
		n++
	}
	return n > 0
}

// hasShape reports whether one of the first words of a text is such a value.
func hasShape(text string) bool {
	text = clip(text, maxEvidence)
	for _, w := range split(text) {
		if t := w.in(text); len(t) <= maxShape && (isMailish(t) || isRobot(t) || isPhoneish(t) || isSecret(t)) {
			return true
		}
	}
	return false
}

// A span is a word in a text: without the marks around it, and with them.
type span struct{ from, to, start, end int }

func (s span) in(text string) string { return text[s.from:s.to] }

// split finds the words of a folded text, without the separators between them
// and the marks around them. Where Chinese runs into a value without a space, as
// in 手机13800138000, there are two words.
func split(text string) []span {
	var words []span
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if isGap(r) || r == '。' {
			i += n
			continue
		}
		if len(words) >= maxWords {
			return append(words, span{i, len(text), i, len(text)})
		}
		end := i
		for end < len(text) {
			r, n := utf8.DecodeRuneInString(text[end:])
			if isGap(r) || r == '。' && !isDot(text, end) {
				break
			}
			end += n
		}
		words = appendParts(words, text, i, end)
		i = end
	}
	return words
}

// bars stand between values, a slash only beside a whole one.
const bars = "|｜"

// appendParts appends a word, or what the slashes and bars in it separate:
// 张三/支付/138…/a@x.com. "on-call/支付", "24/7" and a URL have none that do.
func appendParts(words []span, text string, from, to int) []span {
	word := text[from:to]
	seps := bars
	url := len(word) // where a URL begins
	if at := strings.Index(word, "://"); at > 0 {
		url = 0
		if bar := strings.LastIndexAny(word[:at], bars+"/"); bar >= 0 {
			_, n := utf8.DecodeRuneInString(word[bar:])
			url = bar + n
		}
	}
	switch {
	case len(word) > maxShape || url == 0 || !strings.ContainsAny(word, bars+"/"):
		return appendWord(words, text, from, to)
	case url < len(word) || hasWhole(word):
		seps += "/"
	}
	for from < to {
		n := to - from
		if url > 0 {
			if at := strings.IndexAny(text[from:to], seps); at >= 0 && at < url {
				n = at
			}
		}
		if n > 0 {
			words = appendWord(words, text, from, from+n)
		}
		_, size := utf8.DecodeRuneInString(text[from+n : to])
		from += n + size
		url -= n + size
	}
	return words
}

// hasWhole reports whether a value stands between the slashes or bars of a word.
func hasWhole(word string) bool {
	if !strings.ContainsAny(word, "@＠0123456789") {
		return false
	}
	for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '/' || r == '|' || r == '｜' }) {
		if len(part) < len(word) && isWhole(part) {
			return true
		}
	}
	return false
}

// isWhole reports whether a text is a whole number to call or address.
func isWhole(text string) bool {
	text = strings.TrimFunc(text, isWrapping)
	if isMailish(text) {
		_, domain, _ := strings.Cut(strings.ReplaceAll(text, "＠", "@"), "@")
		return isDomain(domain)
	}
	return len(text) <= maxPhone && plausiblePhone(bareNumber(text))
}

// isDot reports whether the Chinese full stop at i stands for the dot of an
// address, as in alice@example。com.
func isDot(text string, i int) bool {
	next, _ := utf8.DecodeRuneInString(text[i+len("。"):])
	return i > 0 && isLatin(next) && (isLatin(rune(text[i-1])) || isDigit(rune(text[i-1])))
}

// appendWord appends a word, or its parts if one of them has a shape.
func appendWord(words []span, text string, from, to int) []span {
	word := text[from:to]
	if len(word) > maxShape || !strings.ContainsAny(word, "@:＠0123456789") || !isHan(word) {
		return append(words, trimSpan(text, from, to))
	}
	var parts []span
	shaped := false
	for at := from; at < to; {
		r, _ := utf8.DecodeRuneInString(text[at:])
		han, end := isHanRune(r), at
		for end < to {
			r, n := utf8.DecodeRuneInString(text[end:])
			if isHanRune(r) != han {
				break
			}
			end += n
		}
		part := trimSpan(text, at, end)
		shaped = shaped || han && end < to && labels(part.in(text)) != nil || isMailish(part.in(text)) || isURL(part.in(text)) || isPhoneish(part.in(text))
		if part.from < part.to {
			parts = append(parts, part)
		}
		at = end
	}
	if !shaped {
		return append(words, trimSpan(text, from, to))
	}
	return append(words, parts...)
}

// trimSpan is a word without the marks around it.
func trimSpan(text string, from, to int) span {
	colon := func(r rune) bool { return r == ':' || r == '：' }
	word := strings.TrimRightFunc(text[from:to], func(r rune) bool { return isWrapping(r) || r == '。' || colon(r) })
	if word == "" {
		return span{from, to, from, to}
	}
	left := strings.TrimLeftFunc(word, func(r rune) bool { return isWrapping(r) && r != '(' && r != '（' || colon(r) })
	return span{from + len(word) - len(left), from + len(word), from, to}
}
