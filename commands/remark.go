package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What is said around values and is none itself: greetings, assent, "我换号了".

// unremarked takes the words that are but talk before and between the others:
// "你好，张三，138…", "我换号了，新手机139…", and of "李四，不对，张三" what was wrong.
func (g *guesser) unremarked(rest []int) []int {
	if !g.is(nameField) {
		return rest
	}
	for len(rest) > 0 && (len(rest) > 1 || len(g.values) > 0) {
		w := strings.ToLower(clip(g.word(rest[0]), maxOrder))
		v := said[w]
		talk := isHan(w) && (v == Yes || v == No) || slices.Contains(greetings, w) || isHan(w) && isGreeting(w)
		if len(g.values) > 0 && !talk {
			_, about := topical(w) // "没有手机，邮箱a@x.com"
			talk = isRemark(w) || about && isHan(w)
		}
		if !talk {
			break
		}
		g.use[rest[0]] = taken
		rest = rest[1:]
	}
	if len(rest) == 0 || g.isNot < 0 {
		return rest
	}
	right := g.isNot + 1
	if right == len(g.use) || g.use[right] != unused || rest[0] != right && rest[0] != g.isNot-1 {
		return rest
	}
	name, _ := cutAny(g.word(right), should)
	if _, _, problem := nameField.Clean(name); problem != nil || isOrder(name) {
		return rest
	}
	g.words[right].from = g.words[right].to - len(name)
	g.words[right].start = g.words[right].from
	g.use[g.isNot] = taken
	if rest[0] != right {
		g.use[rest[0]] = taken
		rest = rest[1:]
	}
	return rest
}

// isRemark reports whether a word says only that something changes: 我换号了.
func isRemark(word string) bool {
	if len(word) > maxLabel || !isHan(word) {
		return false
	}
	changes := false
	for s := word; s != ""; {
		if rest, ok := cutAny(s, remarkChanges); ok {
			changes, s = true, rest
		} else if s, ok = cutAny(s, remarkWords); !ok {
			return false
		}
	}
	return changes
}

var (
	remarkChanges = []string{"换", "改", "变", "停用", "停机"}
	remarkWords   = []string{"我的", "我", "手机号码", "手机号", "手机", "号码", "号", "电话", "邮箱", "邮件", "钉钉", "机器人", "原来的", "之前的", "旧", "已经", "最近", "今天", "刚刚", "刚", "都", "要", "想", "需要", "一下", "个", "成", "更", "新", "过", "了", "啦", "的"}
)

// isOrder reports whether a Chinese word is a verb or is about a field, and no
// name.
func isOrder(word string) bool {
	if len(word) > maxOrder || !isHan(word) {
		return false
	}
	_, ok := topical(word)
	return ok || meant(word) != None
}

// isTalk reports whether a word speaks about a field, so that it is no name:
// 值班手机是公用的.
func isTalk(word string) bool {
	if len(word) > maxName*utf8.UTFMax {
		return false // too long for a name anyway
	}
	for _, f := range table {
		for _, w := range f.Words.ZH {
			_, after, ok := strings.Cut(word, w)
			if _, is := cutAny(after, []string{"是", "不是", "不对"}); ok && is {
				return true
			}
		}
	}
	return false
}
