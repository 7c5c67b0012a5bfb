package commands

import (
	"strings"
	"testing"
)

// What people say that is one phrase, or several that come to the same.
func TestParseTalk(t *testing.T) {
	tests := []struct{ want, in string }{
		{"yes | zh", "好的，提交 没问题，提交 好，提交 确认提交 提交一下 没问题提交吧 嗯 嗯嗯 就这样 确认无误 都对 正确 好嘞 OK了 用这个 就用这个 对，就这个 可以了 可以提交 可以提交了 好了 那就提交吧 好的好的 嗯，提交吧 请提交 没有了，提交 就这些 其他不填了 后面都跳过 完成 直接提交"},
		{"yes", "👍 👍🏻 👌 :+1: [OK] lgtm"},
		{"no | zh", "不提交 先不提交"},
		{"wait | zh", "等等 等一下 稍等 请稍等。 等会儿 等下 稍等一下哈 等等等等 好的，等一下 不，等等 等我一下"},
		{"cancel | zh", "取消提交 不弄了 不搞了 先不登记了 我不想登记了 不要了 下次吧 好的，取消 那算了"},
		{"why | zh", "什么意思 啥意思？ 看不懂 不懂 不会弄 写啥 填啥 这是啥 怎么弄 在哪找 去哪找 地址在哪"},
		{"hello | zh", "收到 知道了 哦 辛苦了 收到，谢谢 王老师好"},
		{"skip | zh", "不填了 先不填了 没 没了 没有了 没有的 暂无 先跳过 跳过这个 这个跳过 下一项 过 略 忘了 不加了 随便 好的，跳过 不知道，跳过吧"},
		{"skip", "- — /"},
		{"skip mail | zh", "邮箱不填 邮箱跳过"},
		{"skip phone | zh", "手机就不填了 手机没有"},
		{"register | zh", "可以帮我登记一下吗 能帮我登记吗？ 可以登记吗 加我 加个报警联系人 帮我加一下报警联系人 把我加到报警联系人 把我加到告警联系人列表里 新增联系人 新建报警联系人 开始 开始登记 我要接收报警 我要接收告警 帮我登记下 帮我登记呗 登记下 登记呗 “登记” 老师好，麻烦登记一下"},
		{"me | zh", "没收到激活邮件 激活链接没收到 我一直没收到激活短信怎么办？ 重发激活链接 再发一次 我登记了吗 查询 查看我的 我的报警联系人 查看我的联系人"},
		{"delete | zh", "删除我的联系人 把我删掉"},
		{"back | zh", "上一题 回到上一步 写错了 不对，返回"},
		{"new | zh", "从头开始 重填 重新填 算了，重来"},
		{"help | zh", "？ 怎么搞 你是谁 干嘛的 使用帮助 菜单 “帮助”"},
		{"help webhook | zh", "机器人怎么加 机器人在哪找"},
	}
	for _, tt := range tests {
		for in := range strings.FieldsSeq(tt.in) {
			if got := told(Parse(in)); got != tt.want {
				t.Errorf("%q: got %s, want %s", in, got, tt.want)
			}
		}
	}
	// Some of that with spaces, and what is one phrase with more around it.
	for _, tt := range []struct{ in, want string }{
		{"all good", "yes | en"}, {"Looks good!", "yes | en"}, {"that's it", "yes | en"}, {"that’s all", "yes | en"}, {"yes, submit it", "yes | en"}, {"looks good, submit", "yes | en"}, {"skip the rest", "yes | en"},
		{"ok 提交", "yes | zh"}, {"wait", "wait"}, {"Hold on!", "wait | en"}, {"just a sec", "wait | en"}, {"one moment please", "wait | en"}, {"ok, wait", "wait | en"}, {"wait, cancel", "cancel | en"}, {"等一下，跳过", "skip | zh"}, {"wait for Bob", `none | "wait for Bob"`}, {"等待队列值班", `none | "等待队列值班" | zh`}, {"yes, cancel", "cancel | en"}, {"what does that mean?", "why | en"}, {"resend the link", "me | en"}, {"start", "register"}, {`"register"`, "register"},

		// No orders.
		{"好的业务", `none | "好的业务" | zh`}, {"没问题的系统", `none | "没问题的系统" | zh`}, {"正确提交服务", `none | "正确提交服务" | zh`}, {"完成率统计", `none | "完成率统计" | zh`}, {"可以处理所有故障", `none | "可以处理所有故障" | zh`}, {"什么都负责", `none | "什么都负责" | zh`},
		{"确认一下", `none | "确认一下" | zh`}, {"我想确认一下", `none | "我想确认一下" | zh`}, {"请确认", `none | "请确认" | zh`}, {"对了", `none | "对了" | zh`}, {"不是，可以", `none | "不是，可以" | zh`}, {"好行", `none | "好行" | zh`},
		{"没有人值班", `none | "没有人值班" | zh`}, {"过程控制", `none | "过程控制" | zh`}, {"随机", `none | "随机" | zh`}, {"重发服务", `none | "重发服务" | zh`}, {"短信重发", `none | "短信重发" | zh`}, {"激活邮件", `none | "激活邮件" | zh`}, {"收到报警后处理", `none | "收到报警后处理" | zh`},
		{"加密服务值班", `none | "加密服务值班" | zh`}, {"加班", `none | "加班" | zh`}, {"新增业务值班", `none | "新增业务值班" | zh`}, {"添加联系人组", `none | "添加联系人组" | zh`}, {"开始游戏", `none | "开始游戏" | zh`}, {"登记下周值班", `none | "登记下周值班" | zh`}, {"帮客户登记域名", `none | "帮客户登记域名" | zh`},
		{"登记好了", `none | "登记好了" | zh`}, {"登记信息", `none | "登记信息" | zh`}, {"注册资金", `none | "注册资金" | zh`}, {"修改密码", `none | "修改密码" | zh`}, {"更新任务", `none | "更新任务" | zh`}, {"登记高可用值班", `none | "登记高可用值班" | zh`}, {"可以登记几个吗", `none | "可以登记几个吗" | asks | zh`},
		{"done team", `none | "done team"`}, {"start menu", `none | "start menu"`}, {"finish line", `none | "finish line"`}, {"“好的”", `none | quoted "好的"`}, {"可以了？", `none | "可以了？" | asks | zh`},

		// Who is meant.
		{"修改 张三", `register | "张三" | zh`}, {"修改张三", `register | "张三" | zh`}, {"更新 张三", `register | "张三" | zh`}, {"修改 Bob", `register | "Bob" | zh`}, {"修改联系人 张三", `register | "张三" | zh`}, {"修改张三的手机", `register | "张三" | zh`},
		{"登记张三", `register | "张三" | zh`}, {"登记张三吧", `register | "张三" | zh`}, {"登记张三，数据库值班", `register | "张三，数据库值班" | zh`}, {"可以帮我登记张三吗", `register | "张三" | zh`},
		{"帮李四登记一下", `register | "李四" | zh`}, {"把李四加为报警联系人，手机13912345678", `register | "李四，手机13912345678" | zh`}, {"加个联系人张三", `register | "张三" | zh`},
		{"新增报警联系人：张三，13812345678", `register | name=张三 | "13812345678" | zh`}, {"老师好，麻烦登记一下，张三，13812345678", `register | "张三，13812345678" | zh`},
		{"把张三的手机改成13912345678", "register | name=张三 | phone=13912345678 | zh"}, {"修改张三的手机为13912345678", "register | name=张三 | phone=13912345678 | zh"}, {"修改张三手机为13912345678", "register | name=张三 | phone=13912345678 | zh"},
		{"把张三的邮箱改成a@x.com，手机改成13912345678", "register | name=张三 | mail=a@x.com | phone=13912345678 | zh"}, {"change Bob's phone to 13912345678", "register | name=Bob | phone=13912345678"},
		{"修改手机为13912345678", "none | phone=13912345678 | zh"}, {"把我的手机改成13912345678", "none | phone=13912345678 | zh"}, {"把公司的邮箱改成a@x.com", "none | mail=a@x.com | zh"},
		{"把张三删掉", `delete | "张三" | zh`}, {"手机：暂无", "none | phone: nothing given; to leave it out say: skip phone | zh"}, {"name=怎么写", "none | name: that looks like a sentence; send just the name"},
	} {
		if got := told(Parse(tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}
