package commands

import (
	"strings"
	"unicode/utf8"
)

// maxLead is how many bytes of a message may go by before the word "register".
const maxLead = 96

// The pieces of "could you please register me as an alert contact: …". In each
// list longer ones stand before their own beginnings.
var (
	courtesies = strings.Fields("please pls kindly i'd i'm i’d i’m i would like want need to can could you let me just")
	registerEN = []string{"register", "signup", "sign-up", "sign up", "enroll"}
	addEN      = []string{"add me", "add myself", "add a contact", "add a new contact", "add contact"}
	afterEN    = []string{"me as an alert contact", "me as a contact", "as an alert contact", "as a contact", "me as", "me please", "me for alerts", "me", "myself", "us", "an alert contact", "a new contact", "a contact", "another contact", "another one", "another", "one more", "as", "please", "now"}
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

// again is the rest of a message behind Register without the same in a sentence:
// "/contact register Please register me. …".
func again(rest string, evidence bool) string {
	_, asks := cutAny(rest, courtesiesZH)
	if after, ok := cutWord(rest, registerEN); ok { // its "please" is gone already
		_, asks = cutWord(after, []string{"me", "myself", "us"})
	}
	if !asks && skipWords(rest, courtesies) == 0 {
		return rest
	}
	if s, ok := prefixed(rest, evidence); ok {
		return s
	}
	return rest
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

// greeted is a message without the greeting it begins with.
func greeted(text string) (rest string, ok bool) {
	if part, end := phrase(clip(text, maxLead)); isGreeting(part) {
		return unlead(text[end:]), true
	}
	if rest, ok := cutAny(text, greetings); ok && isHan(clip(text, len("中"))) {
		return unlead(rest), true
	}
	for _, p := range phrasings {
		if p.verb != Hello {
			continue
		}
		if rest, ok := cutWord(text, p.en); ok {
			return unlead(rest), true
		}
	}
	return text, false
}

// titles stand behind a name in a greeting: 王老师好, 张工你好.
var titles = []string{"老师", "师傅", "经理", "主管", "同学", "同事", "工", "总", "哥", "姐", "们"}

// isGreeting reports whether a phrase greets or thanks: 你好, 王老师好, 收到.
func isGreeting(phrase string) bool {
	if said[phrase] == Hello {
		return true
	}
	const longest = 8 // characters
	rest, ok := trimAny(phrase, []string{"你好", "您好", "好"})
	if !ok || len(phrase) > longest*len("中") {
		return false
	}
	_, ok = trimAny(rest, titles)
	return ok
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
		ends := !isWordRune(next) || isHan(string(next)) || rest == "." || strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ".\n")
		if rest == "" || ends && !inAddress(rest) {
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
