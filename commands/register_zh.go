package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The pieces of "你好，麻烦帮我登记一下：…", "可以登记吗", "把李四加为报警联系人，…". In
// each list longer ones stand before their own beginnings.
var (
	courtesiesZH = []string{"请", "麻烦", "帮忙", "帮我", "给我", "我想要", "我想", "我要", "我需要", "需要", "想要", "你", "您", "一下"}
	// mayZH ask whether it may be done: "可以登记吗" is an order, "可以登记几个" is
	// none.
	mayZH      = []string{"可不可以", "可以", "可否", "能不能", "能否", "能"}
	registerZH = []string{"登记", "注册", "添加", "登記", "註冊"}
	// addZH need more behind them to be the verb: 加密, 新增业务.
	addZH   = []string{"新增", "新建", "增加", "录入", "加"}
	afterZH = []string{"一下", "我自己", "我为", "我", "自己", "一个", "个", "新的", "新", "报警", "告警", "联系人"}
	// endsAfterZH are so only where the word ends: not in 登记下周值班.
	endsAfterZH = []string{"一下", "下", "吧", "吗", "么", "呗", "嘛", "啊", "呀", "哈", "啦"}
	// forZH stand before the one who is to be registered: 帮李四登记.
	forZH = []string{"把", "帮", "给", "替"}
	// becomeZH stand between 加 and 联系人, places behind that.
	becomeZH = []string{"到", "进", "入", "为", "成", "作为", "做", "上", "一下", "下"}
	places   = []string{"列表", "名单", "里面", "里", "中"}
)

// prefixedZH is prefixed for Chinese.
func prefixedZH(text string, evidence bool) (rest string, ok bool) {
	rest = text
	courteous, asks := false, false
	for len(text)-len(rest) < maxLead {
		s, ok := cutAny(rest, courtesiesZH)
		courteous = courteous || ok
		if !ok {
			s, ok = cutAny(rest, mayZH)
			asks = asks || ok
		}
		if !ok {
			break
		}
		rest = strings.TrimLeft(s, " ")
	}
	if s, ok := registersOther(rest, evidence); ok {
		return s, true
	}
	s, ok := cutAny(rest, registerZH)
	adds := false
	if !ok {
		if s, ok = cutAny(rest, addZH); !ok {
			return text, false
		}
		adds = true
	}
	rest, took := afterRegister(s)
	if !strings.ContainsFunc(rest, isLetterOrDigit) {
		rest = "" // 登记吗？
	}
	bare := !isHan(clip(rest, len("中"))) // the verb is a word of its own
	surnamed := isSurnamed(firstHan(rest))
	switch {
	case adds && !(took && (bare || surnamed || evidence && isPerson(rest))):
		return text, false
	case asks && !evidence && unlead(rest) != "":
		name := unparticled(strings.TrimRight(unlead(rest), "?？!！。 "))
		return name, isSurnamed(name)
	case took && !courteous && !bare:
		_, noun := cutAny(rest, compounds)
		return rest, !noun
	}
	return unparticled(unlead(rest)), bare || courteous || surnamed || evidence && isPerson(rest)
}

// afterRegister cuts what belongs to the verb before it.
func afterRegister(s string) (rest string, took bool) {
	for n := len(s); n-len(s) < maxLead; {
		next, ok := cutAny(s, afterZH)
		if next != s && strings.HasPrefix(next, "们") {
			ok = false // 登记我们组
		}
		if !ok {
			next, ok = cutPlace(s)
		}
		if !ok {
			next, ok = cutEnd(s)
		}
		if !ok {
			return s, took
		}
		s, took = next, true
	}
	return s, took
}

// cutEnd cuts one of endsAfterZH where nothing else follows in the word.
func cutEnd(s string) (rest string, ok bool) {
	if rest, ok = cutAny(s, endsAfterZH); !ok {
		return s, false
	}
	next := rest
	for ok && next != "" && len(rest)-len(next) < maxLead {
		next, ok = cutAny(next, endsAfterZH)
	}
	_, contact := cutAny(rest, []string{"报警", "告警", "联系人"})
	return rest, contact || !isHan(clip(next, len("中")))
}

