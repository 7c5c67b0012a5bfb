package commands

import (
	"slices"
	"strings"
)

// A lead is how a message begins (or, in Chinese, ends) that is about one field.
type lead struct {
	verb  Verb
	words []string
}

var (
	// leads stand before the field: "help mail", "为什么要手机". The lead of None
	// names the field that is to be changed.
	leads = []lead{
		{Why, []string{"why", "为什么", "为何", "为啥"}},
		{Help, []string{"help", "what is", "what's", "whats", "what are", "how do i get", "how do i find", "how to get", "where do i find", "where do i get", "explain",
			"帮助", "什么是", "怎么填", "怎么写", "怎么获取", "如何获取", "怎么找", "解释"}},
		{Skip, []string{"skip", "pass", "no", "leave out", "i have no", "have no", "i don't have", "don't have", "i do not have", "i don't know", "remove", "delete", "drop",
			"跳过", "略过", "先跳过", "不填", "先不填", "不想填", "不留", "不加", "不要", "不用", "不需要", "我没有", "暂时没有", "没有", "我没", "没", "删掉", "删除", "删去", "去掉", "移除"}},
		{Show, []string{"show", "status", "查看", "显示"}},
		{Back, []string{"go back to", "back to", "back", "返回", "回到"}},
		{None, []string{"change", "edit", "correct", "update", "modify", "fix", "wrong", "typo in", "a typo in", "there's a typo in", "there is a typo in", "i made a typo in",
			"that's not", "that is not", "that isn't", "this is not", "this isn't", "it's not",
			"修改", "更改", "更新", "更换", "变更", "编辑", "重填", "重新填", "改一下", "改", "换"}},
	}
	// tails stand after the field: "webhook是什么".
	tails = []lead{
		{Help, []string{"是什么", "是啥", "怎么填", "怎么写", "怎么获取", "怎么弄", "怎么找", "在哪找", "在哪里找",
			"在哪", "在哪里", "去哪找", "哪里找", "怎么加", "怎么添加", "怎么建", "怎么创建", "怎么搞", "咋弄", "咋填", "不会弄", "不会填", "不会加", "填什么", "写什么", "填啥", "写啥", "是什么意思", "是啥意思"}},
		{Why, []string{"为什么要填", "为什么必填", "为什么", "有什么用", "干什么用", "是干什么的", "是干嘛的"}},
		{Skip, []string{"删掉", "删了", "删除", "去掉", "不要了", "不用了", "不填", "不填了", "就不填了", "先不填", "先不填了", "就不填", "跳过", "先跳过", "略过", "没有", "暂无", "不需要", "不加了", "不写了", "不留了", "就算了", "就不用了"}},
		{None, []string{"改一下", "换一下", "改改", "要改", "要换", "填错了", "写错了", "打错了", "输错了", "弄错了", "搞错了", "发错了", "错了", "有误", "不对", "不正确", "换了", "变了", "改了",
			" is wrong", " was wrong", " is incorrect", " is not right", " isn't right", " is not correct", " isn't correct", " is not mine", " isn't mine", " changed", " has changed", " is a typo", " has a typo"}},
	}
	// wishes stand before the lead of None: "I want to update my email",
	// 怎么改手机号.
	wishes   = []string{"how do i", "how can i", "how to", "how would i", "where do i", "where can i", "may i"}
	wishesZH = []string{"怎么样", "怎么", "怎样", "如何", "在哪里", "在哪", "哪里", "可以", "能不能", "能", "我要", "我想要", "我想", "需要", "帮我", "帮忙", "麻烦", "请", "要"}
	// ownContact is what may be changed, but the fields.
	ownContact = []string{"contact", "my contact", "the contact", "a contact", "my contacts", "my details", "my info", "my information", "my registration"}
	// between may stand between a lead and its field.
	between   = strings.Fields("do does you need ask for want my the a an is it to give required needed should i we your our of me with field please about")
	betweenZH = []string{"把", "一定", "必须", "需要", "要", "填写", "填", "提供", "我的", "问", "留", "写", "这个", "一下", "个", "的"}
	endsZH    = []string{"呢", "啊", "吗", "呀", "一下", "字段"}
)

// topical reads a message that is a lead and a field: "why do you need my
// phone". key is as verbKey has it.
func topical(key string) (Command, bool) {
	wish := wished(key)
	for _, l := range leads {
		key := key
		if l.verb == None {
			key = wish
		}
		for _, w := range l.words {
			rest, ok := strings.CutPrefix(key, w)
			if !ok || rest == "" || !isHan(w) && rest[0] != ' ' && rest[0] != ':' {
				continue
			}
			rest = strings.TrimLeft(rest, " :,，：")
			if f := topicOf(rest); f != nil {
				return about(l.verb, f), true
			}
			if l.verb == None && w != "wrong" && slices.Contains(ownContact, rest) {
				return about(None, nameField), true // it tells which contact
			}
			if l.verb == Help && (w == "help" || w == "帮助") && said[rest] != None {
				return Command{Verb: Help}, true // "help register"
			}
		}
	}
	for _, l := range tails {
		for _, w := range l.words {
			if rest, ok := strings.CutSuffix(key, w); ok {
				if f := topicOf(strings.TrimSpace(rest)); f != nil {
					return about(l.verb, f), true
				}
			}
		}
	}
	return Command{}, false
}

// wished is a message without the words that only ask for what follows.
func wished(key string) string {
	rest, _ := cutWord(key, wishes)
	rest = rest[skipWords(rest, courtesies):]
	for len(key)-len(rest) < maxLead {
		s, ok := cutAny(rest, wishesZH)
		if !ok {
			break
		}
		rest = strings.TrimLeft(s, " ")
	}
	return rest
}

// uninterrupted is a message without the word that is said before a correction:
// "no, …", 不对，…, 嗯，….
func uninterrupted(key string) (rest string, ok bool) {
	rest, ok = corrected(key)
	if !ok {
		rest = key
	}
	if s, cut := cutWord(rest, []string{"oh", "hmm", "ah", "hey", "yes", "ok", "okay", "but"}); cut {
		return unlead(s), true
	}
	for _, w := range []string{"不", "嗯", "哦", "噢", "啊", "呃", "哎", "诶", "哎呀", "等下", "好的", "好"} {
		if s, cut := strings.CutPrefix(rest, w); cut && s != unlead(s) {
			return unlead(s), true
		}
	}
	return rest, ok
}

// about is a command about a field. What is to be changed reads like the field's
// name alone.
func about(v Verb, f *Field) Command {
	c := Command{Verb: v, Topic: f}
	if v == None {
		c.Rest = f.Name
	}
	return c
}

// topicOf is the field that a few words come down to.
func topicOf(words string) *Field {
	if f := Named(words); f != nil {
		return f
	}
	if !isHan(words) {
		return Named(strings.Join(slices.DeleteFunc(strings.Fields(words), func(w string) bool {
			return slices.Contains(between, w)
		}), " "))
	}
	for range 4 { // "为什么一定要填我的手机"
		trimmed := words
		for _, w := range betweenZH {
			trimmed = strings.TrimPrefix(trimmed, w)
		}
		for _, w := range endsZH {
			trimmed = strings.TrimSuffix(trimmed, w)
		}
		trimmed = strings.TrimSpace(trimmed)
		if f := Named(trimmed); f != nil {
			return f
		}
		if trimmed == words {
			break
		}
		words = trimmed
	}
	return nil
}
