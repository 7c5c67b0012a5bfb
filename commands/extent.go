package commands

import (
	"strings"
	"unicode/utf8"
)

// The extents of values without quotes, see Field.extent. All stop at a line's
// end; what stops them is left to the words.

// wordExtent takes one word: addresses, IDs.
func wordExtent(text string) int {
	for i, r := range text {
		switch {
		case isGap(r):
			return i
		case r == '。': // between letters it is a dot typed with a Chinese keyboard
			next, _ := utf8.DecodeRuneInString(text[i+len("。"):])
			if !isLatin(next) {
				return i
			}
		}
	}
	return len(text)
}

// urlExtent takes the rest of a URL: text without a gap, a quotation mark or a
// Chinese character.
func urlExtent(text string) int {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte(",;\"<>", c) >= 0 {
			return i
		}
	}
	return len(text)
}

// phoneExtent takes a number with its spaces, or else a word.
func phoneExtent(text string) int {
	end := 0 // behind the last digit
	for i, r := range text {
		if !isPhoneRune(r) || i > maxPhone {
			if end == i && (isLatin(r) || r == '@') {
				return wordExtent(text) // 138x is no number
			}
			break
		}
		if isDigit(r) {
			end = i + 1
		}
	}
	if end == 0 || strings.HasPrefix(text[end:], "*") { // 138****8000
		return wordExtent(text)
	}
	return end
}

// nameExtent takes words up to a separator or to what has the shape of another
// field: a name holds no space, and who writes one must be told.
func nameExtent(text string) int {
	for i := 0; i < len(text); {
		n := wordExtent(text[i:])
		if i > 0 && isShape(text[i:i+n]) {
			return i
		}
		i += n
		if i == len(text) || text[i] != ' ' {
			return i
		}
		i++
	}
	return len(text)
}

// proseExtent takes free text up to a semicolon or the line's end. A comma ends
// it only before what has the shape of another field: "数据库，夜间" is one
// description.
func proseExtent(text string) int {
	end := len(text)
	if n := strings.IndexAny(text, "\n;；"); n >= 0 {
		end = n
	}
	for i := 0; i < end; {
		n := strings.IndexAny(text[i:end], ",，")
		if n < 0 {
			break
		}
		comma := i + n
		_, size := utf8.DecodeRuneInString(text[comma:])
		i = comma + size
		next := end
		if n := strings.IndexAny(text[i:end], ",，"); n >= 0 {
			next = i + n
		}
		if isShape(strings.TrimSpace(text[i:next])) {
			return comma
		}
	}
	return end
}
