package commands

import (
	"strings"
	"testing"
)

// Words that are said around a name are none; a first and a last name are one.
func TestGuessNames(t *testing.T) {
	tests := []struct{ in, want string }{
		{"no clue at all", "description=no clue at all"}, {"the payments team", "description=the payments team"}, {"sorry team", "description=sorry team"},
		{"please: frank@x.com, thanks", "mail=frank@x.com"}, {"please add Frank, frank@x.com", "mail=frank@x.com | name=Frank"}, {"Sorry: Frank", "name=Frank"},
		{"me. 13800138000", "phone=13800138000"}, {"hello, Frank Miller, frank@x.com", "mail=frank@x.com | name=Frank_Miller"}, {"a@x.com instead", "mail=a@x.com"},
		{"麻烦 138 0013 8000 谢谢", "phone=13800138000"}, {"还有 a@x.com", "mail=a@x.com"}, {"我要 张三 a@x.com", "mail=a@x.com | name=张三"},
		// What names hold is no talk.
		{"Noel, a@x.com", "mail=a@x.com | name=Noel"}, {"Addison a@x.com", "mail=a@x.com | name=Addison"}, {"Hina, DB", "name=Hina | description=DB"}, {"和平 a@x.com", "mail=a@x.com | name=和平"},

		// Behind a value, a word without a capital describes.
		{"frank@x.com, 13800138002, payments", "mail=frank@x.com | phone=13800138002 | description=payments"},
		{"frank@x.com, Frank, payments", "mail=frank@x.com | name=Frank | description=payments"}, {"frank, frank@x.com, payments", "mail=frank@x.com | name=frank | description=payments"},
		{"a@x.com 张三 支付", "mail=a@x.com | name=张三 | description=支付"}, {"a@x.com, my name is frank", "mail=a@x.com | name=frank"},

		{"Bob Smith, bob@x.com, 13800138003, payments on-call", "mail=bob@x.com | phone=13800138003 | name=Bob_Smith | description=payments on-call"},
		{"Bob Smith bob@x.com", "mail=bob@x.com | name=Bob_Smith"}, {"13800138003 Bob Smith", "phone=13800138003 | name=Bob_Smith"},
		{"I am Ann Lee", "name=Ann_Lee"}, {"I’m Ann Lee.", "name=Ann_Lee"}, {"This is Ann Lee, payments", "name=Ann_Lee | description=payments"}, {"my name is Ann Lee, a@x.com", "mail=a@x.com | name=Ann_Lee"},
		{"Ann Lee 李安", "name=Ann_Lee_李安"}, {"Ann Lee 数据库值班", "name=Ann | description=Lee 数据库值班"}, {"John F. Kennedy, White House", "name=John_F._Kennedy | description=White House"},
		{"Frank Miller | Senior SRE", "name=Frank_Miller | description=Senior SRE"}, {"Jean-Luc O'Brien; DB", "name=Jean_Luc_O_Brien | description=DB"}, {"Frank Miller. Senior SRE", "name=Frank_Miller | description=Senior SRE"},
		// Other words with capitals are no last names.
		{"Alice ECS on-call", "name=Alice | description=ECS on-call"}, {"Alice ECS, a@x.com", "mail=a@x.com | name=Alice | description=ECS"}, {"Alice Payments on-call", "name=Alice | description=Payments on-call"},
		{"Code: InvalidValue", "name=Code | description=InvalidValue"}, {"Message Channels.Mail", "name=Message | description=Channels.Mail"}, {"“Bob” Smith", "name=Bob | description=Smith"},
		{"Alice, Bob Smith", "name=Alice | description=Bob Smith"}, {"Payments And Billing And Refunds, a@x.com", "mail=a@x.com | name=Payments | description=And Billing And Refunds"},

		{"就叫小王", "name=小王"}, {"就叫小王吧", "name=小王"}, {"小王吧", "name=小王"}, {"老李吧，a@x.com", "mail=a@x.com | name=老李"}, {"我是张三", "name=张三"}, {"贴吧", "name=贴吧"}, {"网吧值班", "name=网吧值班"},
	}
	for _, tt := range tests {
		values, left := Guess(Parse(tt.in).Rest, func(*Field) bool { return true })
		if got := strings.Join(toldValues(values), " | "); got != tt.want || left != "" {
			t.Errorf("%q\n got %s, left %q\nwant %s", tt.in, got, left, tt.want)
		}
	}
}

