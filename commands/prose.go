package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What Guess makes of the words around the values with a shape: labels in so
// many words, denials, the name and the description.

// links may stand between a label and its value, turns also alone before one.
var (
	links = []string{"is", "to", "not", "number", "address", "="}
	turns = []string{"新的是", "新的", "是", "为", "改成", "改为", "换成", "换为", "而是", "应该是", "应为", "现在是", "but"}
)

// unlabel takes the words before a value that only say what it is: "my mail is
// a@x.com", "手机 138…", "邮箱是a@x.com". Of 张三的手机是 the owner stays.
func (g *guesser) unlabel(f *Field, i int) {
	from, linked := i, false
	for k := i - 1; k >= 0 && k >= i-4 && g.use[k] == unused; k-- {
		w := strings.ToLower(strings.TrimLeftFunc(g.word(k), isWrapping))
		if len(w) > maxLabel {
			break
		}
		switch {
		case labels(w) == f:
			from = k
			if n := owner(w); n > 0 {
				if rest, _ := led(w[:n]); rest != "" {
					g.words[k].from += n - len(rest) // 把张三的手机
					g.words[k].start = g.words[k].from
					n = len(rest)
				}
				g.words[k].to = g.words[k].from + n
				g.words[k].end = g.words[k].to
				from = k + 1
			}
			linked = true
			continue
		case k+1 < i && Named(w+g.word(k+1)) == f:
			from, linked = k, true
			continue
		case linked && (w == "my" || w == "the" || w == "我的" || w == "and"):
			from = k
			continue
		case !linked && slices.Contains(turns, w):
			from = k
			continue
		case !linked && slices.Contains(links, w):
			continue
		}
		break
	}
	for k := from; k < i; k++ {
		g.use[k] = taken
	}
}

// labels is the field that Chinese words before a value name: 我的手机号是,
// 张三的手机不是.
func labels(words string) *Field {
	if len(words) > maxLabel {
		return nil
	}
	words = unlinked(words)
	if f := ofLabel(words); f != nil {
		return f
	}
	if at := strings.LastIndex(words, "的"); at > 0 {
		return ofLabel(words[at+len("的"):])
	}
	words, _ = led(words)
	_, f := owned(words)
	return f
}

// ofLabel is the field that a label names, also as "改手机" and 新号码.
func ofLabel(word string) *Field {
	if f := Named(word); f != nil || !isHan(word) {
		return f
	}
	word, _ = led(word)
	word = strings.TrimPrefix(strings.TrimPrefix(word, "我的"), "新")
	if word == "号码" || word == "号" {
		return phoneField
	}
	return Named(word)
}

// owner is how many bytes of a label say whose it is, if it is somebody with a
// name: 张三的手机.
func owner(words string) int {
	at := strings.LastIndex(words, "的")
	if at < 0 { // 修改张三手机
		rest, _ := led(unlinked(words))
		name, _ := owned(rest)
		if name == "" {
			return 0
		}
		return len(unlinked(words)) - len(rest) + len(name)
	}
	if at == 0 || slices.Contains(nobody, words[:at]) {
		return 0
	}
	return at
}

// nobody are owners without a name.
var nobody = []string{"我", "我们", "你", "您", "他", "她", "它", "本人", "自己", "我自己", "联系人", "大家",
	"公司", "单位", "个人", "工作", "私人", "值班", "团队", "部门", "办公", "接收", "报警", "告警", "通知", "原来", "之前", "新"}

// unlinked is a label without the link to its value: 手机是.
func unlinked(words string) string {
	words, _ = trimAny(words, []string{"不是", "不对", "改成", "改为", "换成", "是", "为", "叫"})
	return words
}

// A denial is a value that somebody says is not the one: 手机不是138….
type denial struct {
	field *Field
	i, n  int
}

// isDenied reports whether the words around the n words from the one at i say
// that these are not meant.
func (g *guesser) isDenied(i, n int) bool {
	before := strings.TrimRight(clipLeft(g.text[:g.words[i].start], maxLabel), " ")
	if strings.HasSuffix(before, "不是") || strings.HasSuffix(before, "不对") || strings.HasSuffix(before, " not") {
		return true
	}
	after := g.text[g.words[i+n-1].end:]
	_, ok := cutAny(after, []string{"不对", "错了", "填错了", "写错了", "是错的", "不用了", "作废"})
	return ok
}

// clipLeft cuts a text to its last n bytes at most, between characters.
func clipLeft(text string, n int) string {
	from := max(0, len(text)-n)
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return text[from:]
}

