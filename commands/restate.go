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
	lead := "" // what stands before the first value and is none
	for at := 0; at < len(s); {
		part, next := clause(s[at:])
		_, changes := cutWord(plea(part), toChange)
		changing = changing || changes
		g, ok := restate(part, changing, lead != "")
		twice := slices.ContainsFunc(p.given, func(other given) bool { return other.field == g.field })
		n := len(p.given)
		switch {
		case ok && !twice:
			p.given = append(p.given, g)
			tails = append(tails, tail{})
		case n == 0 && lead == "" && strings.TrimSpace(part) != "":
			if g, ok := restate(s, false, false); ok {
				p := &pieces{given: []given{g}, words: []string{"", ""}, chinese: isHan(g.word)}
				p.own()
				return p, true
			}
			lead = part
		case n == 0:
			lead += sep + part
		case tails[n-1].text == "":
			tails[n-1] = tail{sep: sep, text: part}
		default:
			tails[n-1].text += sep + part
		}
		sep = s[at+len(part) : at+next]
		at += next
	}
	if len(p.given) == 0 || lead != "" && strings.ContainsAny(s, "\"“「『〝«＂`") {
		return nil, false // what is quoted has no clauses
	}
	all := scan(lead)
	last := len(all.given) - 1
	within := last >= 0 && all.given[last].field != nil && all.given[last].field.Literal && all.words[last+1] == ""
	for i, g := range p.given {
		g.prose = within // "describe=DB on-call, use a@x.com" may mean neither
		all.words = append(all.words, g.attach(tails[i]))
		all.chinese = all.chinese || isHan(g.word)
		if n := slices.IndexFunc(all.given, func(other given) bool { return other.field == g.field }); n >= 0 {
			g.again = []string{all.given[n].text}
			all.given = slices.Delete(all.given, n, n+1)
			all.words[n] += " " + all.words[n+1]
			all.words = slices.Delete(all.words, n+1, n+2)
		}
		all.given = append(all.given, g)
	}
	all.own()
	return all, true
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
	if g.field.Literal {
		n := describing(value, func(*Field) bool { return false })
		value, words = strings.TrimRightFunc(value[:n], isGap), value[n:]
	}
	if _, _, problem := g.field.Clean(value); problem != nil {
		if _, _, problem := g.field.Clean(g.text); problem == nil {
			return t.text
		}
	}
	g.text = value
	return words
}

// A tail is the clauses behind a value that give none themselves.
type tail struct{ sep, text string }

// What may join a clause to the one before.
var (
	joints   = []string{"and", "also", "then", "but"}
	jointsZH = []string{"并且", "另外", "还有", "然后", "同时", "顺便", "并", "再"}
)

// plea is a clause without the please in front, and what joins it to another.
func plea(s string) string {
	s = strings.TrimSpace(s)
	rest, ok := cutWord(s, joints)
	if !ok {
		rest, _ = cutAny(rest, jointsZH)
	}
	rest = strings.TrimLeft(rest, " ")
	return rest[skipWords(rest, courtesies):]
}

// restate reads one value; its word is what led to it. changing says that a
// clause before began with "change". Surely, it has to say so in so many words:
// "我叫王小明，手机是138…" is no change.
func restate(whole string, changing, surely bool) (given, bool) {
	g, ok := restateAny(whole, changing, surely)
	if name := FullName(g.text); g.field == nameField && name != "" {
		g.text, g.joined = name, true
	}
	return g, ok
}

// restateAny is restate with a name as it was written.
func restateAny(whole string, changing, surely bool) (given, bool) {
	s := plea(whole)
	if g, ok := put(strings.TrimSpace(whole)); ok {
		return g, true
	}
	rest, ok := cutWord(s, toChange)
	if ok || changing {
		field, value, ok := strings.Cut(rest, " to ")
		f, owner := topicOf(strings.ToLower(field)), ""
		if f == nil {
			owner, f = owned(field)
		}
		if f != nil && !f.Literal {
			value = strings.TrimRight(value, "?？!！")
		}
		if ok && f != nil && value != "" {
			return given{field: f, word: field, owner: owner, text: value}, true
		}
	}
	if g, ok := restateZH(s); ok {
		return g, true
	}
	for _, w := range is {
		if surely && w != " should be " && !strings.HasPrefix(w, "应") {
			continue
		}
		field, value, ok := strings.Cut(s, w)
		if f := ownField(field); ok && f != nil {
			_, _, problem := f.Clean(value)
			meant := problem == nil || isShape(value) || f == phoneField && isNumber(value)
			if f.Literal || f == nameField { // "name is unique" is prose
				meant = problem == nil && corrects(s, w) && (f.Literal || !isLower(value))
			}
			if meant {
				return given{field: f, word: w, text: value}, true
			}
		}
	}
	return given{}, false
}

// corrects reports whether a clause says what a field should be rather than what
// it is: "the name should be Anna", 描述应该是支付值班.
func corrects(clause, link string) bool {
	_, own := cutWord(clause, []string{"the", "my"})
	return own && link == " should be " || strings.HasPrefix(link, "应")
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
