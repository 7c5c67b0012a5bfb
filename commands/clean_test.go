package commands

import (
	"strings"
	"testing"
)

// outcome is a cleaned value with its note, or the problem in English.
func outcome(f *Field, in string) string {
	value, note, problem := f.Clean(in)
	switch {
	case problem != nil:
		return problem.Error()
	case note != (Text{}):
		return value + " (" + note.EN + ")"
	default:
		return value
	}
}

func TestClean(t *testing.T) {
	foreign := " (" + phoneForeign.EN + ")"
	tests := []struct{ field, in, want string }{
		{"name", "Alice", "Alice"},
		{"name", " “Alice” ", "Alice"},
		{"name", "王小明", "王小明"},
		{"name", "Ａｌｉｃｅ．Ｃ_1", "Alice.C_1"},
		{"name", "Al\u200bi\u00adce\x00", "Alice"},
		{"name", "on-call", "on-call (" + nameHyphen.EN + ")"},
		{"name", "A", "name: " + nameShort.EN},
		{"name", strings.Repeat("王", 40), strings.Repeat("王", 40)},
		{"name", strings.Repeat("王", 41), "name: " + nameLong.EN},
		{"name", "Alice Chen", "name: " + nameSpace.EN},
		{"name", "1Alice", "name: " + nameStart.EN},
		{"name", "Аlice", "name: " + nameLookalike.EN}, // Cyrillic А
		{"name", "Alicе", "name: " + nameLookalike.EN}, // Cyrillic е
		{"name", "Zoë", "name: " + nameLetters.EN},
		{"name", "买买提·艾力", "name: " + nameDot.EN},
		{"name", "alice@example.com", "name: " + nameMail.EN},
		{"name", "Alice!", "name: " + nameLetters.EN},
		{"name", " \u200b ", "name: " + nothingHere.EN},
		{"name", strings.Repeat("a", maxRaw+1), "name: " + nameLong.EN},

		{"name", "我是张三", "张三"}, {"name", "我叫张三。", "张三"}, {"name", "叫我李雷吧", "李雷"}, {"name", "我的名字是李雷", "李雷"},
		{"name", "姓名是李雷", "李雷"}, {"name", "名字叫李雷", "李雷"}, {"name", "本人李雷", "李雷"},
		{"name", "I am Bob", "Bob"}, {"name", "I'm Bob", "Bob"}, {"name", "I’m Bob", "Bob"}, {"name", "my name is Bob.", "Bob"},
		{"name", "Call me “Bob”", "Bob"}, {"name", "it's Bob", "Bob"}, {"name", "Bob please", "Bob"}, {"name", "Bob, please", "Bob"},
		{"name", "我是我是张三", "张三"}, {"name", "I am Alice Chen", "name: " + nameSpace.EN},
		{"name", strings.Repeat("I am ", 1000), "name: " + nameSpace.EN},
		{"name", "你们怎么用我的手机", "name: " + nameSentence.EN}, {"name", "我不想填这个", "name: " + nameSentence.EN},
		{"name", "这是什么东西", "name: " + nameSentence.EN}, {"name", "能不能不填", "name: " + nameSentence.EN},
		// No introduction, no sentence.
		{"name", "欧阳娜娜", "欧阳娜娜"}, {"name", "阿依古丽", "阿依古丽"}, {"name", "王不要", "王不要"}, {"name", "阿不都热合曼", "阿不都热合曼"},
		{"name", "性能测试组", "性能测试组"}, {"name", "数据库值班组", "数据库值班组"}, {"name", "吴我吧", "吴我吧"},
		{"name", "Iam", "Iam"}, {"name", "call_me", "call_me"}, {"name", "please", "please"}, {"name", "我是", "我是"},

		{"description", " ECS\r\n on-call\t ", "ECS on-call"},
		{"description", "数据库（夜间），ＥＣＳ", "数据库（夜间），ECS"},
		{"description", "=", "="},
		{"description", "\u200b", "description: " + nothingHere.EN},
		{"description", strings.Repeat("王", 500), strings.Repeat("王", 500)},
		{"description", strings.Repeat("王", 501), "description: " + descriptionLong.EN},
		{"description", "e\u0327\u0301", "\u0229\u0301"},
		{"description", strings.Repeat("e\u0327\u0301", 250), strings.Repeat("\u0229\u0301", 250)},
		{"description", "Z" + strings.Repeat("\u0316", 50), "Z" + strings.Repeat("\u0316", maxMarks)},

		{"mail", "Alice@Example.COM", "Alice@example.com"},
		{"mail", "<a@x.com>.", "a@x.com"},
		{"mail", "mailto:a@x.com", "a@x.com"},
		{"mail", "ａ＠ｘ．ｃｏｍ", "a@x.com"},
		{"mail", "a@x。com", "a@x.com"},
		{"mail", "a.b+c_d@sub-1.x.com", "a.b+c_d@sub-1.x.com"},
		{"mail", "alice", "mail: " + mailNoAt.EN},
		{"mail", "a@@x.com", "mail: " + mailManyAt.EN},
		{"mail", "alice@example", "mail: " + mailDomain.EN},
		{"mail", "alice@1.2.3.4", "mail: " + mailDomain.EN},
		{"mail", "alice@[1.2.3.4]", "mail: " + mailDomain.EN},
		{"mail", "alice@-x.com", "mail: " + mailDomain.EN},
		{"mail", "a..b@x.com", "mail: " + mailForm.EN},
		{"mail", ".a@x.com", "a@x.com"}, // a stop in front is no part of it
		{"mail", `"a b"@x.com`, "mail: " + mailSpace.EN},
		{"mail", `"a"@x.com`, "mail: " + mailForm.EN},
		{"mail", "Alice <a@x.com>", "mail: " + mailSpace.EN},
		{"mail", "a(b)@x.com", "mail: " + mailForm.EN},
		{"mail", "аlice@x.com", "mail: " + mailASCII.EN}, // Cyrillic а
		{"mail", "a@例子.com", "mail: " + mailASCII.EN},
		{"mail", "a***@example.com", "mail: " + maskedText.EN},
		{"mail", strings.Repeat("a", 65) + "@x.com", "mail: " + mailForm.EN},
		{"mail", "a@" + strings.Repeat("x.", 130) + "com", "mail: " + mailLong.EN},

		{"phone", "13800138000", "13800138000"},
		{"phone", "+86 138-0013-8000", "13800138000"},
		{"phone", "(+86) 138 0013 8000", "13800138000"},
		{"phone", "86-13800138000", "13800138000"},
		{"phone", "0086 13800138000", "13800138000"},
		{"phone", "１３８ ００１３ ８０００", "13800138000"},
		{"phone", "tel:+8613800138000", "13800138000"},
		{"phone", "+1 (415) 555-2671", "+14155552671" + foreign},
		{"phone", "0044 7400 123456", "+447400123456" + foreign},
		{"phone", "+852 6123 4567", "+85261234567" + foreign},
		{"phone", "+44 20 7123 4567", "phone: " + phoneFixed.EN},
		{"phone", "+1 415 555", "phone: " + phoneInvalid.EN},
		{"phone", "1380013800", "phone: a mainland number has 11 digits; this one has 10"},
		{"phone", "+86 138 0013 80", "phone: a mainland number has 11 digits; this one has 9"}, {"phone", "10086", "phone: " + phoneForm.EN},
		{"phone", "138001380001", "phone: " + phoneForm.EN},
		{"phone", "19412345678", "19412345678 (" + phoneUnused.EN + ")"}, // not in the library's data
		{"phone", "+86 148 1234 5678", "14812345678 (" + phoneUnused.EN + ")"},
		{"phone", "16012345678", "16012345678 (" + phoneUnused.EN + ")"},
		{"phone", "12345678901", "phone: " + phoneUnused.EN},
		{"name", "SEC0123456789abcdef0123456789abcdef", "name: " + webhookSigned.EN},
		{"name", "SECURITY_TEAM_ON_CALL_01", "SECURITY_TEAM_ON_CALL_01"},
		{"phone", "010-62345678", "phone: " + phoneFixed.EN},
		{"phone", "110", "phone: " + phoneForm.EN},
		{"phone", "138 0013 8000 ext 1", "phone: " + phoneSigns.EN},
		{"phone", "1-800-FLOWERS", "phone: " + phoneSigns.EN},
		{"phone", "138****8000", "phone: " + maskedText.EN},
		{"phone", "1+3800138000", "phone: " + phoneSigns.EN},
		{"phone", strings.Repeat("1", 500), "phone: " + phoneForm.EN},

		{"aliim", "Jim", "Jim"},
		{"aliim", "小明_旺旺", "小明_旺旺"},
		{"aliim", "a b", "aliim: " + aliimPlain.EN},
		{"aliim", "J***", "aliim: " + maskedText.EN},
		{"aliim", strings.Repeat("a", 65), "aliim: " + aliimLong.EN},

		{"language", "EN", "en"}, {"language", "英文", "en"}, {"language", "English", "en"},
		{"language", "zh_CN", "zh-cn"}, {"language", "简体中文", "zh-cn"}, {"language", "Chinese.", "zh-cn"},
		{"language", "fr", "language: " + langUnknown.EN},
	}
	for _, tt := range tests {
		if got := outcome(Named(tt.field), tt.in); got != tt.want {
			t.Errorf("%s %q\n got %s\nwant %s", tt.field, tt.in, got, tt.want)
		}
	}
}

