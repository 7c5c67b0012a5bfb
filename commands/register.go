package commands

import (
	"strings"
	"unicode/utf8"
)

// maxLead is how many bytes of a message may go by before the word "register".
const maxLead = 96

// The pieces of "could you please register me as an alert contact: …" and of
// "你好，麻烦帮我登记一下：…". In each list longer ones stand before their own
// beginnings.
var (
	courtesies   = strings.Fields("please pls kindly i'd i'm i’d i’m i would like want need to can could you let me just")
	registerEN   = []string{"register", "signup", "sign-up", "sign up", "enroll"}
	addEN        = []string{"add me", "add myself", "add a contact", "add a new contact", "add contact"}
	afterEN      = []string{"me as an alert contact", "me as a contact", "as an alert contact", "as a contact", "me as", "me please", "me for alerts", "me", "myself", "us", "an alert contact", "a new contact", "a contact", "as", "please", "now"}
	courtesiesZH = []string{"请", "麻烦", "帮忙", "帮我", "给我", "我想要", "我想", "我要", "我需要", "需要", "想要", "你", "您", "一下"}
	registerZH   = []string{"登记", "注册", "添加", "登記", "註冊"}
	afterZH      = []string{"一下", "我自己", "我为", "我", "自己", "一个", "新", "报警", "告警", "联系人", "吧"}
)

// prefixed reads a message that begins with Register: the rest of it, and
// whether it does. evidence says that the message holds values, so that what
// would otherwise be words (注册中心, "registry") can be meant as the verb.
func prefixed(text string, evidence bool) (rest string, ok bool) {
	if rest, ok = prefixedZH(text, evidence); ok {
		return rest, true
	}
	at := skipWords(text, courtesies)
	for _, words := range [][]string{registerEN, addEN} {
		if rest, ok := cutWord(text[at:], words); ok {
			rest, _ = cutWord(rest, afterEN)
			return unlead(withoutList(rest)), true
		}
	}
	// "regster name=Alice …"; without values "registers" is a word of its own.
	if first, rest, _ := strings.Cut(text, " "); len(first) < 12 && oneEdit(strings.ToLower(first), "register") &&
		(evidence || !strings.EqualFold(first, "registers")) {
		return unlead(rest), true
	}
	return text, false
}

// withoutList drops "to the on-call list" behind "add me".
func withoutList(text string) string {
	rest, ok := cutWord(text, []string{"to", "for", "on", "in"})
	if !ok {
		return text
	}
	clause := clip(rest, maxLead)
	if end := strings.IndexAny(clause, ",;:，；：\n"); end >= 0 {
		clause = clause[:end]
	}
	for i := range clause {
		if i > 0 && clause[i-1] != ' ' {
			continue
		}
		if after, ok := cutWord(rest[i:], []string{"list", "rota", "roster", "rotation", "contacts", "alerts", "group"}); ok {
			return after
		}
	}
	if strings.HasPrefix(text, "to ") && !hasShape(clause) { // "add me to on-call"
		return rest[len(clause):]
	}
	return text
}

func prefixedZH(text string, evidence bool) (rest string, ok bool) {
	rest = text
	polite := false
	for len(text)-len(rest) < maxLead {
		s, ok := cutAny(rest, courtesiesZH)
		if !ok {
			break
		}
		rest, polite = strings.TrimLeft(s, " "), true
	}
	rest, ok = cutAny(rest, registerZH)
	if !ok {
		return text, false
	}
	for {
		s, ok := cutAny(rest, afterZH)
		if !ok {
			break
		}
		rest, polite = s, true
	}
	if !polite && !(evidence && isPerson(rest)) && isHan(clip(rest, len("中"))) {
		return text, false
	}
	return unlead(rest), true
}

// compounds are what 登记, 注册 and 添加 may stand before as part of a noun.
var compounds = []string{"中心", "系统", "服务", "平台", "业务", "功能", "接口", "流程", "页", "表", "网关", "模块", "机", "处", "簿", "链路", "成功", "失败", "剂"}

// isPerson reports whether the Chinese word right behind Register may be a
// person's name: 登记张三，138… is meant so, 注册中心值班 a@x.com is not.
func isPerson(rest string) bool {
	if _, ok := cutAny(rest, compounds); ok {
		return false
	}
	word := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return !isHanRune(r) }); end >= 0 {
		word = rest[:end]
	}
	const longest = 4 // 欧阳小明
	return len(word) <= longest*len("中")
}

// greeted is a message without the greeting it begins with.
func greeted(text string) (rest string, ok bool) {
	for _, p := range phrasings {
		if p.verb != Hello {
			continue
		}
		if rest, ok := cutAny(text, p.zh); ok {
			return unlead(rest), true
		}
		if rest, ok := cutWord(text, p.en); ok {
			return unlead(rest), true
		}
	}
	return text, false
}

// addressed is a message without the bot's own name in front.
func addressed(text string) string {
	rest, ok := cutWord(text, []string{"/contactbot", "/contact", "@contactbot", "contactbot"})
	if !ok {
		return text
	}
	if strings.HasPrefix(rest, "=") {
		return text
	}
	return unlead(rest)
}

// unlead drops what separates a lead from what follows.
func unlead(text string) string { return strings.TrimLeft(text, " ,，:：、;；。.!！~\n") }

// skipWords is where the words of a set end at the beginning of text.
func skipWords(text string, set []string) int {
	at := 0
	for at < maxLead {
		rest, ok := cutWord(text[at:], set)
		if !ok {
			break
		}
		at = len(text) - len(strings.TrimLeft(rest, " ,"))
	}
	return at
}

// cutWord cuts one of the words from the front of text, in any case, where the
// word ends there.
func cutWord(text string, words []string) (rest string, ok bool) {
	for _, w := range words {
		if len(text) < len(w) || !strings.EqualFold(text[:len(w)], w) {
			continue
		}
		rest := text[len(w):]
		next, _ := utf8.DecodeRuneInString(rest)
		if rest == "" || (!isWordRune(next) || isHan(string(next))) && !inAddress(rest) {
			return strings.TrimLeft(rest, " "), true
		}
	}
	return text, false
}

// inAddress reports whether the text before rest is part of an address rather
// than a word: register@example.com, sign-up+ecs@example.com, contact://x.
func inAddress(rest string) bool {
	if strings.HasPrefix(rest, "://") {
		return true
	}
	for _, r := range clip(rest, maxMailLocal) {
		switch {
		case r == '@' || r == '＠':
			return true
		case !isLatin(r) && !isDigit(r) && !strings.ContainsRune("+#$&'*/^_.-", r):
			return false
		}
	}
	return false
}

func cutAny(text string, words []string) (rest string, ok bool) {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w); ok {
			return rest, true
		}
	}
	return text, false
}
