package commands

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Verb is what a message asks for.
type Verb int

const (
	None     Verb = iota // values, an answer, or prose
	Register             // begin; what follows in the message belongs to it
	New                  // begin anew
	Continue             // go on with what is pending
	Back                 // to the question before, or to Topic
	Skip                 // the field that is asked for, or Topic
	Show                 // what is known so far
	Yes                  // take the proposal, submit the summary
	No
	Cancel
	Me    // my contacts
	Why   // what is the field (or Topic) for
	Help  // or help with Topic
	Speak // another language
	Hello // or thanks: nothing is asked for
	Delete // a contact: the one that Rest names
)

// A phrasing is how a verb is said: by these words and nothing else in the
// message. The first are what the bot's own texts and buttons use.
type phrasing struct {
	verb   Verb
	name   string
	en, zh []string
}

var phrasings = []phrasing{
	{Register, "register", []string{"register", "sign up", "signup", "add me", "change", "edit", "update"},
		[]string{"登记", "注册", "添加", "登記", "註冊", "修改", "更新", "更改"}},
	{New, "new",
		[]string{"new", "restart", "start anew", "start over", "start again", "begin again", "from scratch"},
		[]string{"重新开始", "重来", "从头来", "重新来", "重新登记", "重新注册"}},
	{Continue, "continue", []string{"continue", "go on", "resume", "keep going", "carry on"}, []string{"继续", "接着来", "接着填"}},
	{Back, "back", []string{"back", "previous", "go back"}, []string{"返回", "上一步", "后退", "回退", "上一个"}},
	{Skip, "skip", []string{"skip", "none", "pass", "skip it", "skip this", "leave it out", "n/a", "keep", "keep it", "next", "dunno",
		"i have none", "i don't have one", "i don't have any", "i do not have one", "don't know", "i don't know", "do not know", "i do not know"},
		[]string{"跳过", "略过", "没有", "我没有", "暂时没有", "无", "不填", "先不填", "不需要", "不用", "不知道", "我不知道", "不清楚", "我不清楚", "下一个", "下一步", "保留"}},
	{Show, "show", []string{"show", "status", "summary"}, []string{"查看", "显示", "进度", "状态"}},
	{Yes, "yes",
		[]string{"yes", "y", "ok", "okay", "submit", "confirm", "send", "yep", "yeah", "sure", "send it", "go ahead"},
		[]string{"确认", "提交", "是", "是的", "好", "好的", "对", "对的", "可以", "发送", "确定", "行", "没问题", "没错"}},
	{No, "no", []string{"no", "n", "nope", "not yet", "no thanks"}, []string{"否", "不", "不是", "不对", "不行", "不要", "不可以", "先不", "不用了", "错了"}},
	{Cancel, "cancel", []string{"cancel", "quit", "exit", "stop", "abort", "never mind", "nevermind", "forget it"},
		[]string{"取消", "退出", "放弃", "算了", "不登记了", "不注册了", "取消登记", "取消注册"}},
	{Me, "me", []string{"me", "mine", "my contacts", "my contact", "whoami"}, []string{"我的", "我的联系人", "我的信息", "我的登记"}},
	{Why, "why", []string{"why"}, []string{"为什么", "为何", "为啥"}},
	{Help, "help", []string{"help", "h", "usage", "help me", "what can you do", "commands",
		"how do i register", "how to register", "how do i sign up", "how does this work", "how does it work", "what is this", "what's this"},
		[]string{"帮助", "怎么登记", "怎么注册", "如何登记", "如何注册", "怎么使用", "如何使用", "怎么用", "使用说明", "怎么弄", "求助", "你能做什么"}},
	{Hello, "hello", []string{"hi", "hello", "hey", "hi there", "good morning", "good evening", "thanks", "thank you", "thx"},
		[]string{"你好", "您好", "在吗", "嗨", "哈喽", "早上好", "晚上好", "谢谢", "多谢", "谢了"}},
	{Delete, "delete", []string{"delete", "unregister", "deregister", "remove", "remove me", "delete me",
		"delete contact", "delete my contact", "remove my contact"},
		[]string{"删除", "注销", "撤销登记", "撤销注册", "删除我", "删掉我", "删除登记", "删除联系人"}},
}

var speakWords = map[string]Language{
	"english": English, "英文": English, "英语": English,
	"chinese": Chinese, "mandarin": Chinese, "中文": Chinese, "汉语": Chinese, "简体中文": Chinese,
}

