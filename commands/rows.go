package commands

import "contactbot/cloudmonitor"

// rows are the fields, in the order of the questions. A new parameter of
// PutContact is one row here and one field of cloudmonitor.Contact.
func rows() []row {
	return []row{
		{
			Field: Field{
				Name: "name", Param: "ContactName",
				Words: Words{
					EN: []string{"name", "contact name"},
					ZH: []string{"姓名", "名称", "名字", "联系人", "联系人姓名", "联系人名称"},
				},
				Label:    Text{EN: "name", ZH: "姓名"},
				Question: Text{EN: "What should the contact be called?", ZH: "联系人叫什么名字？"},
				Why: Text{
					EN: "CloudMonitor tells contacts apart by their name, and contact groups list it. It is unique in the whole account: registering the same name again changes that contact.",
					ZH: "云监控按姓名区分联系人，报警联系组里显示的也是姓名。整个账号内不能重名，用同一个姓名再次登记就是修改那个联系人。",
				},
				Example: Text{EN: "Alice", ZH: "王小明"},
				Form: Text{
					EN: "2–40 Chinese or English letters, digits, “.” or “_”, beginning with a letter",
					ZH: "2–40 个字符，可用汉字、英文字母、数字、“.”和“_”，以汉字或英文字母开头",
				},
				Max:  maxName,
				Need: Required, Asked: true,
				Mask: maskText,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Name },

				extent: nameExtent,
			},
			clean:   cleanName,
			suggest: func(p Profile) string { return nameFrom(p.Name) },
		},
		{
			Field: Field{
				Name: "description", Param: "Describe",
				Words: Words{
					EN: []string{"description", "describe", "desc"},
					ZH: []string{"描述", "用途", "说明", "备注"},
				},
				Label:    Text{EN: "description", ZH: "描述"},
				Question: Text{EN: "What is this contact for?", ZH: "这个联系人负责什么？"},
				Why: Text{
					EN: "CloudMonitor requires it. It tells your colleagues what the contact is for; any words will do.",
					ZH: "云监控要求必填，方便同事知道这个联系人是做什么的，随便写几个字就行。",
				},
				Example: Text{EN: "ECS on-call", ZH: "ECS 值班"},
				Form: Text{
					EN: "any text of 1–500 characters",
					ZH: "任意文字，1–500 个字符",
				},
				Input: Prose, Max: maxDescription,
				Need: Required, Asked: true, Literal: true,
				Mask: maskText,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Describe },

				extent: proseExtent,
			},
			clean: cleanDescription,
		},
		{
			Field: Field{
				Name: "mail", Param: "Channels.Mail",
				Words: Words{
					EN: []string{"mail", "email", "e-mail", "mail address", "email address"},
					ZH: []string{"邮箱", "邮件", "电子邮箱", "电子邮件", "邮箱地址", "邮件地址"},
				},
				Label:    Text{EN: "email", ZH: "邮箱"},
				Question: Text{EN: "Which email address should alerts go to?", ZH: "报警发到哪个邮箱？"},
				Why: Text{
					EN: "Alerts are mailed to it. CloudMonitor first sends an activation link there, and mails no alert until you have opened it. A contact needs at least one channel; an email address is enough.",
					ZH: "报警会发到这个邮箱。云监控会先发一封激活邮件，点开链接后才能收到报警。联系人至少要有一个通知渠道，有邮箱就够了。",
				},
				Example: Text{EN: "alice@example.com", ZH: "zhangsan@example.com"},
				Form: Text{
					EN: "an address such as alice@example.com, at most 254 characters",
					ZH: "邮箱地址，例如 zhangsan@example.com，最长 254 个字符",
				},
				Input: Mail, Max: maxMail,
				Need: Channel, Asked: true, Personal: true, Link: true,
				Mask: maskMail,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Channels.Mail },
			},
			clean:   cleanMail,
			suggest: func(p Profile) string { return p.Mail },
		},
		{
			Field: Field{
				Name: "phone", Param: "Channels.SMS",
				Words: Words{
					EN: []string{"phone", "mobile", "sms", "tel", "cell", "cellphone", "mobile phone", "phone number", "mobile number"},
					ZH: []string{"手机", "电话", "短信", "手机号", "手机号码", "电话号码"},
				},
				Label:    Text{EN: "phone", ZH: "手机"},
				Question: Text{EN: "Which mobile number should alerts be texted to?", ZH: "报警短信发到哪个手机号？"},
				Why: Text{
					EN: "Alerts are texted to it. CloudMonitor first sends an activation link there, and texts no alert until you have opened it. On the international site a phone alone is not enough: add an email address or a DingTalk robot.",
					ZH: "报警会以短信发到这个手机号。云监控会先发一条激活短信，点开链接后才能收到报警。国际站只填手机不够，还需要邮箱或钉钉机器人。",
				},
				Example: same("13800138000"),
				Form: Text{
					EN: "a mainland mobile number of 11 digits; others with “+” and the country code",
					ZH: "11 位大陆手机号；其他地区的号码以“+”和国际区号开头",
				},
				Input: Phone, Max: maxPhone,
				Need: Channel, Asked: true, Personal: true, Link: true,
				Mask: maskPhone,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Channels.SMS },

				extent: phoneExtent,
			},
			clean:   cleanPhone,
			suggest: func(p Profile) string { return p.Phone },
		},
		{
			Field: Field{
				Name: "webhook", Param: "Channels.DingWebHook",
				Words: Words{
					EN: []string{"webhook", "ding", "dingtalk", "robot", "webhook url", "ding webhook", "dingtalk webhook", "dingtalk robot", "ding robot"},
					ZH: []string{"钉钉", "机器人", "钉钉机器人", "群机器人", "钉钉群机器人", "webhook地址", "机器人地址", "钉钉webhook"},
				},
				Label:    Text{EN: "DingTalk robot", ZH: "钉钉机器人"},
				Question: Text{EN: "Which DingTalk robot should post alerts?", ZH: "由哪个钉钉群机器人推送报警？"},
				Why: Text{
					EN: "The robot posts alerts in its DingTalk group at once; no activation is needed. A contact needs at least one channel; a robot is enough. In the group's settings, add a custom robot and copy its webhook URL; a robot secured with “sign” can't be used, because CloudMonitor has no place for its secret.",
					ZH: "机器人会直接在钉钉群里推送报警，不需要激活。联系人至少要有一个通知渠道，有机器人就够了。在群设置里添加“自定义”机器人并复制 Webhook 地址；不能用“加签”的机器人，云监控没有地方填密钥。",
				},
				Example: same(webhookStart + "7d49515e8ebf…"),
				Form: Text{
					EN: "the robot's whole webhook URL, beginning with " + webhookStart,
					ZH: "完整的机器人 Webhook 地址，以 " + webhookStart + " 开头",
				},
				Input: Link, Max: maxWebhook,
				Need: Channel, Asked: true, Personal: true,
				Mask: maskWebhook,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Channels.DingWebHook },
			},
			clean: cleanWebhook,
		},
		{
			Field: Field{
				Name: "aliim", Param: "Channels.AliIM",
				Words: Words{
					EN: []string{"aliim", "wangwang", "trademanager"},
					ZH: []string{"旺旺", "阿里旺旺", "旺旺号", "旺旺账号"},
				},
				Label:    Text{EN: "TradeManager", ZH: "旺旺"},
				Question: Text{EN: "Which TradeManager (Wangwang) ID should alerts go to?", ZH: "报警发到哪个旺旺账号？"},
				Why: Text{
					EN: "Alerts are sent to this TradeManager (Wangwang) ID. Only the China site uses it; most people leave it out.",
					ZH: "报警会发到这个旺旺账号。只有中国站支持，一般不用填。",
				},
				Example: same("Jim"),
				Form: Text{
					EN: "1–64 characters without spaces",
					ZH: "1–64 个字符，不含空格",
				},
				Max:  maxAliIM,
				Need: Channel, Personal: true,
				Mask: maskText,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Channels.AliIM },
			},
			clean: cleanAliIM,
		},
		{
			Field: Field{
				Name: "language", Param: "Lang",
				Words: Words{
					EN: []string{"language", "lang", "alert language"},
					ZH: []string{"语言", "报警语言", "通知语言"},
				},
				Label:    Text{EN: "language of alerts", ZH: "报警语言"},
				Question: Text{EN: "Which language should alerts be in?", ZH: "报警用哪种语言？"},
				Why: Text{
					EN: "Alerts are written in this language. Without it, CloudMonitor goes by the region of the account.",
					ZH: "报警内容使用的语言。不填时云监控按账号所在地域决定。",
				},
				Example: Text{EN: "en", ZH: "zh-cn"},
				Form:    Text{EN: "“en” or “zh-cn”", ZH: "“zh-cn”或“en”"},
				Input:   Choice, Options: langOptions(),
				Need: Optional,
				Mask: maskText,
				Show: showLanguage,
				Of:   func(c *cloudmonitor.Contact) *string { return &c.Lang },
			},
			clean:   cleanLanguage,
			suggest: func(p Profile) string { return string(MatchLanguage(p.Locale)) },
		},
	}
}
