package commands

import (
	"slices"
	"strings"
)

// How questions begin and end that have no question mark. English ones need a
// word more: "How" may be a name. "What-if team" has no such word.
var (
	asking      = []string{"what", "why", "how", "where", "which", "who", "when", "do i", "does it", "can i", "must i", "is it", "should i"}
	askingZH    = []string{"为什么", "怎么", "什么", "能不能", "可不可以", "可以不", "要不要", "是不是", "必须", "哪里", "哪个", "多少", "谁"}
	anyZH       = []string{"什么都", "谁都", "哪里都", "哪个都", "怎么都"}
	questionEnd = []string{"吗", "呢", "么", "行不行", "好不好", "什么要求", "怎么写", "怎么填", "什么意思"}
)

// isQuestion reports whether words end as a question does.
func isQuestion(s string) bool {
	s = strings.TrimRight(s, " !！。.~")
	return strings.HasSuffix(s, "?") || strings.HasSuffix(s, "？")
}

// sounds reports whether words read as a question, though no mark says so. What
// holds a value is none: it would be lost.
func sounds(s string) bool {
	s = strings.TrimRight(s, " !！。.~")
	if rest, ok := cutWord(s, asking); ok && rest != "" {
		return !hasShape(s)
	}
	if !soundsZH(s) {
		return false
	}
	_, _, problem := languageField.Clean(s)
	return problem != nil && !hasShape(s)
}

// soundsZH reports whether Chinese words begin or end as questions do.
func soundsZH(s string) bool {
	if slices.ContainsFunc(questionEnd, func(w string) bool { return strings.HasSuffix(s, w) }) {
		return true
	}
	_, begins := cutAny(s, askingZH)
	_, all := cutAny(s, anyZH) // "什么都负责" is a description
	return begins && !all
}