func TestFullName(t *testing.T) {
	for in, want := range map[string]string{
		"Bob Smith": "Bob_Smith", "I'm Ann Lee": "Ann_Lee", "I am Ann Lee.": "Ann_Lee", "Call me Ann Lee please": "Ann_Lee", "John F. Kennedy": "John_F._Kennedy", "Bob SMITH": "Bob_SMITH",
		"Bob": "", "Bob smith": "", "A very long Name": "", "ECS On Call Team": "", "": "",
	} {
		if got := FullName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// What Parse leaves beside a labelled value is guessed without that field.
func TestGuessBesideLabels(t *testing.T) {
	tests := []struct{ in, want, left string }{
		{in: "mail=a@x.com Alice b@x.com", want: "name=Alice", left: "b@x.com"},
		{in: "phone=13800138000, 13900139000 Alice", want: "name=Alice"},
		{in: "mail=a@x.com SEC" + token, left: "SEC" + token},
	}
	for _, tt := range tests {
		c := Parse(tt.in)
		values, left := Guess(c.Rest, func(f *Field) bool { return f != c.Values[0].Field })
		if got := strings.Join(toldValues(values), " | "); got != tt.want || left != tt.left {
			t.Errorf("%q: got %s, left %q, want %s, left %q", tt.in, got, left, tt.want, tt.left)
		}
	}
}

func TestGuess(t *testing.T) {
	hook := webhookStart + token
	tests := []struct{ in, free, want, left string }{
		{in: "Alice ECS on-call alice@example.com 13800138000",
			want: "mail=alice@example.com | phone=13800138000 | name=Alice | description=ECS on-call"},
		{in: "王小明，数据库值班，wang@example.com，138 0013 8000", want: "mail=wang@example.com | phone=13800138000 | name=王小明 | description=数据库值班"},
		{in: "+86 138-0013-8000", want: "phone=13800138000"},
		{in: "８６ １３８－００１３－８０００", want: "phone=13800138000"},
		{in: "(+86)138.0013.8000 Alice", want: "phone=13800138000 | name=Alice"},
		{in: "room 3 13800138000", free: "phone", want: "phone=13800138000", left: "room 3"},
		{in: "+1 415 555 2671", want: "phone=+14155552671 (CloudMonitor documents only mainland numbers of 11 digits; it may refuse this one)"},
		{in: "张三13800138000 手机 zhang@x.com邮箱", want: "phone=13800138000 | mail=zhang@x.com | name=张三 | description=手机 邮箱"},
		{in: "姓名张三 手机13800138000 邮箱a@x.com", want: "phone=13800138000 | mail=a@x.com | name=张三"},
		{in: "我叫王小明，我的手机是13800138000，邮箱是wang@x.com", want: "phone=13800138000 | mail=wang@x.com | name=王小明"},
		{in: "my name is Alice, my mail is a@x.com", want: "mail=a@x.com | name=Alice"},
		{in: "phone 13800138000, mail a@x.com, name Alice, description ECS on-call",
			want: "phone=13800138000 | mail=a@x.com | name=Alice | description=ECS on-call"},
		{in: "alice@x。com", want: "mail=alice@x.com"},
		{in: "“Alice” (a@x.com)", want: "mail=a@x.com | name=Alice"},
		{in: "Alice 数据库（夜间）", want: "name=Alice | description=数据库（夜间）"},
		{in: `Alice "ECS on-call"`, want: "name=Alice | description=ECS on-call"},
		{in: "机器人" + hook + " zh-cn Alice", want: "webhook=" + hook + " | language=zh-cn | name=Alice"},
		{in: "Alice https://wiki.example.com/on-call", want: "name=Alice | description=https://wiki.example.com/on-call"},
		{in: "@alice on-call", want: "description=@alice on-call"},

		// A slash or a bar separates beside a whole value, and is part of a word elsewhere.
		{in: "王小明/支付/13800138071/wxm@x.com", want: "phone=13800138071 | mail=wxm@x.com | name=王小明 | description=支付"}, {in: "王小明|支付|13800138071|wxm@x.com", want: "phone=13800138071 | mail=wxm@x.com | name=王小明 | description=支付"},
		{in: "王小明｜支付｜13800138071｜wxm@x.com", want: "phone=13800138071 | mail=wxm@x.com | name=王小明 | description=支付"}, {in: "Frank Miller|Senior SRE|frank@x.com", want: "mail=frank@x.com | name=Frank_Miller | description=Senior SRE"},
		{in: "张三/on-call/支付/13800138000", want: "phone=13800138000 | name=张三 | description=on-call/支付"}, {in: "Ann, on-call/支付 24/7, a@x.com", want: "mail=a@x.com | name=Ann | description=on-call/支付 24/7"},
		{in: "张三/13800138000/" + hook, want: "phone=13800138000 | webhook=" + hook + " | name=张三"}, {in: "/a@x.com", want: "mail=a@x.com"}, {in: "138/0013/8000", want: "phone=13800138000"},
		{in: "Ann see https://wiki.example.com/a@b.com/13800138000", want: "name=Ann | description=see https://wiki.example.com/a@b.com/13800138000"}, {in: "张三 13800138000/13900139000", want: "phone=13800138000 (there is room for one only; the first one counts) | name=张三"},

		{in: "登记人张三 手机号138 0013 8000", want: "phone=13800138000 | name=登记人张三"},
		{in: "Alice / a@x.com / ECS", want: "mail=a@x.com | name=Alice | description=ECS"},
		{in: "you know who", want: "description=you know who"},
		{in: "👍", left: "👍"},

		// A field that is not free is left alone, and so are the words; no address
		// becomes a description, which is not masked.
		{in: "Alice a@x.com", free: "name description", want: "name=Alice", left: "a@x.com"},
		{in: "Alice a@x.com", free: "mail", want: "mail=a@x.com", left: "Alice"},
		{in: "a@x.com b@x.com", free: "mail", want: "mail=a@x.com (there is room for one only; the first one counts)"},
		{in: "en", free: "mail", left: "en"},
		{in: "Alice chen", free: "name", want: "name=Alice", left: "chen"},
		// What was meant as an address or a number, but is none, is no description.
		{in: "Alice alice@example 1380013800 team", want: "name=Alice | description=team", left: "alice@example 1380013800"},
		{in: "Alice " + hook + "&sign=x", want: "name=Alice", left: hook + "&sign=x"},
		// Nor is a second one, which is told, nor a robot's secret.
		{in: "alice@example.com or bob@example.com", want: "mail=alice@example.com (there is room for one only; the first one counts)"}, {in: "a@x.com, a@x.com", want: "mail=a@x.com"},
		{in: "Alice 13800138000 13900139000 team", want: "phone=13800138000 (there is room for one only; the first one counts) | name=Alice | description=team"},
		{in: strings.Repeat("a@b ", maxTries+1) + "a@x.com", left: strings.Repeat("a@b ", maxTries+1) + "a@x.com"},
		{in: "SEC0123456789abcdef0123456789abcdef", left: "SEC0123456789abcdef0123456789abcdef"},
		{in: "Alice SEC" + token, free: "name description", want: "name=Alice", left: "SEC" + token},

		// Labels in so many words.
		{in: "描述是数据库值班", want: "description=数据库值班"},
		{in: "说明书管理", want: "name=说明书管理"},
		{in: "张三，描述数据库值班", want: "name=张三 | description=数据库值班"},
		{in: "description is ECS on-call, a@x.com", want: "mail=a@x.com | description=ECS on-call"},
		{in: "名字叫张三", want: "name=张三"},
		{in: "联系人姓名是张三", want: "name=张三"},
		{in: "我叫为民", want: "name=为民"},
		{in: "张三的手机是13800138000", want: "phone=13800138000 | name=张三"},
		{in: "我们的手机是13800138000", want: "phone=13800138000"},
		{in: "手机号不对，改成13900139000", want: "phone=13900139000"},
		{in: "手机号13800138000不对，改成13900139000", want: "phone=13900139000"},
		{in: "我的手机不是13800138000，是13900139000", want: "phone=13900139000"},
		{in: "邮箱不是a@x.com是b@x.com", want: "mail=b@x.com"},
		{in: "我的手机不是13800138000", left: "13800138000"},
		{in: "my mail is not a@x.com but b@x.com", want: "mail=b@x.com"},
		{in: "值班手机是公用的", want: "description=值班手机是公用的"},
		{in: "叫我李雷吧", want: "name=李雷"}, {in: "本人李雷，数据库值班", want: "name=李雷 | description=数据库值班"},
		{in: "call me Bob", want: "name=Bob"}, {in: "it's Bob, a@x.com", want: "mail=a@x.com | name=Bob"}, {in: "Bob please", want: "name=Bob"},
		{in: "你们怎么用我的手机", want: "description=你们怎么用我的手机"},
		{in: "change phone 13900139000", want: "phone=13900139000"}, {in: "update team", want: "description=update team"},

		// Talk around values is no name.
		{in: "你好，张三，13800138000，数据库值班", want: "phone=13800138000 | name=张三 | description=数据库值班"}, {in: "好的，张三，13800138000", want: "phone=13800138000 | name=张三"}, {in: "嗯，13800138000", want: "phone=13800138000"},
		{in: "我换号了，新手机13912345678", want: "phone=13912345678"}, {in: "我换手机号了，新号码是13912345678", want: "phone=13912345678"}, {in: "手机号换了，新的是13912345678", want: "phone=13912345678"},
		{in: "改手机 13912345678", want: "phone=13912345678"}, {in: "把张三的手机13912345678", want: "phone=13912345678 | name=张三"}, {in: "修改张三手机 13912345678", want: "phone=13912345678 | name=张三"}, {in: "值班的电话13800138000", want: "phone=13800138000"},
		{in: "联系人张三 手机13812345678 邮箱a@x.com 描述数据库值班", want: "phone=13812345678 | mail=a@x.com | name=张三 | description=数据库值班"}, {in: "联系人 张三 手机13812345678", want: "phone=13812345678 | name=张三"},
		{in: "没有邮箱，手机13800138000，张三", want: "phone=13800138000 | name=张三"}, {in: "李四，不对，张三", want: "name=张三"}, {in: "写错了，是李四", want: "name=李四"}, {in: "Alice，写错了，Bob", want: "name=Bob"}, {in: "不对，数据库值班", free: "description", want: "description=数据库值班", left: "不对"},
		{in: "", want: ""},
	}
	for _, tt := range tests {
		free := func(f *Field) bool { return tt.free == "" || strings.Contains(tt.free, f.Name) }
		values, left := Guess(tt.in, free)
		if got := strings.Join(toldValues(values), " | "); got != tt.want || left != tt.left {
			t.Errorf("%q\n got %s, left %q\nwant %s, left %q", tt.in, got, left, tt.want, tt.left)
		}
		for _, v := range values {
			if !v.Guessed {
				t.Errorf("%q: %s is not marked as guessed", tt.in, v.Field.Name)
			}
		}
	}
}
