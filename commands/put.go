package commands

import (
	"strings"
	"unicode/utf8"
)

// Values that are put into the form by a word that does nothing else: "加个手机
// 138…", "also 138…", "use a@x.com instead", "改成 a@x.com".

var (
	// putting stand before a value, or before a field and its value. Longer ones
	// stand before their own beginnings.
	putting = []string{"also add", "also use", "also", "add", "use", "take", "it should be", "should be", "it is", "it's", "make it",
		"change it to", "change that to", "change to", "set it to", "set", "instead use", "instead"}
	puttingZH = []string{"也加上", "也加", "再加上", "再加一个", "再加个", "再加", "加上", "加一个", "加一下", "加个", "加", "补充一个", "补充", "补一个", "补个", "补上",
		"改成", "改为", "换成", "换为", "改用", "换用", "就用", "用", "应该是", "应当是", "应为"}
	// puttingToo are also how a registration begins: they need the field.
	puttingToo = []string{"添加一个", "添加", "增加一个", "增加", "新增一个", "新增"}
	// puttingLast stand behind the value.
	puttingLast = []string{" instead", " too", " as well", " please", "吧"}
	// putBehind stand between a field and its value: 手机也加上138….
	putBehind = []string{"也加上", "再加上", "加上", "也加", "也用", "改用", "就用"}
)

// put reads such a value.
func put(s string) (given, bool) {
	if len(s) > maxShape {
		return given{}, false
	}
	s = strings.TrimRight(Unthanked(s[skipWords(s, courtesies):]), " .。?？!！")
	for _, w := range puttingLast {
		if rest, ok := cutEndFold(s, w); ok {
			s = strings.TrimRight(rest, " ,")
		}
	}
	for _, w := range putBehind {
		label, value, ok := strings.Cut(s, w)
		if f := ownField(label); ok && f != nil && isChannel(f) && isValid(f, unlead(value)) {
			return given{field: f, word: w, text: unlead(value)}, true
		}
	}
	rest, ok := cutWord(s, putting)
	if !ok {
		if rest, ok = cutAny(s, puttingZH); !ok {
			s, _ = led(s)
			rest, ok = cutAny(s, puttingZH)
		}
		if !ok {
			if rest, ok = cutAny(s, puttingToo); !ok {
				return given{}, false
			}
			return putField(rest)
		}
	}
	if g, ok := putField(rest); ok {
		return g, true
	}
	return putShape(s[:len(s)-len(rest)], rest)
}

// putField reads a field and a valid value: "my phone 138…", 手机号是138….
func putField(s string) (given, bool) {
	s = strings.TrimLeft(s, " ")
	for _, my := range []string{"my ", "the ", "a ", "我的"} {
		if len(s) > len(my) && strings.EqualFold(s[:len(my)], my) {
			s = s[len(my):]
		}
	}
	var f *Field
	end := 0
	for i := range clip(s, maxLabel) {
		if i == 0 || s[i-1] == ' ' {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(s[i:]); isLatin(next) {
			continue // within a word
		}
		if named := Named(s[:i]); named != nil { // the longest: 手机号码
			f, end = named, i
		}
	}
	if f == nil || f == nameField {
		return given{}, false
	}
	value := strings.TrimLeft(s[end:], " :：=")
	value, linked := cutAny(value, []string{"是", "为", "is ", "to "})
	value = strings.TrimLeft(value, " ")
	if !isValid(f, value) || !isChannel(f) && !linked && s[end] != ' ' { // 加备注功能
		return given{}, false
	}
	return given{field: f, word: s[:end], text: value}, true
}

// putShape reads a value behind a lead that shows by its shape which field it is
// of.
func putShape(lead, s string) (given, bool) {
	s = unlead(s)
	if !isShape(s) {
		return given{}, false
	}
	for _, f := range table {
		if isChannel(f) && isValid(f, s) {
			return given{field: f, word: lead, text: s}, true
		}
	}
	return given{}, false
}

func isValid(f *Field, text string) bool {
	_, _, problem := f.Clean(text)
	return text != "" && problem == nil
}

// cutEndFold cuts a word from the end of text, in any case.
func cutEndFold(text, word string) (rest string, ok bool) {
	n := len(text) - len(word)
	if n <= 0 || !strings.EqualFold(text[n:], word) {
		return text, false
	}
	return text[:n], true
}

// more is how much of the words behind a value holds but further ones of the
// same field: "mail=a@x.com, b@x.com or c@x.com".
func more(f *Field, words string) int {
	if !isChannel(f) {
		return 0
	}
	at := 0
	for range maxAgain {
		rest := strings.TrimLeft(words[at:], " \n"+separators+"/|&")
		if s, ok := cutWord(rest, []string{"or", "and"}); ok {
			rest = s
		} else {
			rest, _ = cutAny(rest, []string{"或者", "或", "和", "以及", "还有"})
		}
		rest = strings.TrimLeft(rest, " ")
		n := f.extent(rest)
		if n == 0 || n > maxShape || !isValid(f, rest[:n]) {
			break
		}
		at = len(words) - len(rest) + n
	}
	return at
}
