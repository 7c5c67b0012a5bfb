package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Messages that change what is known already: another contact, or a value that
// was understood wrongly.

var (
	toChangeZH = []string{"修改", "更新", "更改", "编辑"}
	// ownThings are what of a contact may be changed, but the fields.
	ownThings = []string{"信息", "资料", "登记", "内容", "联系方式"}
	// contactWords may stand between the verb and the contact.
	contactWords   = []string{"the contact", "contact", "my contact"}
	contactWordsZH = []string{"一下", "联系人"}
)

// changed reads the words before values that say which contact to change:
// "update Bob mail=…", "修改 Bob 邮箱=…". What follows the verb is left. sure says
// that they are an order even without values: "修改张三".
func changed(head string) (rest string, sure, ok bool) {
	rest, ok = cutWord(head, toChange)
	chinese := false
	if ok {
		rest, _ = cutWord(rest, contactWords)
	} else if rest, ok = cutAny(head, toChangeZH); ok {
		rest, _ = cutAny(strings.TrimLeft(rest, " "), contactWordsZH)
		chinese = true
	}
	rest = unparticled(unlead(rest))
	if owner, label, of := cutLast(clip(rest, maxLabel), "的"); ok && of && isSurnamed(owner) && (Named(label) != nil || slices.Contains(ownThings, label)) {
		return owner, true, true
	}
	word := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return isGap(r) || r == ':' || r == '：' }); end >= 0 {
		word = rest[:end]
	}
	if !ok || isFiller(word) || labels(strings.ToLower(word)) != nil || isHan(clip(word, len("中"))) && !isPerson(word) {
		return head, false, false
	}
	if unlead(rest[len(word):]) == "" {
		rest = word
		sure = chinese && (isSurnamed(word) || !isHan(word)) || !chinese && isNamePart(word)
	}
	_, _, problem := nameField.Clean(word)
	return rest, sure, problem == nil
}

// leadingZH stand before the field that is to be changed, or its owner.
var leadingZH = []string{"麻烦", "帮我", "请", "把", "将", "修改", "更新", "更改", "编辑", "更换", "变更", "改一下", "改", "换"}

// led is a text without what leads to the field that is to be changed. changes
// says that something does.
func led(text string) (rest string, changes bool) {
	for rest = text; len(text)-len(rest) < maxLead; changes = true {
		s, ok := cutAny(rest, leadingZH)
		if !ok {
			break
		}
		rest = strings.TrimLeft(s, " ")
	}
	return rest, changes
}

// owned is a field of somebody who is named: 张三的手机, 张三手机, "Bob's phone".
func owned(words string) (owner string, f *Field) {
	if len(words) > maxLabel {
		return "", nil
	}
	owner, label, ok := strings.Cut(strings.ReplaceAll(words, "’", "'"), "'s ")
	if !ok {
		if owner, label, ok = cutLast(words, "的"); !ok {
			at := hanLabel(words)
			owner, label = words[:at], words[at:]
			if !isSurnamed(owner) {
				return "", nil
			}
		}
	}
	f = Named(label)
	if _, _, problem := nameField.Clean(owner); f == nil || f == nameField || problem != nil || isHan(owner) && !isSurnamed(owner) {
		return "", nil
	}
	return owner, f
}

// cutLast cuts a text around the last sep.
func cutLast(text, sep string) (before, after string, ok bool) {
	at := strings.LastIndex(text, sep)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(sep):], true
}

// unparticled is a name without the particle behind it: 登记张三吧, 小王吧.
func unparticled(text string) string {
	if name, ok := trimAny(text, []string{"吧", "吗", "么", "呗"}); ok && (isSurnamed(name) || isNickname(name)) {
		return name
	}
	return text
}

// isNickname reports whether a Chinese word is what colleagues call each other:
// 小王, 老李, 阿强.
func isNickname(word string) bool {
	rest, ok := cutAny(word, []string{"小", "老", "阿"})
	return ok && isHan(rest) && utf8.RuneCountInString(rest) == 1
}

