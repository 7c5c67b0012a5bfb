package commands

import (
	"slices"
	"strings"
)

// What stands within an unquoted description and is none: who writes
// "describe=payments on-call phone 13800138009" gives a number, too, and who
// thanks behind it does not describe.

// isChannel reports whether a field's values show by their shape which it is.
func isChannel(f *Field) bool { return f == mailField || f == phoneField || f == webhookField }

// describing is how much of a description without quotes describes. What follows
// is left to the words around it, so that it is understood by its shape and
// shown before it is sent. given are the fields that the message names itself:
// their values are known, and a number in the description belongs there.
func describing(text string, given func(*Field) bool) int {
	end := len(text)
	if end > maxRaw {
		return end // too long for a description anyway
	}
	if n := beforeChannel(text, given); n > 0 {
		end = n
	}
	for range 2 { // "…, please, thanks"
		n := beforeThanks(text[:end])
		if n == 0 {
			break
		}
		end = n
	}
	return end
}

// beforeChannel is how much of a text stands before the first whole value of a
// channel and the word that leads to it, 0 if there is no such value or nothing
// before it.
func beforeChannel(text string, given func(*Field) bool) int {
	if !strings.ContainsAny(text, "@＠0123456789") {
		return 0
	}
	g := &guesser{text: line(text), first: -1, isNot: -1, free: func(f *Field) bool { return isChannel(f) && !given(f) }}
	g.words = split(g.text)
	g.use = make([]use, len(g.words))
	g.shapes()
	i := slices.Index(g.use, taken)
	if i <= 0 {
		return 0
	}
	for i > 1 && slices.Contains(leadingUp, strings.ToLower(strings.TrimLeftFunc(g.word(i-1), isWrapping))) {
		i--
	}
	at := g.words[i].start
	if before := g.word(i - 1); g.words[i-1].end == at && isHan(before) { // 值班手机138…
		n := hanLabel(before)
		if f := Named(before[n:]); n > 0 && f != nil && isChannel(f) {
			return at - len(before) + n
		}
	}
	return at
}

// leadingUp may stand before the word for a channel: "and my phone 138…".
var leadingUp = []string{"my", "the", "and", "我的", "和"}

// Unthanked is a text without the thanks behind it.
func Unthanked(text string) string {
	if n := beforeThanks(text); n > 0 {
		return text[:n]
	}
	return text
}

// beforeThanks is how much of a text stands before the politeness at its end, 0
// if there is none or nothing before it.
func beforeThanks(text string) int {
	end := len(strings.TrimRight(text, " \n.!！。~～"+separators))
	for _, w := range thanks {
		n := end - len(w)
		if n <= 0 || !strings.EqualFold(text[n:end], w) {
			continue
		}
		before := strings.TrimRight(text[:n], " \n.!！。~～"+separators)
		if before != "" && (len(before) < n || w == "谢谢") {
			return len(before)
		}
	}
	return 0
}

// thanks may stand at the end of what somebody asks for. Longer ones stand
// before their own ends.
var thanks = []string{"many thanks", "thanks a lot", "thank you very much", "thank you", "thanks", "thx", "please", "pls",
	"谢谢了", "谢谢啦", "谢谢你", "谢谢您", "多谢了", "非常感谢", "麻烦了", "麻烦你了", "辛苦了", "谢谢", "多谢", "谢了", "感谢"}

// isFluff reports whether words are mere politeness.
func isFluff(words string) bool {
	if len(words) > maxLabel {
		return false
	}
	words = strings.ToLower(strings.Trim(words, " ,.!，。！~～"))
	if slices.Contains(thanks, words) || words == "ty" || words == "and" || words == "和" {
		return true
	}
	n := beforeThanks(words)
	return n > 0 && isFluff(words[:n]) // "please, thanks"
}
