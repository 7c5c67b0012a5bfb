package dingtalk

// Registrations from beginning to end, against a strict DingTalk.

import (
	"strings"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
)

// TestPrivate: in the private chat, in Chinese, with a mistake and its mending,
// links that are tapped, and full-width digits.
func TestPrivate(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		acked(t, wang.Say("登记"))
		question := wang.Sees(t, "联系人叫什么名字")
		if !strings.Contains(question.Reads, "王小明") {
			t.Errorf("the name of the directory is not proposed:\n%s", question.Reads)
		}
		acked(t, wang.Tap(t, question, "可以"))
		wang.Sees(t, "这个联系人负责什么")
		acked(t, wang.Say("RDS 值班"))
		question = wang.Sees(t, "报警发到哪个邮箱")
		acked(t, wang.Tap(t, question, "返回"))
		wang.Sees(t, "这个联系人负责什么")
		acked(t, wang.Say("ECS 值班 *& <RDS>*"))
		wang.Sees(t, "报警发到哪个邮箱")
		acked(t, wang.Say("wang＠"))
		wang.Sees(t, "邮箱：“@”后面应当是")
		acked(t, wang.Say("邮箱：wang@example.org"))
		wang.Sees(t, "手机")
		acked(t, wang.Say("86-１３９００１３９０００"))
		question = wang.Sees(t, "钉钉")
		acked(t, wang.Tap(t, question, "跳过"))
		summary := wang.Sees(t, "请核对")
		for _, want := range []string{"ECS 值班 ＊& ＜RDS>＊", "wang@example.org", "13900139000"} {
			if !strings.Contains(summary.Reads, want) {
				t.Errorf("%q is not in the summary:\n%s", want, summary.Reads)
			}
		}
		if strings.Contains(summary.Title, "wang@") {
			t.Errorf("a value stands in the notification: %s", summary.Title)
		}
		acked(t, wang.Tap(t, summary, "提交"))
		wang.Sees(t, "王小明 已登记为报警联系人")
		for _, n := range wang.Screen() {
			if n.By != dingtalktest.PathSession {
				t.Errorf("shown by %s: %s", n.By, n.Reads)
			}
		}
	})
}

// TestGroup: everything in a group, where nothing personal is repeated.
func TestGroup(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang, alice := o.wang(), o.alice()
		o.ding.AddGroup("cid-ops", "运维群", wang, alice)
		acked(t, wang.Mention("cid-ops", "登记 姓名=张三 邮箱=wang@example.org 手机：139001"))
		question := wang.Sees(t, "这个联系人负责什么")
		if !strings.Contains(question.Reads, "@小明") || !strings.Contains(question.Reads, "手机：") || len(question.At) != 1 {
			t.Errorf("neither mentioned nor told what is wrong:\n%s", question.Reads)
		}
		acked(t, wang.Mention("cid-ops", "ECS 值班"))
		wang.Sees(t, "报警短信发到哪个手机号")
		acked(t, wang.Mention("cid-ops", "13900139000"))
		summary := wang.Sees(t, "请核对")
		if !strings.Contains(summary.Reads, "w＊＊＊@example.org") || !strings.Contains(summary.Reads, "139＊＊＊＊9000") {
			t.Errorf("not masked:\n%s", summary.Reads)
		}
		acked(t, wang.Tap(t, summary, "提交"))
		wang.Sees(t, "张三 已登记为报警联系人")
	})
}

// TestGroupToPrivate: in a group the private chat is offered with one tap, and
// the talk goes on there.
func TestGroupToPrivate(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang, alice := o.wang(), o.alice()
		o.ding.AddGroup("cid-ops", "运维群", wang, alice)
		acked(t, wang.Mention("cid-ops", "登记 姓名=张三"))
		question := wang.Sees(t, "这个联系人负责什么")
		offered := false
		for _, link := range question.Links {
			offered = offered || strings.HasPrefix(link.URL, "dingtalk://dingtalkclient/action/jumprobot?dingtalkid=") && strings.Contains(link.Label, "私聊")
		}
		if !offered {
			t.Errorf("the private chat is not offered: %+v", question.Links)
		}
		here := wang.Sees(t, "群里开始的登记可以在这里继续")
		if here.In != wang.Direct() {
			t.Errorf("the private chat is not prepared, but %s:\n%s", here.In, here.Reads)
		}
		acked(t, wang.Tap(t, here, "继续"))
		if n := wang.Sees(t, "这个联系人负责什么"); n.In != wang.Direct() {
			t.Errorf("it goes on in %s", n.In)
		}
		acked(t, wang.Say("ECS 值班"))
		for _, say := range []struct{ sees, says string }{
			{"报警发到哪个邮箱", "wang@example.org"}, {"请核对", "提交"}, {"张三 已登记", ""},
		} {
			if n := wang.Sees(t, say.sees); n.In != wang.Direct() {
				t.Errorf("%s is said in %s", say.sees, n.In)
			}
			if say.says != "" {
				acked(t, wang.Say(say.says))
			}
		}
	})
}

