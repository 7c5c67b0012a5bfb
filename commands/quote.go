package commands

import (
	"strings"
	"unicode/utf8"
)

// closers are the marks that may close a quotation, by the one that opens it,
// likely ones first. Chinese keyboards easily give two of the same.
var closers = map[rune][]string{
	'"': {`"`}, '＂': {"＂"}, '“': {"”", "“"}, '”': {"”", "“"}, '„': {"“", "”"},
	'\'': {"'"}, '‘': {"’", "‘"}, '’': {"’"}, '`': {"`"},
	'「': {"」"}, '『': {"』"}, '〝': {"〞"}, '«': {"»"},
}

// opener is the quotation mark at the start of s and its length, 0 if there is
// none.
func opener(s string) (r rune, n int) {
	if s == "" {
		return 0, 0
	}
	switch s[0] {
	case '"', '\'', '`', "«"[0], "“"[0], "「"[0], "＂"[0]: // nearly all text ends here
	default:
		return 0, 0
	}
	r, n = utf8.DecodeRuneInString(s)
	if closers[r] == nil {
		return 0, 0
	}
	return r, n
}

// A quoter finds the ends of quotations. It remembers where there are none:
// without that, a text of opening marks would be searched over and over.
type quoter struct {
	s    string
	eol  int            // where the line ends that was looked at last
	none map[string]int // no such mark before this place
}

// quotation reads the one that begins at i, on one line: what is in it, and
// where the text goes on. end is 0 if none begins there.
func (q *quoter) quotation(i int) (inner string, end int) {
	r, n := opener(q.s[i:])
	if n == 0 {
		return "", 0
	}
	for _, c := range closers[r] {
		if at := q.closer(i+n, c); at >= 0 {
			return q.s[i+n : at], at + len(c)
		}
	}
	return "", 0
}

// closer is where mark c closes a quotation whose text begins at i, or -1.
func (q *quoter) closer(i int, c string) int {
	if i < q.none[c] {
		return -1
	}
	if q.eol < i {
		q.eol = len(q.s)
		if n := strings.IndexByte(q.s[i:], '\n'); n >= 0 {
			q.eol = i + n
		}
	}
	eol := q.eol
	for at := i; ; at += len(c) {
		n := strings.Index(q.s[at:eol], c)
		if n < 0 {
			break
		}
		at += n
		next, _ := utf8.DecodeRuneInString(q.s[at+len(c):])
		// In "it's" the mark is an apostrophe.
		if c != "'" && c != "’" || at+len(c) == eol || !isWordRune(next) {
			return at
		}
	}
	if q.none == nil {
		q.none = map[string]int{}
	}
	q.none[c] = eol
	return -1
}

// unquote is the text of a message that is one quotation and nothing else.
func unquote(s string) (inner string, ok bool) {
	s = strings.TrimSpace(s)
	r, n := opener(s)
	if n == 0 {
		return "", false
	}
	for _, c := range closers[r] {
		inner, ok := strings.CutSuffix(s[n:], c)
		if ok && !strings.Contains(inner, c) {
			return strings.TrimSpace(inner), true
		}
	}
	return "", false
}