// speakLeads and speakTails may stand around a language: "switch to English",
// "in English please", "请说中文", "换成英文".
var (
	speakLeads = []string{"switch to ", "speak ", "use ", "in ", "talk ", "请说", "说", "请用", "用", "讲", "切换到", "切换成", "切换为", "切换", "换成", "换", "改成", "改用"}
	speakTails = []string{" please", "吧", "交流", "回复"}
)

// said finds a verb by all the words that mean it, as verbKey has them.
var said = func() map[string]Verb {
	m := map[string]Verb{}
	for _, p := range phrasings {
		for _, w := range slices.Concat(p.en, p.zh) {
			m[w] = p.verb
		}
	}
	return m
}()

// forgiven are the English words in which one slip of the finger is overlooked:
// nothing is lost by them that cannot be had again. Yes is none of them.
var forgiven = map[string]Verb{
	"register": Register, "restart": New, "continue": Continue, "resume": Continue,
	"previous": Back, "status": Show, "summary": Show, "cancel": Cancel,
}

// String is the verb's name, for tests and logs.
func (v Verb) String() string {
	switch v {
	case None:
		return "none"
	case Speak:
		return "speak"
	}
	for _, p := range phrasings {
		if p.verb == v {
			return p.name
		}
	}
	return "unknown verb"
}

// Word is what to type for the verb: "register", "登记". None and Speak have no
// word.
func (v Verb) Word() Text {
	for _, p := range phrasings {
		if p.verb == v {
			return Text{EN: p.en[0], ZH: p.zh[0]}
		}
	}
	return Text{}
}

// maxOrder is how long a message may be that is nothing but a verb, in bytes.
const maxOrder = 80

// order reads a message that is a verb, perhaps with a topic, and nothing else.
func order(text string) (c Command, ok bool) {
	if text == "" || len(text) > maxOrder {
		return Command{}, false
	}
	key, asks := verbKey(text)
	if key == "" {
		return Command{Verb: Help}, asks
	}
	if v, ok := said[key]; ok {
		// "ok?", "cancel?": asking is not ordering.
		if asks && (v == Yes || v == No || v == Cancel || v == New) {
			return Command{}, false
		}
		return Command{Verb: v}, true
	}
	if l := speaks(key); l != "" {
		return Command{Verb: Speak, Speak: l}, true
	}
	if c, ok := topical(key); ok {
		return c, true
	}
	if f := Named(key); f != nil && asks {
		return Command{Verb: Help, Topic: f}, true // "webhook?"
	}
	if contact, ok := deletes(key); ok && !asks {
		return Command{Verb: Delete, Rest: asWritten(contact, text)}, true
	}
	if v := slip(key); v != None && !asks {
		return Command{Verb: v}, true
	}
	return Command{}, false
}

// verbKey is a short message as the tables of words spell it: lower case, one
// space between words, no punctuation around it, no courtesies. asks reports a
// question mark at its end.
func verbKey(text string) (key string, asks bool) {
	key = strings.ToLower(line(plain(text)))
	asks = strings.HasSuffix(strings.TrimRight(key, " !。.~"), "?")
	key = strings.TrimFunc(key, func(r rune) bool {
		return r != '+' && (unicode.IsPunct(r) || unicode.IsSymbol(r) || r == ' ')
	})
	key = strings.ReplaceAll(key, "’", "'")
	for _, courtesy := range []string{" please", " pls", " plz", " thanks", " thank you", "谢谢", "，谢谢"} {
		if s, ok := strings.CutSuffix(key, courtesy); ok && s != "" {
			key = strings.TrimRight(s, " ,，、")
			break
		}
	}
	if s, ok := strings.CutPrefix(key, "please "); ok {
		key = s
	}
	if s, ok := strings.CutPrefix(key, "请"); ok && said[s] != Yes && said[s] != None {
		key = s
	}
	if s := strings.TrimRight(key, "吧啊呀啦"); s != key && said[key] == None && said[s] != None {
		key = s
	}
	return key, asks
}

func speaks(key string) Language {
	for _, tail := range speakTails {
		if s, ok := strings.CutSuffix(key, tail); ok {
			key = s
			break
		}
	}
	for _, lead := range speakLeads {
		if l := speakWords[strings.TrimSpace(strings.TrimPrefix(key, lead))]; l != "" {
			return l
		}
	}
	return speakWords[key]
}

// slip is the verb that is one slip of the finger away from key.
func slip(key string) Verb {
	if len(key) < 4 || len(key) > 10 {
		return None
	}
	for _, p := range phrasings {
		for _, w := range p.en {
			if v, ok := forgiven[w]; ok && oneEdit(key, w) {
				return v
			}
		}
	}
	return None
}

// oneEdit reports whether one letter more, less, other, or two swapped make b of
// a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// isHan reports whether s has a Chinese character.
func isHan(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
