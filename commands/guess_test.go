package commands

import (
	"strings"
	"testing"
)

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

		{in: "登记人张三 手机号138 0013 8000", want: "phone=13800138000 | name=登记人张三"},
		{in: "Alice / a@x.com / ECS", want: "mail=a@x.com | name=Alice | description=ECS"},
		{in: "you know who", want: "description=you know who"},
		{in: "👍", left: "👍"},

		// A field that is not free is left alone, and so are the words.
		{in: "Alice a@x.com", free: "name description", want: "name=Alice | description=a@x.com"},
		{in: "Alice a@x.com", free: "mail", want: "mail=a@x.com", left: "Alice"},
		{in: "a@x.com b@x.com", free: "mail", want: "mail=a@x.com", left: "b@x.com"},
		{in: "en", free: "mail", left: "en"},
		{in: "Alice Chen", free: "name", want: "name=Alice", left: "Chen"},
		// What was meant as an address or a number, but is none, is no description.
		{in: "Alice alice@example 1380013800 team", want: "name=Alice | description=team", left: "alice@example 1380013800"},
		{in: "Alice " + hook + "&sign=x", want: "name=Alice", left: hook + "&sign=x"},
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
