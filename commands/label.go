package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxLabel is how many bytes the name of a field may have.
	maxLabel = 64
	// maxNear is how many unknown words of a message are compared with the
	// names of fields.
	maxNear = 64
)

// A label is a "mail=" in a text.
type label struct {
	start, value int // where it begins, where its value begins
	field        *Field
	word         string
	near         *Field
	prose        bool // it runs into the words of a description
}

// label reads the one whose "=" is at i and n bytes long. It does not reach back
// over floor. open is the field whose value the text may still belong to.
func (sc *scanner) label(floor, i, n int, open *Field) (label, bool) {
	s := sc.s
	end := floor + len(strings.TrimSuffix(s[floor:i], " "))
	bare := trimMarks(s[floor:end])
	marked := len(bare) < end-floor
	end = floor + len(bare)
	start, whole := wordStart(s, floor, end)
	l := label{start: start, value: i + n}
	if whole { // "1.mail", "--mail"
		start = end - len(strings.TrimLeft(s[start:end], "0123456789.-_"))
		whole = start < end
		if start-l.start > len("10.") {
			l.start = start
		}
	}
	l.word = s[start:end]
	if marked { // **mail**: …
		for k := 0; k < 2 && l.start > floor; k++ {
			r, size := utf8.DecodeLastRuneInString(s[floor:l.start])
			if !isWrapping(r) {
				break
			}
			l.start -= size
		}
	}
	for k := 0; k < 2 && l.value < len(s) && equals(s[l.value:]) > 0; k++ { // ":=", "=="
		l.value += equals(s[l.value:])
	}
	if l.value < len(s) && s[l.value] == ' ' {
		l.value++
	}

	whole = whole && mayPrecede(s, floor, l.start)
	if whole && l.start > floor && s[l.start-1] == ' ' { // "email address: …"
		first, _ := wordStart(s, floor, l.start-1)
		if f := byWord[labelKey(s[first:end])]; f != nil && first < l.start-1 && mayPrecede(s, floor, first) {
			l.start, l.word, l.field = first, s[first:end], f
			return l, true
		}
	}
	if whole {
		if l.field = byWord[labelKey(l.word)]; l.field != nil {
			return l, true
		}
	}
	if isHan(l.word) {
		if at := hanLabel(l.word); at > 0 {
			l.start, l.word = start+at, l.word[at:]
			l.field = byWord[labelKey(l.word)]
			if open == nil || !open.Literal {
				return l, true
			}
			if isFiller(s[start:l.start]) {
				l.start = start
				return l, true
			}
			l.prose = true
			return l, sc.isMeant(&l)
		}
	}
	// What follows a label at once is its value, whatever it looks like.
	return l, whole && (start > floor || floor == 0) && sc.isUnknown(&l, s[i] == '=' || strings.HasPrefix(s[i:], "＝"), open)
}

// isMeant reports whether a label within a description, as in 值班手机：138…, was
// meant as one: its value is valid, and is the first of its field.
func (sc *scanner) isMeant(l *label) bool {
	if sc.compared >= maxNear || sc.seen[l.field] {
		return false
	}
	sc.compared++
	region := clip(sc.s[l.value:], maxShape)
	if next := strings.IndexAny(region, "=:：＝"); next > 0 && !isURL(region[:wordExtent(region)]) {
		// There another label begins.
		start, _ := wordStart(region, 0, next)
		region = region[:start+hanLabel(region[start:next])]
	}
	_, _, problem := l.field.Clean(region[:l.field.extent(region)])
	return problem == nil
}

