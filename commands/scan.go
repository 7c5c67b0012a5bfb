package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pieces are a message, taken apart into labelled values and words.
type pieces struct {
	given   []given  // a known field at most once
	words   []string // what stands before, between and behind them
	chinese bool     // a label is Chinese
	changes bool     // they say whose values they are: "张三的手机改成138…"
}

// A given value is one with a label.
type given struct {
	field  *Field
	word   string // the label of an unknown field
	owner  string // whose it is, if the words say so
	near   *Field // what may have been meant by it
	text   string
	joined bool     // the spaces of a name were replaced
	prose  bool     // the label stood in a description
	again  []string // what was given for the field before
}

// maxAgain is how many earlier values of a field are remembered.
const maxAgain = 4

type scanner struct {
	quoter
	compared, unknown, described int
	seen                         map[*Field]bool // the fields that have a label
}

// scan finds the labelled values of a folded text.
func scan(s string) *pieces {
	sc := &scanner{quoter: quoter{s: s}, seen: map[*Field]bool{}}
	labels := sc.labels()
	p := &pieces{}
	from := 0
	at := map[*Field]int{}
	for i, l := range labels {
		p.words = append(p.words, s[from:l.start])
		p.chinese = p.chinese || isHan(s[l.start:l.value])
		end := len(s)
		if i+1 < len(labels) {
			end = labels[i+1].start
		}
		g := given{field: l.field, word: l.word, near: l.near, prose: l.prose}
		g.text, from = sc.value(l, end)
		if n, ok := at[l.field]; ok && l.field != nil {
			before := p.given[n]
			if g.again = before.again; len(g.again) == maxAgain {
				g.again = slices.Delete(g.again, 0, 1)
			}
			g.again = append(g.again, before.text)
			p.given[n] = g
			continue
		}
		at[l.field] = len(p.given)
		p.given = append(p.given, g)
	}
	p.words = append(p.words, s[from:])
	return p
}

// value is what a label gives, and where the text goes on. Without quotes it
// ends at the latest where the next label begins.
func (sc *scanner) value(l label, end int) (text string, next int) {
	region := sc.s[l.value:end]
	if inner, to := sc.quotation(l.value); to > 0 && to <= end {
		return strings.TrimSpace(inner), to
	}
	n := 0
	if _, mark := opener(region); mark > 0 {
		// The quotation has no end: take the line, less what has a label.
		if n = strings.IndexByte(region, '\n'); n < 0 {
			n = len(region)
		}
		return strings.TrimSpace(strings.Trim(region[mark:n], separators)), l.value + n
	}
	if l.field != nil {
		n = l.field.extent(region)
	} else {
		n = wordExtent(region)
	}
	if l.field != nil && l.field.Literal && sc.described < maxTries {
		sc.described++
		n = describing(region[:n], func(f *Field) bool { return sc.seen[f] })
	}
	text = strings.TrimRight(region[:n], " \n"+separators)
	if end < len(sc.s) && n == len(region) {
		text = strings.TrimSuffix(text, "。")
	}
	return text, l.value + n
}

// labels finds them, outside URLs and quotations.
func (sc *scanner) labels() []label {
	s := sc.s
	var found []label
	floor := 0 // a label can't reach back over this
	for i := 0; i < len(s); {
		if n := equals(s[i:]); n > 0 {
			if strings.HasPrefix(s[i:], "://") {
				i += urlExtent(s[i:])
				continue
			}
			var open *Field
			if len(found) > 0 {
				open = found[len(found)-1].field
			}
			l, ok := sc.label(floor, i, n, open)
			if !ok {
				i += n
				continue
			}
			found = append(found, l)
			sc.seen[l.field] = true
			floor, i = l.value, l.value
			if _, end := sc.quotation(i); end > 0 {
				floor, i = end, end
			}
			continue
		}
		if isOpening(s, i) {
			if _, end := sc.quotation(i); end > 0 && s[i] != '\'' {
				// What is quoted has no labels, but may be one: {"mail": "…"}.
				i = end
				continue
			}
		}
		i++
	}
	return found
}

// isOpening reports whether a quotation may begin at i: at the start of a word.
func isOpening(s string, i int) bool {
	if _, n := opener(s[i:]); n == 0 {
		return false
	}
	if i == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return !isWordRune(r) && r != utf8.RuneError || isHan(string(r))
}

// equals is the length of the "=" or ":" at the start of s, 0 if there is none.
func equals(s string) int {
	switch s[0] {
	case '=', ':':
		return 1
	case 0xEF:
		if strings.HasPrefix(s, "：") || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "﹕") || strings.HasPrefix(s, "﹦") {
			return len("：")
		}
	}
	return 0
}