// TestRichText: a mention is taken out of a rich text, and addresses are not.
func TestRichText(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		acked(t, wang.Rich("cid-ops", "登记 姓名=张三 描述=值班 ", "邮箱=wang@example.org", " 语言=中文"))
		wang.Sees(t, "张三 已登记为报警联系人")
		acked(t, wang.Rich("cid-ops", ""))
		wang.Sees(t, "你好")
	})
}

// TestNothingToRead: pictures, voice and files get an answer.
func TestNothingToRead(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		for _, d := range []*dingtalktest.Delivery{
			wang.Picture(wang.Direct()), wang.Audio(wang.Direct(), "登记"), wang.File(wang.Direct(), "手机.xlsx"), wang.Rich("cid-ops", dingtalktest.Picture),
		} {
			acked(t, d)
			wang.Sees(t, "请打字发给我")
		}
		acked(t, wang.Mention("cid-ops", ""))
		wang.Sees(t, "你好")
	})
}

// TestRefusal: CloudMonitor refuses; its code, message and request ID are shown,
// and the contact is mended.
func TestRefusal(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.Monitor.Fail(simulator.Fault{What: "InvalidParameterValue", Action: "PutContact"})
		acked(t, wang.Say("登记 姓名=张三 描述=值班 邮箱=wang@example.org 语言=中文"))
		refusal := wang.Sees(t, "Code: InvalidParameterValue")
		for _, want := range []string{"云监控拒绝了这次提交", "Message: ", "RequestId: "} {
			if !strings.Contains(refusal.Reads, want) {
				t.Errorf("the refusal lacks %q:\n%s", want, refusal.Reads)
			}
		}
		acked(t, wang.Say("邮箱=wang@example.net"))
		summary := wang.Sees(t, "请核对")
		acked(t, wang.Tap(t, summary, "提交"))
		wang.Sees(t, "张三 已登记")
	})
}

// TestCancel: by word, by link, in the group and in private.
func TestCancel(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		acked(t, wang.Say("登记"))
		question := wang.Sees(t, "联系人叫什么名字")
		acked(t, wang.Tap(t, question, "取消"))
		wang.Sees(t, "已取消")
		acked(t, wang.Mention("cid-ops", "登记"))
		wang.Sees(t, "联系人叫什么名字")
		acked(t, wang.Mention("cid-ops", "取消"))
		wang.Sees(t, "已取消")
	})
}

// TestDoubleTap: a second tap on a link does not answer the next question.
func TestDoubleTap(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		acked(t, wang.Say("登记"))
		acked(t, wang.Tap(t, wang.Sees(t, "联系人叫什么名字"), "可以"))
		wang.Sees(t, "这个联系人负责什么")
		acked(t, wang.Say("值班"))
		question := wang.Sees(t, "报警发到哪个邮箱")
		acked(t, wang.Tap(t, question, "跳过"))
		wang.Sees(t, "手机")
		acked(t, wang.Tap(t, question, "跳过"))
		wang.Sees(t, "手机")
		o.settled(wang)
		if n := wang.Count("由哪个钉钉群机器人"); n != 0 {
			t.Error("the next question was skipped, too")
		}
	})
}

