package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What the words of a short message come to, when there are more of them than
// one phrase: "好的，提交", "那就这样吧", "没问题提交吧".

// What may stand around a phrase and change nothing about it. A submission
// cannot be taken back: only affirming ones may stand around Yes, for 我想确认一下
// is no assent.
var (
	ahead     = []string{"麻烦", "帮我", "帮忙", "我想要", "我想", "我要", "请", "先"}
	affirming = []string{"那就", "那", "就", "直接"}
	behind    = []string{"一下", "下", "吧", "啊", "呀", "啦", "哈", "哦", "噢", "呢", "嘛", "呗", "喽", "咯"}
	// behindMost stand behind answers only: 登记了 is no order.
	behindMost = []string{"了", "的"}
)

// maxAround is how many of them may stand around one phrase.
const maxAround = 3

// meant is the verb that a message comes to, as verbKey has it, or None.
func meant(key string) Verb {
	if v, ok := said[key]; ok {
		return v
	}
	if asksForLink(key) {
		return Me
	}
	verb := None
	for rest := key; rest != ""; {
		part, next := phrase(rest)
		rest = strings.TrimLeft(rest[next:], phraseGaps)
		if part == "" {
			continue
		}
		v := single(part)
		if v == None {
			return None
		}
		if verb = together(verb, v); verb == None {
			return None
		}
	}
	return verb
}

// phraseGaps stand between the phrases of a message.
const phraseGaps = " " + stops + "!！~～…"

// phrase is the first part of a message that may be a phrase, and where it ends.
// English phrases hold spaces, Chinese ones do not.
func phrase(s string) (part string, end int) {
	for i, r := range s {
		switch {
		case r == ' ':
			next, _ := utf8.DecodeRuneInString(s[i+1:])
			last, _ := utf8.DecodeLastRuneInString(s[:i])
			if isHanRune(next) || isHanRune(last) {
				return s[:i], i
			}
		case strings.ContainsRune(phraseGaps, r):
			return s[:i], i
		}
	}
	return s, len(s)
}

// together is what two verbs come to that follow each other, None if they
// contradict: "好的，跳过" is Skip, "没有了，提交" is Yes.
func together(a, b Verb) Verb {
	switch {
	case a == None, a == b, a == Hello:
		return b
	case b == Hello:
		return a
	case b == Wait, a == Wait && b == No:
		return Wait // "没有，等一下"
	case a == Yes && b != Delete, a == Skip && b == Yes, a == Continue && b == Yes:
		return b
	case a == No || a == Cancel || a == Wait:
		switch b {
		case Skip, New, Back, Cancel, No, Why, Help, Me:
			return b
		}
	}
	return None
}

// single is the verb of one phrase, with what may stand around it, or of several
// that run into each other and mean the same.
func single(s string) Verb {
	if v, ok := said[s]; ok {
		return v
	}
	if v := around(s); v != None {
		return v
	}
	if isGreeting(s) {
		return Hello
	}
	return repeated(s)
}

// around is the verb of a phrase with something around it.
func around(s string) Verb {
	var denied []Verb // what the words around don't go with
	for range maxAround {
		if rest, ok := cutAny(s, affirming); ok {
			s = rest
		} else if rest, ok := cutAny(s, ahead); ok {
			s, denied = rest, append(denied, Yes, Hello)
		} else if rest, ok := trimAny(s, behind); ok {
			if strings.HasSuffix(s, "下") {
				denied = append(denied, Yes)
			}
			s = rest
		} else if rest, ok := trimAny(s, behindMost); ok {
			s, denied = rest, append(denied, Register, New, Delete, Show, Help, Why, Me, Hello)
			if rest == "对" {
				denied = append(denied, Yes) // 对了 is "by the way"
			}
		} else {
			return None
		}
		if v := said[s]; v != None && !slices.Contains(denied, v) {
			return v
		}
	}
	return None
}

// trimAny cuts one of the words from the end of text.
func trimAny(text string, words []string) (rest string, ok bool) {
	for _, w := range words {
		if rest, ok := strings.CutSuffix(text, w); ok && rest != "" {
			return rest, true
		}
	}
	return text, false
}

// repeated is the verb of phrases that run into each other, or have but a space
// between them: 好的好的, 没问题提交吧, "yes submit it". Single characters do so only
// if they are the same: 行好 is a word.
func repeated(s string) Verb {
	if cut, _ := trimAny(s, behind); !strings.HasSuffix(s, "下") {
		s = cut
	}
	verb, first, long := None, "", false
	for s != "" {
		w := longest(s)
		if w == "" {
			return None
		}
		v := said[w]
		switch v {
		case Yes, Hello, Why, Cancel, Skip, Wait:
		case No:
			if first != "" && first != w {
				return None
			}
		default:
			return None
		}
		if verb != None && verb != v {
			return None
		}
		if utf8.RuneCountInString(w) > 1 {
			long = true
		} else if !long && first != "" && first != w {
			return None
		}
		if first == "" {
			first = w
		}
		verb = v
		s = strings.TrimLeft(s[len(w):], " ")
	}
	return verb
}

// maxPhrase is how many bytes the longest phrase has that runs into another.
const maxPhrase = 24

// longest is the longest phrase that s begins with.
func longest(s string) string {
	for n := len(clip(s, maxPhrase)); n > 0; n-- {
		if n < len(s) && !utf8.RuneStart(s[n]) || said[s[:n]] == None {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(s[:n])
		next, _ := utf8.DecodeRuneInString(s[n:])
		if n == len(s) || isHanRune(last) || !isWordRune(next) || isHanRune(next) {
			return s[:n]
		}
	}
	return ""
}

// sign is the verb of a message that has no word in it.
func sign(text string) Verb {
	lower := strings.ToLower(strings.TrimSpace(text))
	if name, _, ok := strings.Cut(lower, "::skin-tone-"); ok {
		lower = name + ":"
	}
	if v, ok := signNames[lower]; ok {
		return v
	}
	verb := None
	for _, r := range text {
		if r == ' ' || r == '\uFE0F' || 0x1F3FB <= r && r <= 0x1F3FF { // a space, a colour
			continue
		}
		v := signs[r]
		if v == None || verb != None && v != verb {
			return None
		}
		verb = v
	}
	return verb
}

// The words of somebody who waits for a link: 我一直没收到激活邮件, 重发激活链接.
var (
	linkMissing = []string{"没有收到", "没收到", "收不到", "未收到", "没看到", "过期了", "失效了", "打不开"}
	linkAgain   = []string{"重新发送", "重新发", "重发", "再发", "补发"}
	linkThings  = []string{"激活", "邮件", "短信", "链接", "报警", "告警"}
	linkTalk    = []string{"怎么办", "到现在", "怎么", "一直", "我", "还", "也", "都", "的", "那个", "了", "一次", "一遍", "一下", "一封", "一条", "给我", "请", "帮我", "麻烦", "能不能", "能", "可以", "吗", "吧", "啊", "呢", "，", ",", " "}
)

// asksForLink reports whether a message has such words and no others.
func asksForLink(key string) bool {
	missing, again, thing, first := false, false, false, true
	for s := key; s != ""; {
		if rest, ok := cutAny(s, linkMissing); ok {
			missing, first, s = true, false, rest
		} else if rest, ok := cutAny(s, linkAgain); ok {
			again = again || first || strings.Contains(key, "激活")
			first, s = false, rest
		} else if rest, ok := cutAny(s, linkThings); ok {
			thing, first, s = true, false, rest
		} else if s, ok = cutAny(s, linkTalk); !ok {
			return false
		}
	}
	return again || missing && (thing || len(key) <= len("没有收到了"))
}
