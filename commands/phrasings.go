package commands

import (
	"slices"
	"strings"
)

// A phrasing is how a verb is said: by these words and nothing else in the
// message, but see [meant]. The first are what the bot's own texts and buttons
// use.
type phrasing struct {
	verb   Verb
	name   string
	en, zh []string
}

var phrasings = []phrasing{
	{Register, "register",
		[]string{"register", "sign up", "signup", "add me", "change", "edit", "update", "start", "begin", "get started", "subscribe", "i want to receive alerts"},
		[]string{"登记", "注册", "添加", "登記", "註冊", "修改", "更新", "更改", "新增", "新建", "录入", "开始", "开始登记", "开始注册", "开始填写",
			"编辑", "再登记一个", "再登记一个联系人", "再登记", "再注册一个", "再加一个", "再加一个联系人", "再加个联系人", "再添加一个", "再添加一个联系人", "登记另一个", "登记下一个",
			"加我", "接收报警", "我要接收报警", "我想接收报警", "我要收报警", "我想收到报警", "我要收到报警", "订阅报警", "我要订阅报警"}},
	{New, "new",
		[]string{"new", "restart", "start anew", "start over", "start again", "begin again", "from scratch"},
		[]string{"重新开始", "重来", "从头来", "重新来", "重新登记", "重新注册", "从头开始", "从新开始", "重填", "重新填", "重新填写", "全部重填", "重新来过", "从头再来"}},
	{Continue, "continue", []string{"continue", "go on", "resume", "keep going", "carry on"}, []string{"继续", "接着来", "接着填", "继续填", "继续登记"}},
	{Back, "back", []string{"back", "previous", "go back"},
		[]string{"返回", "上一步", "后退", "回退", "上一个", "上一题", "上一项", "上一条", "上一个问题", "回到上一步", "返回上一步", "退回上一步", "回上一步", "回到上一题", "返回上一题",
			"写错了", "填错了", "打错了", "输错了", "弄错了", "搞错了", "说错了", "发错了"}},
	{Skip, "skip", []string{"skip", "none", "pass", "skip it", "skip this", "leave it out", "n/a", "keep", "keep it", "next", "dunno",
		"i have none", "i don't have one", "i don't have any", "i do not have one", "don't know", "i don't know", "do not know", "i do not know",
		"whatever", "i forgot", "don't have one", "leave it empty", "leave it blank", "no idea", "i have no idea"},
		[]string{"跳过", "略过", "没有", "我没有", "暂时没有", "无", "不填", "先不填", "不需要", "不用", "不知道", "我不知道", "不清楚", "我不清楚", "下一个", "下一步", "保留",
			"不填了", "先不填了", "就不填了", "不想填", "没", "没了", "没有了", "没有的", "暂无", "暂时没", "目前没有", "跳过这个", "跳过这项", "跳过这一项", "这个跳过", "这项跳过", "这个不填", "这项不填", "这个没有",
			"下一项", "下一题", "过", "略", "忘了", "忘记了", "不记得", "不记得了", "不加", "不加了", "不写", "不写了", "不留", "空着", "留空", "随便", "无所谓"}},
	{Show, "show", []string{"show", "status", "summary"}, []string{"查看", "显示", "进度", "状态"}},
	{Yes, "yes",
		[]string{"yes", "y", "ok", "okay", "submit", "confirm", "send", "yep", "yeah", "sure", "send it", "go ahead",
			"submit it", "yup", "yea", "k", "okey", "all good", "looks good", "looks right", "looks fine", "lgtm", "correct", "right", "that's right", "that's correct", "all correct",
			"sounds good", "alright", "all right", "fine", "do it", "perfect", "exactly", "of course", "no problem", "use it", "use this", "use that", "use that one", "use this one",
			"that's it", "that's all", "that is all", "that is it", "done", "i'm done", "all done", "finish", "finished", "nothing else", "no more", "skip the rest", "skip all", "leave the rest out"},
		[]string{"确认", "提交", "是", "是的", "好", "好的", "对", "对的", "可以", "发送", "确定", "行", "没问题", "没错",
			"嗯", "嗯嗯", "嗯好", "好嘞", "好滴", "好哒", "好了", "行了", "可以了", "没问题了", "都没问题", "没有问题", "没毛病", "是这样", "就这样", "是这个", "同意",
			"正确", "都正确", "都对", "都对的", "全对", "准确", "无误", "确认无误", "信息无误", "核对无误", "用这个", "就用这个", "就这个", "用它", "就用它", "就它",
			"ok了", "ok的", "可以的", "提交一下", "发送一下", "提交吧", "帮我提交", "我要提交", "请提交", "先提交", "继续提交", "确认提交", "确认登记", "可以提交", "可以提交了", "可以发送",
			// The rest is left out.
			"直接提交", "就这些", "就这些了", "没别的了", "没其他的了", "完成", "填完了", "写完了", "填好了", "写好了",
			"其他不填", "其他不填了", "其他都不填", "其他都不填了", "其它不填了", "其余不填", "其余不填了", "剩下的不填", "剩下的不填了", "剩下的都不填", "后面不填了", "后面的不填了", "后面都不填", "后面都不填了",
			"都跳过", "全部跳过", "全跳过", "后面都跳过", "后面的都跳过", "剩下的跳过", "剩下的都跳过", "其他跳过", "其他都跳过", "其余跳过", "其余都跳过"}},
	{No, "no", []string{"no", "n", "nope", "not yet", "no thanks", "not now", "don't submit", "do not submit", "don't send it"},
		[]string{"否", "不", "不是", "不对", "不行", "不要", "不可以", "先不", "不用了", "错了", "不同意", "不正确",
			"不提交", "先不提交", "暂不提交", "别提交", "先别提交", "不要提交", "先不要提交", "不确认"}},
	{Wait, "wait", []string{"wait", "wait a moment", "wait a minute", "wait a sec", "wait a second", "please wait", "hold on", "hold on a second", "hold on a sec", "hang on", "one moment", "one sec", "one second", "one minute",
		"just a moment", "just a second", "just a sec", "just a minute", "a moment", "give me a moment", "give me a minute", "give me a second", "give me a sec", "let me check", "let me look it up", "brb"},
		[]string{"等等", "等一下", "等下", "等会", "等会儿", "等一会", "等一会儿", "等一等", "等我一下", "等我一会", "等我一会儿", "等我看看", "等我查一下", "先等等", "先等一下", "稍等", "稍等一下", "请稍等", "稍候", "请稍候", "慢着", "我找一下", "我查一下", "我看一下", "我去找找", "我去看看"}},
	{Cancel, "cancel", []string{"cancel", "quit", "exit", "stop", "abort", "never mind", "nevermind", "forget it", "later", "maybe later", "another time", "next time", "i changed my mind"},
		[]string{"取消", "退出", "放弃", "算了", "不登记了", "不注册了", "取消登记", "取消注册", "取消提交", "不登记", "不注册", "先不登记", "先不登记了", "先不注册了", "不想登记了", "我不想登记了", "我不登记了", "不想登记", "我不想登记",
			"不弄了", "先不弄了", "不想弄了", "不搞了", "不办了", "不做了", "不要了", "不想填了", "下次吧", "下次", "下次再说", "下次再弄", "改天", "改天吧", "改天再说", "以后再说", "回头再说", "晚点再说", "晚点再弄"}},
	{Me, "me", []string{"me", "mine", "my contacts", "my contact", "whoami", "list my contacts", "show my contacts", "am i registered", "resend", "resend it", "send it again",
		"resend the link", "resend the activation link", "resend activation link", "i got no activation link", "i got no activation email", "no activation email", "no activation link"},
		[]string{"我的", "我的联系人", "我的信息", "我的登记", "我的报警联系人", "我的报警", "查询", "查一下", "查询一下", "查看我的", "查看我的联系人", "查看我的信息", "查看我的登记", "查看联系人", "查询联系人", "查询我的", "查询我的联系人", "查我的联系人", "看看我的联系人",
			"我登记了吗", "我登记过吗", "我登记了没", "我登记了没有", "我登记过没有", "我注册了吗", "我注册过吗", "我有没有登记", "我有登记吗", "登记了吗", "登记成功了吗", "我登记成功了吗", "修改我的联系人", "修改我的信息", "修改我的登记"}},
	{Why, "why", []string{"why", "what does that mean", "what does this mean", "what does it mean", "what do you mean", "i don't understand", "i do not understand", "don't understand", "i don't get it", "huh"},
		[]string{"为什么", "为何", "为啥", "什么意思", "啥意思", "这是什么意思", "这是啥意思", "这什么意思", "是什么意思", "看不懂", "没看懂", "不懂", "我不懂", "不太懂", "不明白", "没明白", "不理解", "不会", "不会弄", "不会填", "不会写", "我不会", "我不会弄",
			"什么", "啥", "写啥", "填啥", "写什么", "填什么", "该填什么", "该写什么", "要填什么", "这里填什么", "这个填什么", "怎么填", "怎么写", "这个怎么填", "这是啥", "这是什么", "这个是什么", "这个是啥", "这啥", "有什么用", "干什么用",
			"怎么弄", "咋弄", "咋填", "在哪找", "在哪里找", "去哪找", "去哪里找", "哪里找", "哪里有", "在哪看", "在哪里看", "在哪", "在哪里", "怎么找", "怎么获取", "地址在哪", "地址在哪里", "地址怎么找"}},
	{Help, "help", []string{"help", "h", "usage", "help me", "what can you do", "commands",
		"how do i register", "how to register", "how do i sign up", "how does this work", "how does it work", "what is this", "what's this",
		"menu", "who are you", "what are you", "what do you do", "instructions", "how to use this", "how do i use this"},
		[]string{"帮助", "怎么登记", "怎么注册", "如何登记", "如何注册", "怎么使用", "如何使用", "怎么用", "使用说明", "求助", "你能做什么",
			"怎么搞", "咋用", "咋搞", "怎么操作", "如何操作", "使用帮助", "使用方法", "操作说明", "操作指南", "菜单", "帮助菜单", "你是谁", "你是干嘛的", "你是干什么的", "你是做什么的", "干嘛的", "干什么的", "你是什么", "你会什么", "你会做什么", "你能干嘛", "你能干什么", "你可以做什么", "能做什么", "有什么功能"}},
	{Hello, "hello", []string{"hi", "hello", "hey", "hi there", "good morning", "good evening", "thanks", "thank you", "thx",
		"good afternoon", "many thanks", "thanks a lot", "thank you very much", "cheers", "got it", "i see", "bye", "goodbye", "sorry", "oops", "my bad", "my mistake", "please", "hmm", "oh"},
		[]string{"你好", "您好", "在吗", "嗨", "哈喽", "早上好", "晚上好", "谢谢", "多谢", "谢了",
			"你好呀", "你好啊", "中午好", "下午好", "上午好", "早", "大家好", "各位好", "老师好", "老师您好", "老师你好", "同学好", "同事们好", "谢谢你", "谢谢您", "谢谢了", "谢谢啦", "非常感谢", "感谢", "多谢了", "辛苦", "辛苦了", "辛苦啦", "麻烦了", "麻烦你了",
			"收到", "收到了", "知道了", "我知道了", "了解", "了解了", "明白", "明白了", "懂了", "哦", "哦哦", "噢", "喔", "抱歉", "不好意思", "对不起", "麻烦", "再见", "拜拜"}},
	{Delete, "delete", []string{"delete", "unregister", "deregister", "remove", "remove me", "delete me",
		"delete contact", "delete my contact", "remove my contact", "unsubscribe"},
		[]string{"删除", "注销", "撤销登记", "撤销注册", "删除我", "删掉我", "删除登记", "删除联系人",
			"删除我的联系人", "删掉我的联系人", "删除我的登记", "删除我的信息", "注销我的联系人", "把我删了", "把我删掉", "把我删除", "我要删除", "我要注销", "退订"}},
}