// isChange reports whether a word orders a change; it is no name.
func isChange(word string) bool {
	return slices.Contains(toChange, strings.ToLower(word)) || slices.Contains(toChangeZH, word)
}

// What a correction begins with: "wait, actually …", "叫错了，…". It counts only
// before a value in so many words. Longer ones stand before their own beginnings.
var (
	correcting   = []string{"no", "nope", "not quite", "wait", "actually", "sorry", "oops", "i mean", "i meant", "correction", "that's wrong", "that is wrong", "wrong"}
	correctingZH = []string{"不对", "不是", "叫错了", "写错了", "填错了", "打错了", "说错了", "弄错了", "错了", "抱歉", "不好意思", "等一下", "等等", "其实", "更正"}
	// mistaken stand behind the field, should before the value that is right:
	// "名字错了，应该是李磊", "the email is wrong, it's a@x.com".
	mistaken = []string{" is wrong", " was wrong", " has changed", " changed", "填错了", "写错了", "打错了", "输错了", "错了", "不对", "换了", "变了", "改一下", "换一下"}
	should   = []string{"it should be", "should be", "it is", "it's", "应该是", "应当是", "应为", "改成", "改为", "换成", "是"}
)

// corrected is a message without what only says that something was wrong.
func corrected(s string) (rest string, ok bool) {
	rest = s
	for len(s)-len(rest) < maxLead {
		after, cut := cutWord(rest, correcting)
		if !cut {
			after, cut = cutAny(rest, correctingZH)
		}
		if !cut {
			break
		}
		rest, ok = unlead(after), true
	}
	return rest, ok && rest != ""
}

// right reads the value in a correction whose lead is gone, or that names the
// field which was wrong.
func right(s, rest string, corrects bool) (given, bool) {
	if name, ok := named(rest); ok && corrects {
		return given{field: nameField, word: rest, text: name}, true
	}
	if corrects {
		s = rest
	}
	for _, w := range mistaken {
		label, after, ok := strings.Cut(strings.ReplaceAll(s, "’", "'"), w)
		f := ownField(label)
		if !ok || f == nil || after == "" {
			continue
		}
		after, ok = cutWord(unlead(after), should)
		if !ok {
			if after, ok = cutAny(after, should); !ok {
				ok = isShape(after) // "邮箱换了，a@x.com"
			}
		}
		if _, _, problem := f.Clean(after); ok && problem == nil {
			return given{field: f, word: label, text: after}, true
		}
	}
	return given{}, false
}

// deleting stand before the contact that is to be deleted.
var (
	deleting   = []string{"delete", "remove", "unregister", "deregister"}
	deletingZH = []string{"删除", "删掉", "注销"}
	// deletedZH stand behind the contact: 把张三删掉.
	deletedZH = []string{"删除", "删掉", "删了", "注销"}
)

// deletes reads a message, as verbKey has it, that asks to delete a contact. The
// name is one word: "delete queue on-call" is a description.
func deletes(key string) (contact string, ok bool) {
	name, ok := cutWord(key, deleting)
	if ok {
		name, _ = cutWord(name, contactWords)
	} else if name, ok = cutAny(key, deletingZH); ok {
		name, _ = cutAny(strings.TrimLeft(name, " "), contactWordsZH)
	} else if name, ok = strings.CutPrefix(key, "把"); ok {
		name, _ = cutAny(strings.TrimLeft(name, " "), contactWordsZH)
		name, ok = trimAny(name, deletedZH)
		name = strings.TrimRight(name, " ")
	}
	name = unlead(name)
	if !ok || strings.ContainsFunc(name, isGap) || isHan(clip(name, len("中"))) && !isPerson(name) {
		return "", false
	}
	_, _, problem := nameField.Clean(name)
	return name, problem == nil
}

// asWritten is a word of a message in the case that it was written in.
func asWritten(word, text string) string {
	lower := strings.ToLower(text)
	if at := strings.LastIndex(lower, word); at >= 0 && len(lower) == len(text) {
		return text[at : at+len(word)]
	}
	return word
}