// isUnknown reports whether a word that names no field was meant to. Before "="
// it was, unless it stands in free text; before ":" only if it is a slip.
func (sc *scanner) isUnknown(l *label, isEqual bool, open *Field) bool {
	r, _ := utf8.DecodeRuneInString(l.word)
	if sc.unknown == maxUnknown || !unicode.IsLetter(r) || l.value == len(sc.s) || sc.s[l.value] == '\n' {
		return false
	}
	if sc.compared < maxNear {
		sc.compared++
		l.near = nearField(l.word, !isEqual)
	}
	before := strings.TrimSuffix(sc.s[:l.start], " ")
	last, _ := utf8.DecodeLastRuneInString(before)
	isProse := open != nil && open.Literal && !isGap(last)
	if l.near == nil && (!isEqual || isProse) {
		return false
	}
	sc.unknown++
	return true
}

// wordStart is where the word that ends at end begins, not before floor. whole
// is false if it is empty or too long for a label.
func wordStart(s string, floor, end int) (start int, whole bool) {
	start = end
	for start > floor {
		r, n := utf8.DecodeLastRuneInString(s[floor:start])
		if !isWordRune(r) {
			break
		}
		if end-(start-n) > maxLabel {
			return start, false
		}
		start -= n
	}
	return start, start < end
}

// isWordRune reports whether r is part of a word.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isLatin(r) || isDigit(r) || r == '_' || r == '-' || r == '.'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || isMark(r))
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// mayPrecede reports whether what stands before start leaves room for a label:
// in "?access_token=" or "a=b=c" it does not, nor, in the value of the label
// before, in "phone=tel:138". An empty Chinese value does: 姓名：手机：138.
func mayPrecede(s string, floor, start int) bool {
	if start > floor {
		r, _ := utf8.DecodeLastRuneInString(s[floor:start])
		return !strings.ContainsRune("=/?&@#%+\\$~＝", r)
	}
	if floor == 0 || s[floor-1] == ' ' {
		return true
	}
	r, _ := utf8.DecodeRuneInString(s[start:])
	return equals(s[floor-1:]) == 0 && (isHanRune(r) || !strings.HasSuffix(s[:floor], "：") && !strings.HasSuffix(s[:floor], "＝"))
}

// trimMarks takes up to two closing marks from the end of s: **mail**, 【邮箱】.
func trimMarks(s string) string {
	for range 2 {
		r, n := utf8.DecodeLastRuneInString(s)
		if n == 0 || !isWrapping(r) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// hanLabel is where in a word a known field name begins that ends it, as in
// 我的手机号, or 0: Chinese has no spaces. Before it, or in it first, stands a
// Chinese character or a digit.
func hanLabel(word string) int {
	const longest = 18 // bytes, of Chinese names: 钉钉群机器人
	prev := rune(0)
	for i, r := range word {
		if i > 0 && len(word)-i <= longest && (isHanRune(r) || isHanRune(prev) || isDigit(prev) || prev == '.') {
			if byWord[labelKey(word[i:])] != nil {
				return i
			}
		}
		prev = r
	}
	return 0
}

func isHanRune(r rune) bool { return r >= utf8.RuneSelf && unicode.Is(unicode.Han, r) }

// labelKey is a name as the table of spellings has it.
func labelKey(word string) string {
	if len(word) > maxLabel {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '_', '.', '\n':
			return -1
		}
		if r >= '⺀' { // Chinese, which has no case
			return r
		}
		return unicode.ToLower(r)
	}, word)
}

// nearField is the field whose name is one slip away. Strictly, a short name
// must have its letters swapped, doubled or lost: "main: " is no slip of mail.
func nearField(word string, strictly bool) *Field {
	key := labelKey(word)
	if len(key) < 3 {
		return nil
	}
	for _, f := range table {
		for _, w := range f.Words.EN {
			w = labelKey(w)
			if len(w) < 4 || !oneEdit(key, w) {
				continue
			}
			if strictly && len(w) < 5 && len(w) == len(key) && !swapped(key, w) {
				continue
			}
			return f
		}
	}
	return nil
}

// swapped reports whether two strings one edit apart have the same letters.
func swapped(a, b string) bool {
	sum := 0
	for i := range len(a) {
		sum += int(a[i]) - int(b[i])
	}
	return sum == 0
}