// greetings may run into what follows: 你好我要登记.
var greetings = strings.Fields("你好 您好 在吗 嗨 哈喽 早上好 中午好 上午好 下午好 晚上好 大家好 各位好 谢谢 hi hello hey")

// said finds a verb by all the words that mean it, as verbKey has them. Alibaba
// Cloud says 报警, many people 告警.
var said = func() map[string]Verb {
	m := map[string]Verb{}
	for _, p := range phrasings {
		for _, w := range slices.Concat(p.en, p.zh) {
			m[w] = p.verb
			m[strings.ReplaceAll(w, "报警", "告警")] = p.verb
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

// signs are the verbs that are said without a word.
var signs = map[rune]Verb{
	'👍': Yes, '👌': Yes, '✅': Yes, '✔': Yes, '☑': Yes, '🆗': Yes, '💯': Yes, '🙆': Yes,
	'👎': No, '❌': No, '🙅': No, '🙏': Hello, '👋': Hello,
	'-': Skip, '–': Skip, '—': Skip, '/': Skip, '\\': Skip,
}

// signNames are the signs as Slack and DingTalk write them in a message's text.
var signNames = map[string]Verb{
	":+1:": Yes, ":thumbsup:": Yes, ":ok_hand:": Yes, ":white_check_mark:": Yes, ":heavy_check_mark:": Yes, ":ok:": Yes, ":100:": Yes,
	":-1:": No, ":thumbsdown:": No, ":x:": No, ":pray:": Hello, ":wave:": Hello,
	"[赞]": Yes, "[强]": Yes, "[ok]": Yes, "[对勾]": Yes, "[收到]": Hello, "[感谢]": Hello, "[抱拳]": Hello,
}
