package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How people introduce themselves when they are asked for a name. Longer ones
// stand before their own beginnings.
var (
	// naming speak of a name in so many words, presenting may as well be talk:
	// "it's broken". Only naming ones make a correction.
	naming   = []string{"my name is", "the name is", "name is", "the name should be", "my name should be", "you can call me", "just call me", "call me"}
	namingZH = []string{"我的名字应该是", "我的名字是", "我的名字叫", "我的姓名是", "联系人姓名是", "名字应该是", "名字是", "名字叫", "名字改成",
		"姓名应该是", "姓名是", "姓名为", "姓名叫", "你可以叫我", "可以叫我", "本人姓名", "本人叫", "本人是", "就叫我", "就叫", "叫我", "我叫"}
	presenting   = []string{"i am", "i'm", "im", "it's", "it is", "this is"}
	presentingZH = []string{"我就是", "我是", "本人"}
	// politeEN and politeZH stand behind a name, the Chinese only behind one that
	// was introduced.
	politeEN = []string{" please", " pls", " plz", " thanks", " thank you"}
	politeZH = []string{"就可以了", "就行了", "就好了", "就可以", "就行", "就好", "即可", "好了", "吧"}
)

// named is the name that naming words introduce, as it was typed.
func named(text string) (name string, ok bool) {
	if name, ok = introduced(text, naming, namingZH); !ok {
		return "", false
	}
	_, _, problem := nameField.Clean(name)
	return name, problem == nil
}

// introduced is what follows one of the introductions.
func introduced(text string, en, zh []string) (name string, ok bool) {
	text = strings.ReplaceAll(strings.TrimFunc(text, isAround), "’", "'")
	name, ok = cutWord(text, en)
	if !ok {
		name, ok = cutAny(text, zh)
	}
	if name = strings.TrimFunc(name, func(r rune) bool { return isAround(r) || r == ':' || r == '：' }); !ok || name == "" {
		return text, false
	}
	for _, tail := range politeZH {
		if s, ok := strings.CutSuffix(name, tail); ok && len(s) >= minName*len("吧") {
			return s, true
		}
	}
	return name, true
}

// unintroduced is a plain name without the introductions before it and the
// courtesy behind: all of them, so that what is left stays as it is.
func unintroduced(text string) string {
	if len(text) > maxLead+maxName*utf8.UTFMax {
		return text // too long for a name anyway
	}
	for before := ""; text != before; {
		before = text
		for _, tail := range politeEN {
			if n := len(text) - len(tail); n > 0 && strings.EqualFold(text[n:], tail) {
				text = strings.TrimRightFunc(text[:n], isAround)
			}
		}
		if name, ok := introduced(text, naming, namingZH); ok {
			text = name
		}
		if name, ok := introduced(text, presenting, presentingZH); ok {
			text = name
		}
	}
	return text
}

var nameSentence = Text{
	EN: "that looks like a sentence; send just the name",
	ZH: "这像一句话，不像姓名；只发姓名就行",
}

const (
	// maxSureName is how many Chinese characters always pass as a name: 欧阳娜娜.
	maxSureName = 4
	// talk has the characters that make a sentence of a longer text: 什 and 怎 are
	// those of 什么 and 怎么.
	talk = "我你什怎吗呢要不能哪把"
)

// nouns are words that hold such a character and mean nothing by it: teams are
// called so, and Uyghur names hold 阿不.
var nouns = strings.NewReplacer("智能", "", "性能", "", "功能", "", "能源", "", "能力", "", "能效", "", "节能", "", "储能", "",
	"重要", "", "主要", "", "要素", "", "哪吒", "", "不动产", "", "不锈钢", "", "阿不", "", "艾不", "", "吾不", "", "把关", "", "把控", "")

// isSentence reports whether a Chinese text is talk rather than a name.
func isSentence(text string) bool {
	if len(text) <= maxSureName*len("中") {
		return soundsZH(text) // 怎么写
	}
	han := 0
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	return han > maxSureName && strings.ContainsAny(nouns.Replace(text), talk)
}

// introductions may stand before a name.
var introductions = [][]string{
	{"my", "name", "is"}, {"the", "name", "is"}, {"name", "is"}, {"this", "is"}, {"i", "am"}, {"i'm"}, {"i’m"}, {"it's"}, {"it’s"}, {"call", "me"}, {"name"},
	{"我", "叫"}, {"我", "是"}, {"我叫"}, {"我是"}, {"联系人"}, {"姓名"}, {"名字"}, {"名称"}, {"姓名是"}, {"名字是"}, {"我的名字是"},
	{"名字", "是"}, {"名字", "叫"}, {"名字叫"}, {"姓名", "是"}, {"姓名为"}, {"我的名字叫"},
}

// introduction is how many of the words only introduce the name.
func (g *guesser) introduction(rest []int) int {
	for _, words := range introductions {
		if len(rest) <= len(words) {
			continue
		}
		same := true
		for k, w := range words {
			same = same && strings.EqualFold(g.word(rest[k]), w)
		}
		if same {
			return len(words)
		}
	}
	return 0
}

// nameIn is a word without an introduction that runs into the name: 我叫王小明,
// 联系人姓名是张三.
func nameIn(word string) string {
	for _, lead := range []string{"我的名字", "联系人姓名", "联系人名称", "姓名", "名字", "名称", "联系人"} {
		name, ok := strings.CutPrefix(word, lead)
		if !ok {
			continue
		}
		link := false
		name, link = cutAny(name, []string{"是", "叫", "为"})
		if name != "" && (link || lead == "姓名" || lead == "名字") {
			return name
		}
	}
	if name, ok := cutAny(word, []string{"我叫", "我是"}); ok && name != "" {
		return name
	}
	return word
}
