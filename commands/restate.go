package commands

import (
	"slices"
	"strings"
)

// maxRestated is how long a message may be that gives a value in so many words.
const maxRestated = 1 << 10

var (
	// becomes stand between a field and its new value: "邮箱改成b@x.com". is does
	// so only if what follows is valid: "手机是值班专用的" is prose.
	becomes = []string{"改成", "改为", "换成", "换为", "设为", "设成", "改到"}
	is      = []string{"是", "为", " is "}
	// toChange begin a message that gives a value after "to".
	toChange = []string{"change", "set", "update", "correct", "edit", "modify"}
)

// restated reads a message that gives values without labels, in so many words:
// "change mail to b@x.com", "手机是138…，邮箱是a@x.com".
func restated(s string) (*pieces, bool) {
	if len(s) > maxRestated {
		return nil, false
	}
	p := &pieces{words: []string{""}}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r != ' ' && isGap(r) }) {
		g, ok := restate(part)
		if !ok || slices.ContainsFunc(p.given, func(other given) bool { return other.field == g.field }) {
			// A description may hold commas.
			g, ok = restate(s)
			return &pieces{given: []given{g}, words: []string{""}, chinese: isHan(g.word)}, ok
		}
		p.given = append(p.given, g)
		p.chinese = p.chinese || isHan(g.word)
	}
	return p, len(p.given) > 0
}

// restate reads one value; its word is what led to it.
func restate(s string) (given, bool) {
	s = strings.TrimSpace(s)
	if rest, ok := cutWord(s, []string{"please", "pls"}); ok {
		s = rest
	}
	if rest, ok := cutWord(s, toChange); ok {
		field, value, ok := strings.Cut(rest, " to ")
		if f := topicOf(strings.ToLower(field)); ok && f != nil && value != "" {
			return given{field: f, word: field, text: value}, true
		}
	}
	for _, w := range becomes {
		field, value, ok := strings.Cut(s, w)
		field = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(field, "请"), "把"), "将")
		if f := ownField(field); ok && f != nil {
			if value = strings.TrimRight(unlead(value), "吧"); value != "" {
				return given{field: f, word: w, text: value}, true
			}
		}
	}
	for _, w := range is {
		field, value, ok := strings.Cut(s, w)
		if f := ownField(field); ok && f != nil {
			if _, _, problem := f.Clean(value); problem == nil && !f.Literal && f != nameField {
				return given{field: f, word: w, text: value}, true
			}
		}
	}
	return given{}, false
}

// ownField is the field that "my phone number" or 我的手机号 names.
func ownField(words string) *Field {
	words = strings.TrimSpace(strings.ToLower(words))
	words = strings.TrimPrefix(strings.TrimPrefix(words, "the "), "my ")
	return Named(strings.TrimPrefix(words, "我的"))
}