// cutPlace cuts where somebody is added to: 到报警联系人列表里.
func cutPlace(s string) (rest string, ok bool) {
	rest = s
	for len(s)-len(rest) < maxLead {
		next, ok := cutAny(rest, becomeZH)
		if !ok {
			break
		}
		rest = next
	}
	rest, ok = cutAny(rest, []string{"报警联系人", "告警联系人", "联系人", "报警", "告警"})
	if !ok {
		return s, false
	}
	for len(s)-len(rest) < maxLead {
		next, ok := cutAny(rest, places)
		if !ok {
			break
		}
		rest = next
	}
	return rest, true
}

// registersOther reads who is to be registered before the verb: 帮李四登记一下,
// 把李四加为报警联系人. The name is left, and what follows the verb.
func registersOther(text string, evidence bool) (rest string, ok bool) {
	after, ok := cutAny(text, forZH)
	if !ok {
		return text, false
	}
	after = strings.TrimLeft(after, " ")
	const longest = 40 // bytes
	head := clip(after, longest)
	for i := range head {
		s, ok := cutAny(after[i:], registerZH)
		if !ok {
			s, ok = cutAny(after[i:], addZH)
		}
		if !ok {
			continue
		}
		name := strings.TrimSpace(after[:i])
		s, took := afterRegister(s)
		if isHan(clip(s, len("中"))) || !took && unlead(s) != "" && !evidence {
			return text, false
		}
		if slices.Contains([]string{"", "我", "我自己", "自己", "本人"}, name) {
			return unlead(s), took || name != ""
		}
		_, _, problem := nameField.Clean(name)
		if problem != nil || labels(name) != nil || isHan(name) && !isSurnamed(name) && !(took && isPerson(name)) {
			return text, false
		}
		return name + s, true
	}
	return text, false
}

// compounds are what 登记, 注册 and 添加 may stand before as part of a noun.
var compounds = []string{"中心", "系统", "服务", "平台", "业务", "功能", "接口", "流程", "页", "表", "网关", "模块", "机", "处", "簿", "链路", "成功", "失败", "剂", "管理", "列表", "组", "部", "器"}

// isPerson reports whether the Chinese word right behind Register may be a
// person's name: 登记张三，138… is meant so, 注册中心值班 a@x.com is not.
func isPerson(rest string) bool {
	if _, ok := cutAny(rest, compounds); ok {
		return false
	}
	const longest = 4 // 欧阳小明
	return len(firstHan(rest)) <= longest*len("中")
}

// firstHan is what a text begins with in Chinese.
func firstHan(text string) string {
	if end := strings.IndexFunc(text, func(r rune) bool { return !isHanRune(r) }); end >= 0 {
		return text[:end]
	}
	return text
}

var (
	// surnames are the common ones. Who has another is understood where more than
	// the name is said: 登记：…, 修改 姓名=….
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文张陳劉楊黃趙吳孫馬"
	doubles  = []string{"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "慕容", "令狐", "尉迟", "公孙", "夏侯"}
	// nounStarts begin words that are no names, though a surname may be written so.
	nounStarts = []string{"任务", "任何", "文件", "文档", "文本", "文章", "方案", "方式", "方法", "程序", "程度", "范围", "余额", "白名", "金额", "金融", "高级", "高可", "高危", "高优", "高峰", "常用", "常见", "向导", "石油", "江苏", "黄金",
		"万一", "万网", "夏令", "康复", "易用", "段落", "史料", "严重", "周报", "周期", "周末", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "孙子", "马上", "路由", "路径", "许可", "毛利", "田间", "雷达", "龙头", "武器", "钱包", "何时", "何人", "单位", "白天", "叶子", "钟点", "武汉", "陶瓷", "丁香", "方面", "于是"}
)

// isSurnamed reports whether a Chinese word reads as a person's name: a surname
// and one or two characters more.
func isSurnamed(word string) bool {
	if word == "" || !isHan(word) || firstHan(word) != word {
		return false
	}
	if _, ok := cutAny(word, nounStarts); ok {
		return false
	}
	n := utf8.RuneCountInString(word)
	if _, ok := cutAny(word, doubles); ok && n >= 3 && n <= 4 {
		return true
	}
	first, _ := utf8.DecodeRuneInString(word)
	return n >= 2 && n <= 3 && strings.ContainsRune(surnames, first)
}
