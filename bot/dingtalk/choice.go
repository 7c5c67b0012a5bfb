package dingtalk

// Choices: links that send a text as the person who taps them.

import (
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"

	"contactbot/state"
)

// sendMessage is how such a link begins.
// Source: DingTalk, “Robot message types”: markdown, links of “dtmd:”.
const sendMessage = "dtmd://dingtalkclient/sendMessage?content="

// Behind its text a choice carries the number of its reply and whose question it
// is, in characters that nobody sees: a second tap does not answer the next
// question, and nobody in a group answers for another. If they are lost on the
// way, the text counts as typed.
const (
	choiceMark = '\u2060' // word joiner
	choiceZero = '\u200b' // zero-width space
	choiceOne  = '\u200c' // zero-width non-joiner
)

// choiceURL is the link of a choice of a reply to a person.
func choiceURL(who state.Person, reply uint64, c state.Choice) string {
	return sendMessage + strings.ReplaceAll(url.QueryEscape(c.Say+numbered(reply, short(who))), "+", "%20")
}

// short tells people apart, mostly: it is on every link.
func short(who state.Person) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(who.Key()))
	return uint16(h.Sum32())
}

// numbered is the number of a reply, and whose it is, in characters that nobody
// sees.
func numbered(reply uint64, whose uint16) string {
	var b strings.Builder
	b.WriteRune(choiceMark)
	for _, digit := range strconv.FormatUint(reply<<16|uint64(whose), 2) {
		if digit == '1' {
			b.WriteRune(choiceOne)
		} else {
			b.WriteRune(choiceZero)
		}
	}
	return b.String()
}

// chosen takes the number of a reply off a text, and whose it is; 0: it was typed.
func chosen(text string) (said string, reply uint64, whose uint16) {
	at := strings.LastIndex(text, string(choiceMark))
	if at < 0 {
		return text, 0, 0
	}
	digits := strings.Map(func(r rune) rune {
		switch r {
		case choiceOne:
			return '1'
		case choiceZero:
			return '0'
		}
		return 'x'
	}, strings.TrimSpace(text[at+len(string(choiceMark)):]))
	n, err := strconv.ParseUint(digits, 2, 64)
	if err != nil {
		return text, 0, 0 // the parser leaves such characters out
	}
	return text[:at], n >> 16, uint16(n)
}
