package commands

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxRestated is how long a message may be that gives a value in so many words.
const maxRestated = 1 << 10

var (
	// becomes stand between a field and its new value: "邮箱改成b@x.com". is does
	// so only if what follows is valid or has a shape: "手机是值班专用的" is prose.
	becomes = []string{"改成", "改为", "换成", "换为", "设为", "设成", "改到"}
	// turnsInto do so behind 把 or 修改, before a valid value.
	turnsInto = []string{"为", "成", "到"}
	is        = []string{"应该是", "应该为", "应为", "是", "为", " should be ", " is "}
	// toChange begin a message that gives a value after "to".
	toChange = []string{"change", "set", "update", "correct", "edit", "modify"}
)

// restated reads a message that gives values without labels, in so many words:
// "change mail to b@x.com and phone to 138…", "手机是138…，邮箱是a@x.com".
func restated(s string) (*pieces, bool) {
	if len(s) > maxRestated {
		return nil, false
	}
	rest, corrects := corrected(s)
	if g, ok := right(s, rest, corrects); ok {
		return &pieces{given: []given{g}, words: []string{"", ""}, chinese: isHan(s)}, true
	}
	if corrects {
		s = rest
	}
	p := &pieces{}
	var tails []tail // what follows each value
	changing, sep := false, ""
	for at := 0; at < len(s); {
		part, next := clause(s[at:])
		_, changes := cutWord(plea(part), toChange)
		changing = changing || changes
		g, ok := restate(part, changing)
		twice := slices.ContainsFunc(p.given, func(other given) bool { return other.field == g.field })
		n := len(p.given)
		switch {
		case ok && !twice:
			p.given = append(p.given, g)
			tails = append(tails, tail{})
		case n == 0 && strings.TrimSpace(part) != "":
			g, ok := restate(s, false)
			p := &pieces{given: []given{g}, words: []string{""}, chinese: isHan(g.word)}
			p.own()
			return p, ok
		case n > 0 && tails[n-1].text == "":
			tails[n-1] = tail{sep: sep, text: part}
		case n > 0:
			tails[n-1].text += sep + part
		}
		sep = s[at+len(part) : at+next]
		at += next
	}
	for i := range p.given {
		g := &p.given[i]
		p.words = append(p.words, g.attach(tails[i]))
		p.chinese = p.chinese || isHan(g.word)
	}
	p.words = append(p.words, "")
	p.own()
	return p, len(p.given) > 0
}

// own makes the owner of values the contact that they are for, if there is but
// one.
func (p *pieces) own() {
	owner := ""
	for _, g := range p.given {
		if g.field == nameField || owner != "" && g.owner != "" && g.owner != owner {
			return
		}
		owner = cmp.Or(owner, g.owner)
	}
	if owner != "" {
		p.given = append([]given{{field: nameField, text: owner}}, p.given...)
		p.words = append([]string{""}, p.words...)
		p.changes = true
	}
}

// clause is the first of a text, less what joins it to the next, and where that
// begins.
func clause(s string) (part string, next int) {
	for i, r := range s {
		if r != ' ' && isGap(r) {
			return s[:i], i + utf8.RuneLen(r)
		}
		for _, and := range []string{" and ", "和", "并且", "同时"} {
			if i > 0 && strings.HasPrefix(s[i:], and) {
				return s[:i], i + len(and)
			}
		}
	}
	return s, len(s)
}

// attach gives a value what follows it, if it belongs to it: a description may
// hold commas. Otherwise words are left, but none if the value is bad anyway.
func (g *given) attach(t tail) (words string) {
	value := strings.TrimRightFunc(g.text+t.sep+t.text, isGap)
	if _, _, problem := g.field.Clean(value); problem != nil {
		if _, _, problem := g.field.Clean(g.text); problem == nil {
			return t.text
		}
	}
	g.text = value
	return ""
}

// A tail is the clauses behind a value that give none themselves.
type tail struct{ sep, text string }

// plea is a message without the please in front.
func plea(s string) string {
	s, _ = cutWord(strings.TrimSpace(s), []string{"please", "pls"})
	return s
}

// restate reads one value; its word is what led to it. changing says that a
// clause before began with "change".
func restate(s string, changing bool) (given, bool) {
	s = plea(s)
	rest, ok := cutWord(s, toChange)
	if ok || changing {
		field, value, ok := strings.Cut(rest, " to ")
		f, owner := topicOf(strings.ToLower(field)), ""
		if f == nil {
			owner, f = owned(field)
		}
		if ok && f != nil && value != "" {
			return given{field: f, word: field, owner: owner, text: value}, true
		}
	}
	if g, ok := restateZH(s); ok {
		return g, true
	}
	for _, w := range is {
		field, value, ok := strings.Cut(s, w)
		if f := ownField(field); ok && f != nil {
			_, _, problem := f.Clean(value)
			meant := problem == nil || isShape(value) || f == phoneField && isNumber(value)
			if meant && !f.Literal && f != nameField {
				return given{field: f, word: w, text: value}, true
			}
		}
	}
	return given{}, false
}

// restateZH reads a value that is given as "手机改成138…", with 把 or 修改 before it
// also as "修改手机为138…", and whose it may be: 张三的手机.
func restateZH(s string) (given, bool) {
	rest, changes := led(s)
	for i, w := range slices.Concat(becomes, turnsInto) {
		field, value, ok := strings.Cut(rest, w)
		value = strings.TrimRight(unlead(value), "吧")
		if !ok || value == "" {
			continue
		}
		f, owner := ownField(field), ""
		if f == nil {
			owner, f = owned(strings.TrimSpace(field))
		}
		if f == nil {
			continue
		}
		if _, _, problem := f.Clean(value); i < len(becomes) || changes && problem == nil {
			return given{field: f, word: w, owner: owner, text: value}, true
		}
	}
	return given{}, false
}

// ownField is the field that "my phone number" or 我的手机号 names.
func ownField(words string) *Field {
	words = strings.TrimSpace(strings.ToLower(words))
	words = strings.TrimPrefix(strings.TrimPrefix(words, "the "), "my ")
	if owner, label, ok := cutLast(words, "的"); ok && slices.Contains(nobody, owner) {
		return Named(label)
	}
	return Named(words)
}