// TestWebhookExpires: in between, and earlier than it said; the answer comes by
// the OpenAPI, in the same place.
func TestWebhookExpires(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		for _, where := range []struct {
			name, in, by string
			say          func(string) *dingtalktest.Delivery
		}{
			{"张三", wang.Direct(), dingtalktest.PathSingle, wang.Say},
			{"李四", "cid-ops", dingtalktest.PathGroup, func(s string) *dingtalktest.Delivery { return wang.Mention("cid-ops", s) }},
		} {
			o.Monitor.SetDelay(time.Second)
			acked(t, where.say("登记 姓名="+where.name+" 描述=值班 邮箱=wang@example.org 语言=中文"))
			if n := wang.Sees(t, "正在把 "+where.name+" 提交给云监控"); n.By != dingtalktest.PathSession {
				t.Errorf("shown by %s", n.By)
			}
			o.ding.ExpireHooks()
			n := wang.Sees(t, where.name+" 已登记")
			if n.By != where.by || n.In != where.in {
				t.Errorf("shown by %s in %s:\n%s", n.By, n.In, n.Reads)
			}
			o.settled(wang)
		}
	})
}

// TestStrangers: people of other organizations, and of none, are refused.
func TestStrangers(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		eve := o.ding.Join(dingtalktest.Person{ID: "eve", Corp: "ding2"})
		nobody := o.ding.Join(dingtalktest.Person{ID: "nobody", Outsider: true})
		for _, p := range []*dingtalktest.Person{eve, nobody} {
			acked(t, p.Say("登记"))
			p.Sees(t, "我只为本企业的成员登记")
			for range 4 { // once is enough
				acked(t, p.Say("登记"))
			}
			if len(p.Screen()) != 1 {
				t.Errorf("shown %+v", p.Screen())
			}
		}
	})
}

// TestNoPermissions: without them nothing is proposed, and all is answered.
func TestNoPermissions(t *testing.T) {
	inOffice(t, dingtalktest.Options{Permissions: []string{}}, func(t *testing.T, o *office) {
		wang := o.wang()
		acked(t, wang.Say("登记"))
		wang.Sees(t, "联系人叫什么名字")
		acked(t, wang.Say("张三"))
		wang.Sees(t, "这个联系人负责什么")
		acked(t, wang.Say("值班"))
		if n := wang.Sees(t, "报警发到哪个邮箱"); strings.Contains(n.Reads, "wang@") {
			t.Errorf("proposed without a permission:\n%s", n.Reads)
		}
	})
}

// TestVerifiedMail: a contact that CloudMonitor has and the bot does not know is
// its whose mail the organization gave; an address that somebody entered proves
// nothing.
func TestVerifiedMail(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		for _, p := range []struct {
			id, mail, org, sees string
		}{
			{"li01", "oncall@example.com", "", "我没法确认是不是你的"}, {"li02", "", "oncall@example.com", "已经存在，而且是你登记的"},
		} {
			if _, err := o.Client.PutContact(t.Context(), cloudmonitor.Contact{Name: "值班" + p.id, Describe: "x", Channels: cloudmonitor.Channels{Mail: "oncall@example.com"}}); err != nil {
				t.Fatal(err)
			}
			li := o.ding.Join(dingtalktest.Person{ID: p.id, Name: "李磊", Mail: p.mail, OrgMail: p.org})
			acked(t, li.Say("登记 姓名=值班"+p.id+" 描述=值班"))
			li.Sees(t, p.sees)
		}
	})
}

// TestEnglish: who speaks English is answered in English.
func TestEnglish(t *testing.T) {
	inOffice(t, dingtalktest.Options{StringCreateAt: true, NumericTime: true}, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Say(`register name=Alice describe="ECS on-call" mail=alice@example.org phone=13900139000 lang=en`))
		alice.Sees(t, "Alice is registered")
	})
}

// TestNobodyIsMentioned: whatever a person types, it calls nobody.
func TestNobodyIsMentioned(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang, alice := o.wang(), o.alice()
		o.ding.AddGroup("cid-ops", "运维群", wang, alice)
		acked(t, wang.Mention("cid-ops", `登记 姓名=张三 描述="@all @所有人 [点我](https://evil.example.com) @alice02" 邮箱=wang@allianz.example.org`))
		wang.Sees(t, "张三 已登记")
		o.settled(wang)
		acked(t, wang.Mention("cid-ops", "我的"))
		for _, link := range wang.Sees(t, "evil.example.com").Links {
			if strings.Contains(link.URL, "evil") {
				t.Errorf("a link of somebody else's: %+v", link)
			}
		}
	})
}
