package dingtalk

// Choices: links that send a text as the person who taps them.

import (
	"net/url"
	"strconv"
	"strings"

	"contactbot/state"
)

// sendMessage is how such a link begins.
// Source: DingTalk, “Robot message types”: markdown, links of “dtmd:”.
const sendMessage = "dtmd://dingtalkclient/sendMessage?content="

// Behind its text a choice carries the number of its reply, in characters that
// nobody sees, so that a second tap on it does not answer the next question. If
// they are lost on the way, the text counts as typed.
const (
	choiceMark = '\u2060' // word joiner
	choiceZero = '\u200b' // zero-width space
	choiceOne  = '\u200c' // zero-width non-joiner
)

// choiceURL is the link of a choice of a reply.
func choiceURL(reply uint64, c state.Choice) string {
	return sendMessage + strings.ReplaceAll(url.QueryEscape(c.Say+numbered(reply)), "+", "%20")
}

// numbered is a number in characters that nobody sees.
func numbered(n uint64) string {
	var b strings.Builder
	b.WriteRune(choiceMark)
	for _, digit := range strconv.FormatUint(n, 2) {
		if digit == '1' {
			b.WriteRune(choiceOne)
		} else {
			b.WriteRune(choiceZero)
		}
	}
	return b.String()
}

// chosen takes the number of a reply off a text; 0: it was typed.
func chosen(text string) (said string, reply uint64) {
	said, number, ok := strings.Cut(text, string(choiceMark))
	if !ok {
		return text, 0
	}
	digits := strings.Map(func(r rune) rune {
		switch r {
		case choiceOne:
			return '1'
		case choiceZero:
			return '0'
		}
		return 'x'
	}, strings.TrimSpace(number))
	n, err := strconv.ParseUint(digits, 2, 64)
	if err != nil {
		return text, 0 // the parser leaves such characters out
	}
	return said, n
}
