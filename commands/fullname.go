package commands

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names in words without a label: which words are none, and first names with
// their last ones.

// noNames are words that are said around a name and that a guess must never take
// for one: a contact that is called "no" or "please" is worse than one that is
// asked for. articles begin a description.
var (
	noNames = strings.Fields("no not nope yes yeah yep ok okay wait please pls plz kindly sorry oops oh hmm well thanks thank thx hi hello hey dear actually " +
		"me myself us mine it its that's these those and or but also too instead so to for from with by as at via " +
		"add put use set get change edit update modify correct fix register registered registration sign signup enroll contact new another wrong typo is are was be should " +
		"请 麻烦 帮我 帮忙 给我 谢谢 多谢 感谢 你好 您好 嗨 不 不是 不对 是 是的 好 好的 对 嗯 哦 抱歉 不好意思 我 我的 我要 我想 你 还有 以及 另外 也 或 或者 和 加 加上 添加 再加 改 改成 改为 换成 登记 注册 修改 更新 就 那")
	articles = strings.Fields("the a an our my your this that 这 那个 这个 我们 我们的")
)

// isNoName reports whether a word, with the marks behind it, is one of noNames
// or articles.
func isNoName(word string) bool {
	if len(word) > maxLabel {
		return false
	}
	word = bareWord(word)
	return aside[word]
}

// aside has the words of all these lists.
var aside = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range slices.Concat(noNames, articles, english) {
		m[w] = true
	}
	return m
}()

// isArticle reports whether a word begins a description rather than a name.
func isArticle(word string) bool {
	word = bareWord(clip(word, maxLabel))
	return slices.Contains(articles, word) || slices.Contains(english, word)
}

func bareWord(word string) string {
	word = strings.TrimFunc(word, func(r rune) bool { return isAround(r) || strings.ContainsRune("?!？！:：~～", r) })
	return strings.ToLower(strings.ReplaceAll(word, "’", "'"))
}

// maxNameWords is how many words a first and a last name have together.
const maxNameWords = 3

// FullName is the name that CloudMonitor allows for a first and a last name, in a
// text that is nothing else: "Bob_Smith" for "I am Bob Smith". Otherwise it is
// "".
func FullName(text string) string {
	if len(text) > maxLead+maxName*utf8.UTFMax {
		return ""
	}
	words := strings.Fields(unintroduced(strings.TrimFunc(text, isAround)))
	if len(words) < 2 || len(words) > maxNameWords {
		return ""
	}
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(r) {
			return ""
		}
	}
	name, _, problem := nameField.Clean(nameFrom(strings.Join(words, " ")))
	if problem != nil {
		return ""
	}
	return name
}

// fullName is how many words of rest are one person's name, beginning with the
// nth, and the name. There is one where two or three words with capitals stand
// before a comma, a bar, the end or a value.
func (g *guesser) fullName(rest []int, n int) (name string, words int) {
	end := n
	for end < len(rest) && end-n <= maxNameWords && isNamePart(g.word(rest[end])) &&
		(end == n || g.follows(rest[end-1], rest[end]) && !endsSentence(g.word(rest[end-1]))) {
		end++
	}
	if end-n < 2 || end-n > maxNameWords {
		return "", 0
	}
	last := rest[end-1]
	if end < len(rest) && g.follows(last, rest[end]) && !endsSentence(g.word(last)) {
		own := g.word(rest[end]) // Ann Lee 李安
		if !isSurnamed(own) {
			return "", 0
		}
		last, end = rest[end], end+1
	}
	name, _, problem := nameField.Clean(nameFrom(g.text[g.words[rest[n]].from:g.words[last].to]))
	if problem != nil {
		return "", 0
	}
	return name, end - n
}

// follows reports whether word b stands behind word a with but a space between
// them.
func (g *guesser) follows(a, b int) bool {
	return b == a+1 && g.text[g.words[a].to:g.words[b].from] == " " && !isDash(g.word(b))
}

// endsSentence reports whether a word has a full stop that is not an initial's.
func endsSentence(word string) bool { return len(word) > len("J.") && strings.HasSuffix(word, ".") }

// maxLines is how many lines of a message are looked at for a name.
const maxLines = 64

// lined is a text on one line. A name on a line of its own, as in a signature,
// gets a comma: it ends there.
func lined(text string) string {
	at := strings.IndexByte(text, '\n')
	if at < 0 {
		return text
	}
	var b strings.Builder
	for n := 0; at >= 0 && n < maxLines; n++ {
		b.WriteString(text[:at])
		words := strings.Fields(clip(text[:at], maxLead))
		if n := len(words); 2 <= n && n <= maxNameWords && !slices.ContainsFunc(words, func(w string) bool { return !isNamePart(w) }) {
			b.WriteByte(',')
		}
		b.WriteByte(' ')
		text = text[at+1:]
		at = strings.IndexByte(text, '\n')
	}
	b.WriteString(line(text))
	return b.String()
}

// isNamePart reports whether a word is written as part of a name: Smith, O'Brien,
// or the initial J. "ECS" is not.
func isNamePart(word string) bool {
	if len(word) > maxName || word == "" || !unicode.IsUpper(rune(word[0])) || isNoName(word) {
		return false
	}
	if len(word) == 1 || len(word) == 2 && word[1] == '.' {
		return true
	}
	return strings.ContainsFunc(word, unicode.IsLower) &&
		strings.Trim(strings.ToLower(strings.TrimSuffix(word, ".")), "abcdefghijklmnopqrstuvwxyz'’-") == ""
}

// name takes the name and the talk before it, and returns the words that are left.
func (g *guesser) name(rest []int) []int {
	from, n := 0, g.introduction(rest)
	for n == 0 && from < len(rest)-1 && isNoName(g.word(rest[from])) && !isArticle(g.word(rest[from])) {
		from++
		n = g.introduction(rest[from:])
	}
	n += from
	name, words := g.fullName(rest, n)
	if words == 0 {
		name, words = nameIn(g.word(rest[n])), 1
		if s, ok := strings.CutPrefix(name, "联系人"); ok && len(g.values) > 0 && isSurnamed(s) {
			name = s
		}
		name = unparticled(name)
		if n == from && isLower(name) && (from > 0 || g.first >= 0 && g.first < rest[n] && g.is(descriptionField)) {
			return rest // "please help a@x.com", "a@x.com, payments"
		}
	}
	if isNoName(name) || isTalk(name) || isOrder(name) || !g.take(nameField, name) {
		return rest
	}
	for _, i := range rest[:n+words] {
		g.use[i] = taken
	}
	return g.unusedWords()
}

// isLower reports whether a word begins with a lower-case letter.
func isLower(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsLower(r)
}
