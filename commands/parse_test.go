package commands

import (
	"strings"
	"testing"
)

func TestParseValues(t *testing.T) {
	hook := webhookStart + token
	tests := []struct{ in, want string }{
		// One-liners.
		{"register name=Alice description=\"ECS on-call\" mail=alice@example.com",
			"register | name=Alice | description=ECS on-call | mail=alice@example.com"},
		{"登记 姓名：王小明 用途：数据库值班 邮箱：wang@example.com 手机：13800138000",
			"register | name=王小明 | description=数据库值班 | mail=wang@example.com | phone=13800138000 | zh"},
		{"describe=ECS on-call mail=a@x.com", "none | description=ECS on-call | mail=a@x.com"},
		{"register name=Alice, desc=DB on-call, night shift, mail=a@x.com",
			"register | name=Alice | description=DB on-call, night shift | mail=a@x.com"},
		{"ContactName=Alice Describe=ECS_Instance Channels.Mail=test@aliyun.com Channels.SMS=13333333333 Channels.AliIM=Jim Lang=zh-cn",
			"none | name=Alice | description=ECS_Instance | mail=test@aliyun.com | phone=13333333333 | aliim=Jim | language=zh-cn"},
		{"webhook=" + hook + " name=Alice", "none | webhook=" + hook + " | name=Alice"},
		{"name=Alice\nmail=a@x.com\nphone=13800138000", "none | name=Alice | mail=a@x.com | phone=13800138000"},
		{"name=Alice;mail=a@x.com；phone=13800138000", "none | name=Alice | mail=a@x.com | phone=13800138000"},

		// Spaces around separators, full width, Chinese punctuation, labels that
		// run into what stands before them.
		{"mail = a@x.com , name = Alice", "none | mail=a@x.com | name=Alice"},
		{"邮箱： a@x.com，姓名:李雷。", "none | mail=a@x.com | name=李雷 | zh"},
		{"ｎａｍｅ＝Ａｌｉｃｅ　ｍａｉｌ＝ａ＠ｘ．ｃｏｍ", "none | name=Alice | mail=a@x.com"},
		{"NAME=Alice E-Mail=a@x.com", "none | name=Alice | mail=a@x.com"},
		{"email address: a@x.com, phone number: 138 0013 8000", "none | mail=a@x.com | phone=13800138000"},
		{"登记姓名：张三邮箱：a@x.com手机号码：13800138000", "register | name=张三 | mail=a@x.com | phone=13800138000 | zh"},
		{"姓名：张三。描述：数据库值班，夜间。手机：138-0013-8000。", "none | name=张三 | description=数据库值班，夜间 | phone=13800138000 | zh"},
		{"1. 姓名：张三\n2. 邮箱：a@x.com\n3、手机：13800138000", "none | name=张三 | mail=a@x.com | phone=13800138000 | zh"},
		{"- name: Alice\n- mail: a@x.com", "none | name=Alice | mail=a@x.com"},
		{"--name=Alice --mail=a@x.com", "none | name=Alice | mail=a@x.com"},
		{"**Name**: Alice\n*Email*: a@x.com\n【手机】：13800138000", "none | name=Alice | mail=a@x.com | phone=13800138000 | zh"},
		{`{"name": "Alice", "mail": "a@x.com"}`, "none | name=Alice | mail=a@x.com"},
		{"na\u200bme=Al\u202eice\u00a0mail=\ufeffa@x.com", "none | name=Alice | mail=a@x.com"},
		{"name=Alice mail=a@x.com register", "register | name=Alice | mail=a@x.com"},
		{"my mail: a@x.com and my phone: 13800138000", "none | mail=a@x.com | phone=13800138000"},
		{"我的邮箱：a@x.com 还有手机：13800138000", "none | mail=a@x.com | phone=13800138000 | zh"},

		{"登记：姓名：手机：13800138000", "register | phone=13800138000 | name: no value was given | zh"},
		{"phone：tel:13800138000 mail=mailto:a@x.com", "none | phone=13800138000 | mail=a@x.com"},

		// Quotes hold anything; one that has no end spoils nothing.
		{`name="Alice" desc="a, b; mail=c"`, "none | name=Alice | description=a, b; mail=c"},
		{"姓名：“张三” 描述：「数据库；夜间」", "none | name=张三 | description=数据库；夜间 | zh"},
		{"name='Bob' desc=it's Bob's team", "none | name=Bob | description=it's Bob's team"},
		{"desc='it's Bob's team' name=Bob", "none | description=it's Bob's team | name=Bob"},
		{`name="Alice mail=a@x.com`, "none | name=Alice | mail=a@x.com"},
		{"desc=“ECS on-call, night\nmail=a@x.com", "none | description=ECS on-call, night | mail=a@x.com"},
		{"desc=`kubectl` name=Bob", "none | description=kubectl | name=Bob"},

		// The platforms' mark-up.
		{"register name=Alice mail=<mailto:a@x.com|a@x.com> phone=<tel:+8613800138000|138 0013 8000>",
			"register | name=Alice | mail=a@x.com | phone=13800138000"},
		{"webhook=<https://oapi.dingtalk.com/robot/send?access_token=" + token + "|https://oapi.dingtalk.com/…>", "none | webhook=" + hook},
		{"webhook=<" + hook + ">", "none | webhook=" + hook},
		{"mail=[a@x.com](mailto:a@x.com) desc=R&amp;D &lt;on-call&gt;", "none | mail=a@x.com | description=R&D <on-call>"},
		{"desc=see <http://wiki.example.com|wiki.example.com> and <#C1|ops>", "none | description=see wiki.example.com and #ops"},
		{"mail=<mailto:a%2Bb@example.com|a+b@example.com>", "none | mail=a+b@example.com"},
		{"mail=<mailto:a%2Bb@example.com>", "none | mail=a+b@example.com"},
		{"mail=[write me](mailto:a%2Bb@example.com?subject=x)", "none | mail=a+b@example.com"},
		{"<@U123> register name=Alice <!channel>", "register | name=Alice"},
		{"desc=&lt;!here&gt; &amp;lt", "none | description=<!here> &lt"},
		{"desc=load <3 [a](b) & <b>", "none | description=load <3 [a](b) & <b>"},

		// Said in so many words.
		{"change mail to b@x.com", "none | mail=b@x.com"},
		{"my phone number is 138 0013 8000", "none | phone=13800138000"},
		{"please set the description to night shift, ECS", "none | description=night shift, ECS"},
		{"邮箱改成 b@x.com", "none | mail=b@x.com | zh"},
		{"把手机号换成13800138000吧", "none | phone=13800138000 | zh"},
		{"手机是13800138000，邮箱是b@x.com。", "none | phone=13800138000 | mail=b@x.com | zh"},
		{"描述改为：夜间值班", "none | description=夜间值班 | zh"},
		{"描述改成数据库，夜间", "none | description=数据库，夜间 | zh"},
		{"描述改成 夜间值班，邮箱改成 b@x.com", "none | description=夜间值班 | mail=b@x.com | zh"},
		{"报警语言换成英文", "none | language=en | zh"},
		{"邮箱改成 bob", "none | mail: there is no “@” in it; an address looks like alice@example.com | zh"},
		{"mail is down", `none | "mail is down"`},
		{"手机是值班专用的", `none | "手机是值班专用的" | zh`},
		{"what is my name is Bob", `none | "what is my name is Bob" | asks | en`},

		{"update mail to a@x.com and phone to 13900139000", "none | mail=a@x.com | phone=13900139000"},
		{"change mail to a@x.com, phone to 13900139000", "none | mail=a@x.com | phone=13900139000"},
		{"change mail to a@x.com and tell Bob", `none | mail=a@x.com | "tell Bob"`},
		{"change mail to bob and tell", "none | mail: there is no “@” in it; an address looks like alice@example.com"},
		{"change desc to night and day and mail to a@x.com", "none | description=night and day | mail=a@x.com"},
		{"把邮箱改成a@x.com和手机改成13900139000", "none | mail=a@x.com | phone=13900139000 | zh"},
		{"描述改成数据库和缓存", "none | description=数据库和缓存 | zh"},
		{"姓名改成张和平", "none | name=张和平 | zh"},
		{"邮箱改成b@x.com，谢谢", "none | mail=b@x.com | zh"},
		{"告警语言：英文", "none | language=en | zh"},

		// … beside other values.
		{"手机也加上13800138009，描述改成支付系统值班", "none | phone=13800138009 | description=支付系统值班 | zh"}, {"phone 13800138009, and change the description to Payments on-call", `none | description=Payments on-call | "phone 13800138009"`},
		{"ann@example.com, and please change the name to Anna", `none | name=Anna | "ann@example.com"`}, {"13800138009, the description should be Payments", `none | description=Payments | "13800138009"`}, {"Payments on-call, also 13800138009", `none | phone=13800138009 | "Payments on-call"`},
		{"the description should be Payments and the mail should be a@x.com", "none | description=Payments | mail=a@x.com"}, {"the name should be Anna", "none | name=Anna"}, {"change the name to Anna Lee", "none | name=Anna_Lee (a name can't hold a space; “_” stands for it)"}, {"名字改成 Anna Lee，谢谢", "none | name=Anna_Lee (a name can't hold a space; “_” stands for it) | zh"}, {"描述应该是支付值班", "none | description=支付值班 | zh"}, {"名字换成李四吧，手机换成13800138000，谢谢", "none | name=李四 | phone=13800138000 | zh"},
		{"登记 张三，13800138000，描述改成支付", `register | description=支付 | "张三，13800138000" | zh`}, {"name=Ann desc=DB on-call, change the mail to a@x.com", "none | name=Ann | description=DB on-call | mail=a@x.com (it was read out of the description; please check both)"},
		{"name=Ann mail=a@x.com, 邮箱改成b@x.com", "none | name=Ann | mail=b@x.com (it was given more than once; the last one counts) | zh"}, {`name=Ann desc="DB, 邮箱改成b@x.com"`, "none | name=Ann | description=DB, 邮箱改成b@x.com"},
		{"set desc to night shift, phone 13800138000", `none | description=night shift | "phone 13800138000"`}, {"can you change my mail to b@x.com?", "none | mail=b@x.com"}, {"I want to change my email to b@x.com", "none | mail=b@x.com"},
		{"我叫王小明，我的手机是13800138000", `none | "我叫王小明，我的手机是13800138000" | zh`}, {"the name should be unique", `none | "the name should be unique" | en`}, {"数据库，负责把数据改成标准格式", `none | "数据库，负责把数据改成标准格式" | zh`}, {"night shift, change the disks to SSD", `none | "night shift, change the disks to SSD"`},

		// One more of what there is room for once is told.
		{"邮箱=a@x.com,b@x.com", "none | mail=a@x.com (there is room for one only; the first one counts) | zh"}, {"mail=a@x.com, b@x.com or c@x.com name=Bob", "none | mail=a@x.com (there is room for one only; the first one counts) | name=Bob"},
		{"手机=13800138000，13900139000 Alice", `none | phone=13800138000 (there is room for one only; the first one counts) | "Alice" | zh`}, {"mail=a@x.com, 13800138000", `none | mail=a@x.com | "13800138000"`}, {"name=Bob, Alice", `none | name=Bob | "Alice"`},

		// Put by a word that does nothing else.
		{"加个手机 13800138022", "none | phone=13800138022 | zh"}, {"加一个手机13800138000", "none | phone=13800138000 | zh"}, {"添加手机 13800138000", "none | phone=13800138000 | zh"}, {"加上手机13800138010", "none | phone=13800138010 | zh"}, {"再加个邮箱：a@x.com", "none | mail=a@x.com | zh"},
		{"加手机号 13800138000", "none | phone=13800138000 | zh"}, {"麻烦帮我加个手机号码是13800138000，谢谢", "none | phone=13800138000 | zh"}, {"加描述 支付值班", "none | description=支付值班 | zh"}, {"add my phone 13800138000", "none | phone=13800138000"}, {"add description ECS on-call", "none | description=ECS on-call"},
		{"also 13800138009", "none | phone=13800138009"}, {"use ann2@x.com instead", "none | mail=ann2@x.com"}, {"Please use ann2@x.com instead.", "none | mail=ann2@x.com"}, {"改成 a2@x.com", "none | mail=a2@x.com | zh"}, {"it should be hank@x.com", "none | mail=hank@x.com"}, {"no, it's hank@x.com", "none | mail=hank@x.com"},
		{"改成13800138011", "none | phone=13800138011 | zh"}, {"不对，改为 13800138011吧", "none | phone=13800138011 | zh"}, {"邮箱换了，a2@x.com", "none | mail=a2@x.com | zh"}, {"不对，邮箱错了，是a2@x.com", "none | mail=a2@x.com | zh"}, {"用电话 13800138000", "none | phone=13800138000 | zh"},
		{"添加联系人 张三 手机13800138000", `register | "张三 手机13800138000" | zh`}, {"添加 13800138000", `register | "13800138000" | zh`}, {"加我，张三，13800138000", `register | "张三，13800138000" | zh`}, {"加密服务 13800138000", `none | "加密服务 13800138000" | zh`},
		{"用户中心值班 13800138000", `none | "用户中心值班 13800138000" | zh`}, {"加说明文档", `none | "加说明文档" | zh`}, {"add mail server", `none | "add mail server"`}, {"also on-call", `none | "also on-call"`}, {"use 24x7", `none | "use 24x7"`}, {"改成标准格式", `none | "改成标准格式" | zh`},

		// A change of another contact.
		{"更新 Bob 邮箱=z@example.com", `register | mail=z@example.com | "Bob" | zh`}, {"修改 Bob 邮箱=z@example.com", `register | mail=z@example.com | "Bob" | zh`},
		{"修改张三 邮箱：z@example.com", `register | mail=z@example.com | "张三" | zh`}, {"更新联系人 张三 手机=13800138000", `register | phone=13800138000 | "张三" | zh`},
		{"update Bob mail=z@example.com", `register | mail=z@example.com | "Bob"`}, {"change Bob: mail=z@example.com", `register | mail=z@example.com | "Bob"`},
		{"Edit contact Bob, mail=z@example.com", `register | mail=z@example.com | "Bob" | en`}, {"update Bob z@example.com", `register | "Bob z@example.com"`},
		{"change my mail: z@example.com", "none | mail=z@example.com"}, {"修改邮箱：z@example.com", "none | mail=z@example.com | zh"}, {"修改我的邮箱：z@example.com", "none | mail=z@example.com | zh"},
		{"update service team", `none | "update service team"`}, {"更新中心值班 a@x.com", `none | "更新中心值班 a@x.com" | zh`},

		// Corrections.
		{"no the name is Robert", "none | name=Robert"}, {"no, my name is Robert", "none | name=Robert"}, {"wait, actually call me Robert", "none | name=Robert"},
		{"Wait, actually call me Robert.", "none | name=Robert"}, {"不对，名字是王大明", "none | name=王大明 | zh"}, {"叫错了，我叫李磊", "none | name=李磊 | zh"}, {"名字错了，应该是李磊", "none | name=李磊 | zh"},
		{"email should be rob@example.com", "none | mail=rob@example.com"}, {"sorry mail is a@x.com", "none | mail=a@x.com"}, {"邮箱应该是a@x.com", "none | mail=a@x.com | zh"},
		{"the email is wrong, it's a@x.com", "none | mail=a@x.com"}, {"no, change mail to b@x.com", "none | mail=b@x.com"}, {"不对，手机是13800138000", "none | phone=13800138000 | zh"},
		{"no, it's broken", `none | "no, it's broken"`}, {"my name is Robert", `none | "my name is Robert" | en`}, {"我叫李磊", `none | "我叫李磊" | zh`},
		{"the name is wrong", `none name | "name"`}, {"no the name is Robert Smith", `none | "no the name is Robert Smith"`}, {"sorry mail is down", `none | "sorry mail is down"`},
		{"name should be unique", `none | "name should be unique" | en`}, {"不是我叫的", `none | "不是我叫的" | zh`},

		// A label that runs into a description is a guess at most.
		{"手机：13800138000 备注：值班手机：13900139000", "none | phone=13800138000 | description=值班手机：13900139000 | zh"},
		{"描述：值班电话：010-1234567 邮箱：a@x.com", "none | description=值班电话：010-1234567 | mail=a@x.com | zh"},
		{"姓名：张三描述：数据库值班手机：13800138000邮箱：a@x.com", "none | name=张三 | description=数据库值班 | phone=13800138000 (it was read out of the description; please check both) | mail=a@x.com | zh"},
		{"描述：数据库，我的手机：13800138000", "none | description=数据库 | phone=13800138000 | zh"},

		// What is wrong is told; the good parts are kept.
		{"mail=a@x.com mail=bad", "none | mail=a@x.com (it was given more than once; the last one that is valid counts) | mail: there is no “@” in it; an address looks like alice@example.com"},
		{"mail=a@x.com mail=b@x.com mail=c mail=d", "none | mail=b@x.com (it was given more than once; the last one that is valid counts) | mail: there is no “@” in it; an address looks like alice@example.com"},
		{"register colour=red name=Bob", "register | name=Bob | colour: there is no such field"},
		{"mial=a@x.com name=Bob", "none | name=Bob | mial: there is no such field; did you mean mail?"},
		{"mial: a@x.com", "none | mial: there is no such field; did you mean mail?"},
		{"desc=ECS on-call mial=a@x.com", "none | description=ECS on-call | mial: there is no such field; did you mean mail?"},
		{"name=Alice mail=alice phone=13800138000", "none | name=Alice | phone=13800138000 | mail: there is no “@” in it; an address looks like alice@example.com"},
		{"name=Alice Chen mail=a@x.com", "none | mail=a@x.com | name: a name can't hold a space; write for example Alice_Chen"},
		{"name=Alice a@x.com", "none | name=Alice | \"a@x.com\""},
		{"mail=a@x.com mail=b@x.com", "none | mail=b@x.com (it was given more than once; the last one counts)"},
		{"mail= phone=13800138000", "none | phone=13800138000 | mail: nothing given; to leave it out say: skip mail"},
		{"phone=138****8000", "none | phone: part of it is hidden behind asterisks; please type it in full"},
		{"phone=", "none | phone: nothing given; to leave it out say: skip phone"}, {"phone=-", "none | phone: nothing given; to leave it out say: skip phone"},
		{"aliim=- name=Bob", "none | name=Bob | aliim: nothing given; to leave it out say: skip aliim"}, {"desc=-", "none | description=-"}, {"name=", "none | name: no value was given"},
		{"phone=none", "none | phone: nothing given; to leave it out say: skip phone"}, {"aliim=none", "none | aliim=none"},
		{"手机：无", "none | phone: nothing given; to leave it out say: skip phone | zh"},
		{"电话是1380013800", "none | phone: a mainland number has 11 digits; this one has 10 | zh"}, {"my phone is 138 0013 800", "none | phone: a mainland number has 11 digits; this one has 10"},
		{"电话是值班用的", `none | "电话是值班用的" | zh`},
		{"phone=138x", "none | phone: a number holds only digits, for example 13800138000"},
		{"phone=13800138000 (work)", "none | phone=13800138000 | \"(work)\""},

		// What is no label.
		{"note: call me", "none | \"note: call me\""},
		{"main: the database", "none | \"main: the database\""},
		{"desc=on call at 2:30 for cpu=90 https://wiki/x?name=y", "none | description=on call at 2:30 for cpu=90 https://wiki/x?name=y"},
		{"see https://wiki/x?mail=y,z mail=a@x.com", "none | mail=a@x.com | \"see https://wiki/x?mail=y,z\""},
		{hook, `none | "` + hook + `"`},
		{"oapi.dingtalk.com/robot/send?access_token=" + token, `none | "oapi.dingtalk.com/robot/send?access_token=` + token + `"`},
		{`"name=Alice"`, `none | quoted "name=Alice"`},
		{"“取消”", `none | quoted "取消"`},
		{"登记 “张三”", `register | quoted "张三" | zh`},
		{`ECS "name=x" team`, `none | "ECS \"name=x\" team"`},

		// Beside values, yes and no are talk.
		{"no, mail=b@x.com", "none | mail=b@x.com"},
		{"不对，邮箱：b@x.com", "none | mail=b@x.com | zh"},
		{"change mail=b@x.com please", "none | mail=b@x.com"},
		{"hi, name=Alice", "none | name=Alice"},
	}
	for _, tt := range tests {
		if got := told(Parse(tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestParseVerbs(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "none"}, {" \n", "none"}, {"...", `none | "..."`},
		{"register", "register"}, {"Register!", "register"}, {"ＲＥＧＩＳＴＥＲ", "register"}, {"/contact register", "register"},
		{"contactbot: register", "register"}, {"@contactbot 登记", "register | zh"},
		{"登记", "register | zh"}, {"我要登记", "register | zh"}, {"帮我登记一下", "register | zh"}, {"请登记", "register | zh"}, {"添加联系人", "register | zh"},
		{"你好，我要登记", "register | zh"}, {"hi, register", "register | en"}, {"sign up", "register | en"}, {"add me please", "register | en"},
		{"register Alice a@x.com", `register | "Alice a@x.com"`},
		{"please register me as an alert contact: Alice", `register | "Alice" | en`},
		{"I'd like to register Alice", `register | "Alice" | en`},
		{"could you sign me up", `none | "could you sign me up" | en`},
		{"登记张三，13800138000", `register | "张三，13800138000" | zh`}, {"麻烦帮我登记张三", `register | "张三" | zh`},
		{"注册中心值班", `none | "注册中心值班" | zh`}, {"登记 系统值班", `register | "系统值班" | zh`},

		{"注册中心值班 a@x.com", `none | "注册中心值班 a@x.com" | zh`}, {"注册张三 a@x.com", `register | "张三 a@x.com" | zh`},
		{"注册：中心值班 a@x.com", `register | "中心值班 a@x.com" | zh`}, {"登记alice@x.com", `register | "alice@x.com" | zh`},
		{"添加告警联系人 张三", `register | "张三" | zh`},
		{"add me to the on-call list", "register | en"}, {"add me to the on-call list, Alice a@x.com", `register | "Alice a@x.com" | en`},
		{"add me to on-call", "register | en"}, {"add me as a contact: Alice", `register | "Alice" | en`},

		// Politeness around the request is nothing but the request.
		{"Please register me.", "register | en"}, {"Please register me. Frank Miller", `register | "Frank Miller" | en`}, {"register Please register me. Frank Miller", `register | "Frank Miller" | en`}, {"Please register me.\nFrank Miller\nSenior SRE", `register | "Frank Miller, Senior SRE" | en`},
		{"Please register me. My mail is a@x.com", `register | "My mail is a@x.com" | en`}, {"麻烦帮我登记一下，谢谢", "register | zh"}, {"登记 麻烦帮我登记一下，张三", `register | "张三" | zh`}, {"register another", "register | en"}, {"register register team", `register | "register team"`},
		{"登记 登记系统值班", `register | "登记系统值班" | zh`},

		// No address loses its beginning.
		{"register@example.com", `none | "register@example.com"`}, {"signup@example.com", `none | "signup@example.com"`},
		{"enroll+ecs@corp.com", `none | "enroll+ecs@corp.com"`}, {"hello@example.com", `none | "hello@example.com"`},
		{"contactbot@example.com", `none | "contactbot@example.com"`}, {"register me@example.com", `register | "me@example.com"`},
		{"contactbot: register@example.com", `none | "register@example.com"`},

		{"修改", "register | zh"}, {"更新", "register | zh"}, {"update", "register"}, {"edit", "register"}, {"Change", "register"},
		{"new", "new"}, {"start over", "new | en"}, {"重新开始", "new | zh"}, {"重来吧", "new | zh"}, {"重新登记", "new | zh"},
		{"go on", "continue | en"}, {"继续", "continue | zh"},
		{"back", "back"}, {"上一步", "back | zh"}, {"back to mail", "back mail"}, {"返回 邮箱", "back mail | zh"},
		{"skip", "skip"}, {"none", "skip"}, {"跳过。", "skip | zh"}, {"没有", "skip | zh"}, {"skip phone", "skip phone"}, {"跳过 手机", "skip phone | zh"}, {"跳过手机号", "skip phone | zh"}, {"no webhook", "skip webhook"},
		{"keep", "skip"}, {"Keep it.", "skip | en"}, {"保留", "skip | zh"}, {"keep the lights on", `none | "keep the lights on"`},
		{"show", "show"}, {"查看", "show | zh"},
		{"yes!", "yes"}, {"Y", "yes"}, {"ok", "yes"}, {"submit", "yes"}, {"确认。", "yes | zh"}, {"好的！", "yes | zh"}, {"ＯＫ", "yes"}, {"yes please", "yes | en"}, {"是的，谢谢", "yes | zh"},
		{"no", "no"}, {"不对", "no | zh"}, {"不，谢谢", "no | zh"},
		{"cancel", "cancel"}, {"算了吧", "cancel | zh"}, {"请取消", "cancel | zh"},
		{"me", "me"}, {"my contacts", "me | en"}, {"我的联系人", "me | zh"},
		{"why?", "why"}, {"为什么？", "why | zh"}, {"why phone", "why phone"}, {"why do you need my phone number?", "why phone | en"}, {"为什么要填手机？", "why phone | zh"}, {"手机号为什么必填", "why phone | zh"},
		{"help", "help"}, {"?", "help"}, {"？？", "help | zh"}, {"/h", "help"}, {"怎么用？", "help | zh"},
		{"help mail", "help mail"}, {"帮助 邮箱", "help mail | zh"}, {"what is a webhook?", "help webhook | en"}, {"webhook是什么", "help webhook | zh"}, {"webhook?", "help webhook"}, {"help register", "help | en"},
		{"english", "speak en | en"}, {"中文", "speak zh | zh"}, {"switch to Chinese", "speak zh | zh"}, {"请说中文吧", "speak zh | zh"}, {"in English please", "speak en | en"}, {"换成英文", "speak en | en"},
		{"hi", "hello | en"}, {"你好", "hello | zh"}, {"在吗？", "hello | zh"},
		{"change mail", `none mail | "mail"`}, {"修改邮箱", `none mail | "mail" | zh`}, {"改一下手机号", `none phone | "phone" | zh`},

		{"把邮箱改一下", `none mail | "mail" | zh`}, {"手机填错了", `none phone | "phone" | zh`}, {"thanks!", "hello | en"}, {"谢谢", "hello | zh"},

		// One slip is overlooked, but nothing is sent by it.
		{"cancle", "cancel"}, {"regster", "register"}, {"contineu", "continue"}, {"submti", `none | "submti"`}, {"comfirm", `none | "comfirm"`},
		{"regster name=Alice", "register | name=Alice"},
		// Asking is not ordering.
		{"ok?", `none | "ok?" | asks`}, {"提交？", `none | "提交？" | asks | zh`}, {"cancel?", `none | "cancel?" | asks`},
		// A verb counts only as the whole message.
		{"back office team", `none | "back office team"`}, {"show room", `none | "show room"`}, {"继续教育平台", `none | "继续教育平台" | zh`},
		{"english market", `none | "english market"`}, {"help desk", `none | "help desk"`}, {"确认系统值班", `none | "确认系统值班" | zh`}, {"cancel mail=a@x.com", `none | mail=a@x.com | "cancel"`},
		{"what does it cost?", `none | "what does it cost?" | asks | en`},
		{"这个要钱吗？", `none | "这个要钱吗？" | asks | zh`},
		{"ECS on-call", `none | "ECS on-call"`},

		{"我要改邮箱", `none mail | "mail" | zh`}, {"换个手机号", `none phone | "phone" | zh`}, {"the email is wrong", `none mail | "mail"`}, {"邮箱错了", `none mail | "mail" | zh`}, {"wrong phone", `none phone | "phone"`},
		{"邮箱打错了", `none mail | "mail" | zh`}, {"名字打错了", `none name | "name" | zh`}, {"typo in the email", `none mail | "mail"`}, {"that's not my email", `none mail | "mail" | en`}, {"不对，邮箱错了", `none mail | "mail" | zh`}, {"不，邮箱错了", `none mail | "mail" | zh`}, {"no, the email is wrong", `none mail | "mail"`},
		{"sorry", "hello | en"}, {"不好意思", "hello | zh"}, {"sorry team", `none | "sorry team"`}, {"sorry, wrong name", `none name | "name"`}, {"Wait, wrong email!", `none mail | "mail"`}, {"oh, the phone is wrong", `none phone | "phone"`}, {"不对，名字错了", `none name | "name" | zh`}, {"嗯，邮箱改一下", `none mail | "mail" | zh`}, {"等一下，手机号填错了", `none phone | "phone" | zh`},
		{"I want to update my email", `none mail | "mail" | en`}, {"how do I change my phone?", `none phone | "phone" | en`}, {"我的邮箱换了", `none mail | "mail" | zh`}, {"怎么改手机号", `none phone | "phone" | zh`}, {"可以换个邮箱吗？", `none mail | "mail" | zh`}, {"modify my contact", `none name | "name" | en`},
		{"no, the disk is wrong", `none | "no, the disk is wrong"`}, {"不动产值班", `none | "不动产值班" | zh`}, {"嗯嗯，邮箱服务值班", `none | "嗯嗯，邮箱服务值班" | zh`}, {"怎么改数据库", `none | "怎么改数据库" | asks | zh`}, {"that's not a team", `none | "that's not a team"`}, {"数据换了", `none | "数据换了" | zh`},
		{"edit Ann", `register | "Ann"`}, {"update Ann", `register | "Ann"`}, {"Modify contact Ann", `register | "Ann" | en`}, {"编辑张三", `register | "张三" | zh`}, {"edit team", `none | "edit team"`}, {"update ECS nodes", `none | "update ECS nodes"`}, {"编辑部值班", `none | "编辑部值班" | zh`}, {"编辑部值班 a@x.com", `none | "编辑部值班 a@x.com" | zh`},
		{"再登记一个", "register | zh"}, {"再加一个联系人", "register | zh"}, {"再登记一次报警", `none | "再登记一次报警" | zh`}, {"编辑", "register | zh"},
		{"wrong phonebook", `none | "wrong phonebook"`}, {"换机值班", `none | "换机值班" | zh`}, {"换成中文", "speak zh | zh"},

		// Idle requests, and deleting.
		{"how do I register", "help | en"}, {"怎么登记", "help | zh"}, {"how does this work?", "help | en"}, {"what is this", "help | en"},
		{"regsiter Bob", `register | "Bob"`}, {"登記", "register | zh"}, {"註冊", "register | zh"}, {"請登記", `none | "請登記" | zh`}, {"登記：张三", `register | "张三" | zh`},
		{"registers team", `none | "registers team"`}, {"registry team", `none | "registry team"`}, {"registrar", `none | "registrar"`}, {"怎么登记系统", `none | "怎么登记系统" | asks | zh`},
		{"delete Ops", `delete | "Ops" | en`}, {"删除 Ops", `delete | "Ops" | zh`}, {"删除张三", `delete | "张三" | zh`}, {"unregister", "delete"}, {"注销", "delete | zh"}, {"撤销登记", "delete | zh"}, {"remove me", "delete | en"}, {"delete contact Ops", `delete | "Ops" | en`},
		{"取消登记", "cancel | zh"}, {"delete queue on-call", `none | "delete queue on-call"`}, {"删除中心值班", `none | "删除中心值班" | zh`}, {"注销业务", `none | "注销业务" | zh`}, {"delete Ops mail=a@x.com", `none | mail=a@x.com | "delete Ops"`},

		// Having none, and removing.
		{"我没有", "skip | zh"}, {"不知道", "skip | zh"}, {"不清楚", "skip | zh"}, {"下一个", "skip | zh"}, {"不用", "skip | zh"}, {"不需要。", "skip | zh"},
		{"I have none", "skip | en"}, {"I don't have one", "skip | en"}, {"I don’t have one.", "skip | en"}, {"don't know", "skip | en"}, {"I do not know", "skip | en"}, {"dunno", "skip"}, {"no idea", "skip | en"}, {"no ideas team", `none | "no ideas team"`}, {"next", "skip"}, {"n/a", "skip"},
		{"我没有邮箱", "skip mail | zh"}, {"没邮箱", "skip mail | zh"}, {"没手机", "skip phone | zh"}, {"没有钉钉", "skip webhook | zh"}, {"我没有机器人", "skip webhook | zh"},
		{"no phone", "skip phone"}, {"I have no phone", "skip phone | en"}, {"I don't have a phone number", "skip phone | en"},
		{"remove phone", "skip phone"}, {"delete my phone", "skip phone | en"}, {"删掉手机", "skip phone | zh"}, {"去掉手机", "skip phone | zh"}, {"不要手机", "skip phone | zh"}, {"删除邮箱", "skip mail | zh"}, {"把手机删掉", "skip phone | zh"},
		{"没有人值班", `none | "没有人值班" | zh`}, {"next generation team", `none | "next generation team"`}, {"不用的机器", `none | "不用的机器" | zh`}, {"drop box sync", `none | "drop box sync"`},

		// Questions without a mark.
		{"能不能不填", `none | "能不能不填" | asks | zh`}, {"可以只填邮箱么", `none | "可以只填邮箱么" | asks | zh`}, {"必须用真名", `none | "必须用真名" | asks | zh`},
		{"谁能看到这些", `none | "谁能看到这些" | asks | zh`}, {"这个填什么好呢", `none | "这个填什么好呢" | asks | zh`}, {"名字有什么要求", `none | "名字有什么要求" | asks | zh`},
		{"不填行不行。", `none | "不填行不行。" | asks | zh`}, {"what should I write", `none | "what should I write" | asks | en`}, {"Do I need all of them", `none | "Do I need all of them" | asks | en`},
		{"can I leave it", `none | "can I leave it" | asks | en`}, {"who sees my number", `none | "who sees my number" | asks | en`},
		// No questions.
		{"What-if analysis team", `none | "What-if analysis team"`}, {"CanI service", `none | "CanI service"`}, {"Who", `none | "Who"`}, {"whatsapp bot", `none | "whatsapp bot"`},
		{"“怎么写”", `none | quoted "怎么写"`}, {`"why not?"`, `none | quoted "why not?"`}, {"when it burns, a@x.com", `none | "when it burns, a@x.com" | en`},
		{"desc=怎么写 name=Bob", "none | description=怎么写 | name=Bob"}, {"数据库值班", `none | "数据库值班" | zh`}, {"可以", "yes | zh"},
	}
	for _, tt := range tests {
		if got := told(Parse(tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestParseTooLong(t *testing.T) {
	c := Parse("mail=a@x.com " + strings.Repeat("界", MaxText))
	if len(c.Problems) != 1 || c.Problems[0].Reason != tooLongText {
		t.Errorf("problems %v", c.Problems)
	}
	if len(c.Values) != 1 || len(c.Rest) > MaxText {
		t.Errorf("%d values, rest of %d bytes", len(c.Values), len(c.Rest))
	}
}

func TestParseText(t *testing.T) {
	if got, want := Parse("CPU=90  &amp;\nmore").Text, "CPU=90 & more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