func TestCleanWebhook(t *testing.T) {
	const host = "https://oapi.dingtalk.com"
	tests := []struct{ in, want string }{
		{host + "/robot/send?access_token=" + token, webhookStart + token},
		{"HTTPS://OAPI.dingtalk.com/robot/send?access_token=" + token, webhookStart + token},
		{"<" + webhookStart + token + ">。", webhookStart + token},
		{"oapi.dingtalk.com/robot/send?access_token=" + token, webhookStart + token},
		{webhookStart + "0123456789abcdefX", webhookStart + "0123456789abcdefX (" + webhookUnusual.EN + ")"},
		{"http" + host[5:] + "/robot/send?access_token=" + token, webhookInsecure.EN},
		{webhookStart + token + "&timestamp=1&sign=x", webhookSigned.EN},
		{"SEC" + token, webhookSigned.EN},
		{webhookStart + token + "&a=b", webhookExtra.EN},
		{webhookStart + token + "&access_token=" + token, webhookExtra.EN},
		{webhookStart + "7d49", webhookToken.EN},
		{webhookStart, webhookToken.EN},
		{webhookStart + token[:60] + "-x-y", webhookToken.EN},
		{webhookStart + "7d49****", maskedText.EN},
		{token, webhookForm.EN},
		{host + "@evil.example/robot/send?access_token=" + token, webhookForm.EN},
		{"https://evil@oapi.dingtalk.com/robot/send?access_token=" + token, webhookForm.EN},
		{host + ".evil.example/robot/send?access_token=" + token, webhookForm.EN},
		{host + "./robot/send?access_token=" + token, webhookForm.EN},
		{host + ":443/robot/send?access_token=" + token, webhookForm.EN},
		{host + `\@evil.example/robot/send?access_token=` + token, webhookForm.EN},
		{host + "/robot/send?access_token=" + token + "#x", webhookForm.EN},
		{host + "/robot/%73end?access_token=" + token, webhookForm.EN},
		{host + "/robot/../robot/send?access_token=" + token, webhookForm.EN},
		{host + "/robot/send/?access_token=" + token, webhookForm.EN},
		{host + "/robot/send", webhookToken.EN},
		{"https://oapi%2edingtalk.com/robot/send?access_token=" + token, webhookForm.EN},
		{"https://oapi。dingtalk。com/robot/send?access_token=" + token, webhookForm.EN},
		{"https://oаpi.dingtalk.com/robot/send?access_token=" + token, webhookForm.EN}, // Cyrillic а
		{"//oapi.dingtalk.com/robot/send?access_token=" + token, webhookForm.EN},
		{"ftp" + host[5:] + "/robot/send?access_token=" + token, webhookForm.EN},
		{"https://example.com/hook", webhookForm.EN},
		{webhookStart + strings.Repeat("a", 1000), webhookForm.EN},
	}
	for _, tt := range tests {
		if got := strings.TrimPrefix(outcome(webhookField, tt.in), "webhook: "); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestPropose(t *testing.T) {
	tests := []struct {
		field string
		p     Profile
		want  string
	}{
		{"name", Profile{Name: "Alice Chen (SRE)"}, "Alice_Chen_SRE"},
		{"name", Profile{Name: "🚀 王小明-运维"}, "王小明_运维"},
		{"name", Profile{Name: "007 Bond"}, "Bond"},
		{"name", Profile{Name: strings.Repeat("ab ", 20)}, strings.Repeat("ab_", 13) + "a"},
		{"name", Profile{Name: "😀"}, ""},
		{"name", Profile{}, ""},
		{"mail", Profile{Mail: "Alice@Example.com"}, "Alice@example.com"},
		{"mail", Profile{Mail: "none"}, ""},
		{"phone", Profile{Phone: "+86-13800138000"}, "13800138000"},
		{"language", Profile{Locale: "zh-CN"}, "zh-cn"},
		{"language", Profile{Locale: "en_GB.UTF-8"}, "en"},
		{"language", Profile{Locale: "fr-FR"}, ""},
		{"webhook", Profile{Name: "Alice", Mail: "a@x.com"}, ""},
	}
	for _, tt := range tests {
		f := Named(tt.field)
		got := f.Propose(tt.p)
		if got != tt.want {
			t.Errorf("%s of %+v: got %q, want %q", tt.field, tt.p, got, tt.want)
		}
		if _, _, problem := f.Clean(got); got != "" && problem != nil {
			t.Errorf("%s of %+v: %v", tt.field, tt.p, problem)
		}
	}
}

func TestMask(t *testing.T) {
	tests := []struct{ field, in, want string }{
		{"phone", "13800138000", "138****8000"},
		{"phone", "+14155552671", "+141****2671"},
		{"phone", "+6591234567", "+65****67"},
		{"phone", "12345", "****"},
		{"phone", "", ""},
		{"mail", "alice@example.com", "a***@example.com"},
		{"mail", "张三丰@example.com", "张***@example.com"},
		{"mail", "al@example.com", "***@example.com"},
		{"mail", "@example.com", "***@example.com"},
		{"mail", "alice", "a***"},
		{"mail", "", ""},
		{"webhook", webhookStart + token, webhookStart + "7d49****"},
		{"webhook", webhookStart + "7d49", webhookStart + "****"},
		{"webhook", "https://example.com/" + token, "****"},
		{"webhook", "", ""},
		{"aliim", "Jim", "J***"},
		{"aliim", "J", "***"},
	}
	for _, tt := range tests {
		if got := Named(tt.field).Mask(tt.in); got != tt.want {
			t.Errorf("%s %q: got %s, want %s", tt.field, tt.in, got, tt.want)
		}
	}
	if got := Masked(nameField, "Alice"); got != "Alice" {
		t.Errorf("a name is no secret, but shows as %q", got)
	}
}