// settle drops what was denied where the right value was given, too; elsewhere
// it is left.
func (g *guesser) settle() {
	for _, d := range g.denied {
		if slices.ContainsFunc(g.values, func(v Value) bool { return v.Field == d.field }) {
			for k := range d.n {
				g.use[d.i+k] = taken
			}
		}
	}
	for i := range g.use {
		if g.use[i] == unused && isDenial(g.word(i)) {
			g.use[i] = failed
			g.isNot = i
			if len(g.denied) > 0 || len(g.values) > 0 {
				g.use[i] = taken // "手机号不对，改成139…"
			}
		}
	}
}

// isDenial reports whether a word says nothing but that a value is wrong:
// 手机号不对, or 不对 behind a number.
func isDenial(w string) bool {
	for _, end := range []string{"不对", "错了", "填错了", "写错了", "不用了"} {
		if s, ok := strings.CutSuffix(w, end); ok && (s == "" || labels(s) != nil) {
			return true
		}
	}
	return false
}

// prose takes the words without a shape: the name, then the description.
func (g *guesser) prose() {
	rest := g.unusedWords()
	if len(rest) > 0 && len(g.values) > 0 && isChange(g.word(rest[0])) {
		g.use[rest[0]] = taken // "change phone 139…"
		rest = rest[1:]
	}
	if rest = g.unremarked(rest); len(rest) == 0 {
		return
	}
	if len(g.values) > 0 && !slices.ContainsFunc(rest, func(i int) bool { return !isNoName(g.word(i)) }) {
		for _, i := range rest { // "please add a@x.com", "use 138… instead"
			g.use[i] = taken
		}
		return
	}
	if g.is(nameField) && !g.describes(rest) {
		rest = g.name(rest)
	}
	if len(rest) == 1 && isFluff(g.word(rest[0])) {
		g.use[rest[0]] = taken // "Bob please"
		return
	}
	if len(rest) == 0 || !g.is(descriptionField) {
		return
	}
	g.undescribe(rest)
	text := g.join(func(u use) bool { return u == unused })
	if inner, ok := unquote(text); ok {
		text = inner
	}
	if strings.ContainsFunc(text, isLetterOrDigit) && g.take(descriptionField, Unthanked(text)) {
		for _, i := range rest {
			g.use[i] = taken
		}
	}
}

// describes reports whether words begin with the name of the description.
func (g *guesser) describes(rest []int) bool {
	w := g.word(rest[0])
	return describedIn(w) < len(w) && describedIn(w) > 0 || len(rest) > 1 && labels(w) == descriptionField
}

// undescribe takes the name of the description off the words it begins.
func (g *guesser) undescribe(rest []int) {
	w := g.word(rest[0])
	if n := describedIn(w); 0 < n && n < len(w) {
		g.words[rest[0]].from += n
		g.words[rest[0]].start = g.words[rest[0]].from
		return
	}
	if len(rest) == 1 || labels(w) != descriptionField {
		return
	}
	g.use[rest[0]] = taken
	if next := g.word(rest[1]); len(rest) > 2 && (next == "is" || next == "是" || next == "为") {
		g.use[rest[1]] = taken
	}
}

// describedIn is how many bytes in front of a word only say that it is the
// description: 描述是数据库值班. Without 是, 说明书管理 is no label.
func describedIn(word string) int {
	for _, w := range descriptionField.Words.ZH {
		s, ok := strings.CutPrefix(strings.TrimPrefix(word, "我的"), w)
		if !ok {
			continue
		}
		rest, linked := cutAny(s, []string{"是", "为"})
		if linked || w == "描述" || w == "用途" || w == "备注" {
			return len(word) - len(rest)
		}
	}
	return 0
}

// unusedWords are the words without a use, less the slashes and dashes that
// separate values.
func (g *guesser) unusedWords() []int {
	var rest []int
	n := len(g.use)
	for i, u := range g.use {
		switch {
		case u != unused:
		case isDash(g.word(i)) && (i == 0 || i == n-1 || g.use[i-1] == taken || g.use[i+1] == taken),
			isJoint(g.word(i)) && i > 0 && i < n-1 && g.use[i-1] == taken && g.use[i+1] == taken:
			g.use[i] = taken
		default:
			rest = append(rest, i)
		}
	}
	return rest
}

// isJoint reports whether a word between two values only joins them.
func isJoint(word string) bool {
	switch strings.ToLower(word) {
	case "or", "and", "&", "或", "或者", "和", "以及", "还有":
		return true
	}
	return false
}

func isDash(word string) bool { return strings.Trim(word, "/|｜-–—+&") == "" }
