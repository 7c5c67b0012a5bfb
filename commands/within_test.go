package commands

import (
	"slices"
	"strings"
	"testing"
)

// What an unquoted description holds besides is understood by its shape, and
// nothing that is but like it.
func TestWithinDescriptions(t *testing.T) {
	hook := webhookStart + token
	tests := []struct{ in, want, guess, left string }{
		{in: "describe=payments on-call phone 13800138009", want: "payments on-call", guess: "phone=13800138009"},
		{in: "describe=payments on-call, phone 13800138009", want: "payments on-call", guess: "phone=13800138009"},
		{in: "describe=payments on-call 13800138009", want: "payments on-call", guess: "phone=13800138009"},
		{in: "describe=payments on-call (my phone is +86 138 0013 8009), thanks!", want: "payments on-call", guess: "phone=13800138009"},
		{in: "描述=支付值班 手机 13800138009", want: "支付值班", guess: "phone=13800138009"},
		{in: "描述=支付值班，手机13800138009", want: "支付值班", guess: "phone=13800138009"},
		{in: "描述=支付值班手机13800138009", want: "支付值班", guess: "phone=13800138009"},
		{in: "描述=支付值班，我的手机号是13800138009，谢谢", want: "支付值班", guess: "phone=13800138009"},
		{in: "描述=支付值班 手机 13800138009，夜间也值班", want: "支付值班", guess: "phone=13800138009", left: "夜间也值班"},
		{in: "desc=payments, mail ann@x.com and phone 13800138009", want: "payments", guess: "mail=ann@x.com | phone=13800138009"},
		{in: "desc=on-call, robot " + hook, want: "on-call", guess: "webhook=" + hook},

		// What is quoted, or has its own label, is meant as it stands.
		{in: `desc="payments on-call 13800138009, thanks"`, want: "payments on-call 13800138009, thanks"},
		{in: "描述=“支付值班 手机 13800138009”", want: "支付值班 手机 13800138009"},
		{in: "phone=13800138000 desc=hotline 13900139000", want: "hotline 13900139000"},
		{in: "mail=a@x.com desc=ask ops@x.com first", want: "ask ops@x.com first"},
		{in: "desc=13800138009", want: "13800138009"},

		// No channel.
		{in: "desc=P1 24x7, ticket 20240613, port 8080, INC13800138000, 10.0.0.1", want: "P1 24x7, ticket 20240613, port 8080, INC13800138000, 10.0.0.1"},
		{in: "desc=hotline 10086, extension 95187", want: "hotline 10086, extension 95187"},
		{in: "描述=客服热线 400-820-8820 转 3", want: "客服热线 400-820-8820 转 3"},
		{in: "desc=since 1700000000000 @alice en route", want: "since 1700000000000 @alice en route"},
		{in: "desc=see https://wiki.example.com/a@b.com/13800138000", want: "see https://wiki.example.com/a@b.com/13800138000"},

		// Thanks.
		{in: "描述=支付值班 谢谢", want: "支付值班"}, {in: "描述=支付值班，谢谢！", want: "支付值班"}, {in: "描述=支付值班谢谢", want: "支付值班"},
		{in: "desc=payments on-call, thanks!", want: "payments on-call"}, {in: "desc=payments on-call. Thank you very much", want: "payments on-call"},
		{in: "desc=payments on-call please, thx", want: "payments on-call"},
		{in: "描述=客户感谢", want: "客户感谢"}, {in: "desc=thanks", want: "thanks"}, {in: "desc=the Thanks team", want: "the Thanks team"},
	}
	for _, tt := range tests {
		c := Parse("name=Ann " + tt.in)
		got := ""
		for _, v := range c.Values {
			if v.Field == descriptionField {
				got = v.Text
			}
		}
		values, left := Guess(c.Rest, func(f *Field) bool {
			return !slices.ContainsFunc(c.Values, func(v Value) bool { return v.Field == f })
		})
		guess := strings.Join(toldValues(values), " | ")
		if got != tt.want || guess != tt.guess || left != tt.left {
			t.Errorf("%q\n got %s, guessed %s, left %q\nwant %s, guessed %s, left %q", tt.in, got, guess, left, tt.want, tt.guess, tt.left)
		}
	}
}
