package commands

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// sound fails the test if a text that people or CloudMonitor get is not clean.
func sound(t *testing.T, what, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is no UTF-8: %q", what, s)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		t.Errorf("%s has control characters: %q", what, s)
	}
}

// secret is the part of a value that its mask must not show.
func secret(f *Field, v string) string {
	switch f {
	case phoneField:
		return v[len(v)-len(v)/2-2 : len(v)-2]
	case mailField:
		return v[:strings.LastIndexByte(v, '@')+1]
	case webhookField:
		return strings.TrimPrefix(v, webhookStart)[4:]
	}
	return v
}

func checkValues(t *testing.T, values []Value) {
	t.Helper()
	seen := map[*Field]bool{}
	for _, v := range values {
		f := v.Field
		sound(t, f.Name, v.Text)
		if seen[f] {
			t.Errorf("%s twice", f.Name)
		}
		seen[f] = true
		if again, _, problem := f.Clean(v.Text); problem != nil || again != v.Text {
			t.Errorf("%s %q is not clean: %q, %v", f.Name, v.Text, again, problem)
		}
		if mask := f.Mask(v.Text); f.Personal && (mask == v.Text || strings.Contains(mask, secret(f, v.Text))) {
			t.Errorf("%s: the mask of %q shows %q", f.Name, v.Text, mask)
		}
		sound(t, "mask", f.Mask(v.Text))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "register name=Alice mail=a@x.com", "登记 姓名：王小明 手机：13800138000", "desc=“ECS on-call, night\nmail=a@x.com",
		"<mailto:a@x.com|a@x.com> <tel:+86|1> <@U1> &lt;", "[a](mailto:a@x.com)", "webhook=" + webhookStart + token,
		"name=\"Alice mail=a@x.com", "\x00\xff\u202e\u200b", "“取消”", "why phone?", "switch to Chinese", "mial: a@x.com", "a=b=c::=",
		"aliim=J* lang=中文", "phone=+1 415 555 2671", "a@x。com 138－0013－8000", "Z\u0316\u0316\u0316\u0316\u0316\u0316\u0316\u0316\u0316", "我叫王小明", "¨´ ﷺ",
		"\u1100\u1161\u11a8 \u0340\u0344 K \u037e", "mail=*a@x.com*", "'a 'b' c", "「a」「b", "name=...x", "「「", "mail = \"\"",
		"desc=支付值班，手机13800138000，谢谢", "张三/支付|13800138000/a@x.com", "also 13800138000", "加个手机 13800138000，描述改成支付", "mail=a@x.com, b@x.com or c@x.com", "Ann Lee\nSRE\na@x.com", "就叫小王吧",
	} {
		f.Add(s)
	}
	for _, name := range sortedKeys(hostile()) {
		f.Add(hostile()[name][:60])
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := Parse(text)
		sound(t, "rest", c.Rest)
		sound(t, "text", c.Text)
		checkValues(t, c.Values)
		for _, p := range c.Problems {
			sound(t, "word", p.Word)
			if p.Reason.EN == "" || p.Reason.ZH == "" {
				t.Errorf("a problem without a reason: %+v", p)
			}
		}
		for _, input := range []string{c.Rest, text} {
			free := func(f *Field) bool { return len(text)%3 > 0 || f.Personal }
			values, left := Guess(input, free)
			sound(t, "left", left)
			checkValues(t, values)
			for _, v := range values {
				if !free(v.Field) {
					t.Errorf("%s was not free", v.Field.Name)
				}
			}
		}
		for _, field := range Fields() {
			value, _, problem := field.Clean(text)
			if problem == nil {
				checkValues(t, []Value{{Field: field, Text: value}})
			} else if problem.Field != field {
				t.Errorf("%s: a problem of %v", field.Name, problem.Field)
			}
			field.Mask(text) // of anything that CloudMonitor may hold
			if p := field.Propose(Profile{Name: text, Mail: text, Phone: text, Locale: text}); p != "" {
				checkValues(t, []Value{{Field: field, Text: p}})
			}
		}
		if strings.HasSuffix(Named("name").Propose(Profile{Name: text}), "_") {
			t.Error("a proposed name ends in a gap")
		}
	})
}

// render writes labelled values as people do, with the spellings, separators and
// quotation marks that chance picks.
func render(r *rand.Rand, values []Value) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var parts []string
	for _, v := range values {
		words := slices.Concat(v.Field.Words.EN, v.Field.Words.ZH)
		text := v.Text
		if v.Field.Literal || r.IntN(3) == 0 {
			for _, q := range [][2]string{{`"`, `"`}, {"“", "”"}, {"「", "」"}} {
				if !strings.ContainsAny(text, q[0]+q[1]) {
					text = q[0] + text + q[1]
					break
				}
			}
		}
		parts = append(parts, pick(words...)+pick("=", ":", "：", "＝", " = ", ": ", "： ")+text)
	}
	return pick("", "register ", "登记 ", "请帮我登记：") + strings.Join(parts, pick(" ", ", ", "，", "; ", "；", "\n", " , "))
}

func TestLabelledValuesAreNeverLost(t *testing.T) {
	samples := map[string][]string{
		"name":        {"Alice", "王小明", "A_1.b", "on-call", "张三", "mail", "取消", "register"},
		"description": {"ECS on-call", "数据库值班，夜间；周末", "mail=x, phone: y", "it's Bob's", "a", "why?", "cpu=90 https://x/?a=b", "「引号」 'x'", "：=："},
		"mail":        {"a@x.com", "alice.b+c@sub.example.com", "name@phone.cn"},
		"phone":       {"13800138000", "+14155552671", "+85261234567"},
		"webhook":     {webhookStart + token, webhookStart + "0123456789abcdefXYZ"},
		"aliim":       {"Jim", "小明", "a=b", "x:y"},
		"language":    {"en", "zh-cn"},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var values []Value
		for _, i := range r.Perm(len(table)) {
			if f := table[i]; r.IntN(2) == 0 {
				values = append(values, Value{Field: f, Text: samples[f.Name][r.IntN(len(samples[f.Name]))]})
			}
		}
		text := render(r, values)
		c := Parse(text)
		if len(c.Problems) > 0 || c.Rest != "" || len(c.Values) != len(values) {
			t.Fatalf("%q: got %s", text, told(c))
		}
		for i, v := range c.Values {
			if v.Field != values[i].Field || v.Text != values[i].Text {
				t.Fatalf("%q: got %s %q, want %s %q", text, v.Field.Name, v.Text, values[i].Field.Name, values[i].Text)
			}
		}
	}
}

// An address alone is one, whatever word it begins with.
func TestUnlabelledAddressesAreNeverLost(t *testing.T) {
	words := slices.Concat(courtesies, registerEN, afterEN, toChange, strings.Fields("contactbot contact mail name phone"))
	for _, p := range phrasings {
		words = append(words, p.en...)
	}
	for _, w := range words {
		for _, tail := range []string{"", "+ecs", ".x", "-1"} {
			address := strings.NewReplacer(" ", ".", "/", ".", "’", "").Replace(w) + tail + "@example.com"
			for _, lead := range []string{"", "register ", "登记"} {
				c := Parse(lead + address)
				values, left := Guess(c.Rest, func(*Field) bool { return true })
				if got := strings.Join(toldValues(values), " | "); got != "mail="+address || left != "" {
					t.Errorf("%q: got %s, left %q", lead+address, got, left)
				}
			}
		}
	}
}

// Four times the text may take four times as long, a quadratic parser takes 16
// times. Single runs are disturbed by whatever else the machine does: the best
// of several counts.
func TestParseIsLinear(t *testing.T) {
	const tries, most = 100, 8
	read := func(text string) time.Duration {
		begun := time.Now()
		c := Parse(text)
		Guess(c.Rest, func(*Field) bool { return true })
		return time.Since(begun)
	}
	texts := hostile()
	for _, name := range sortedKeys(texts) {
		text := texts[name]
		short, long := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
		for i := 0; i < tries && (i < 2 || long > most*short); i++ {
			short = min(short, read(clip(text, len(text)/4)))
			long = min(long, read(text))
		}
		if long > most*short {
			t.Errorf("%s: %d kB take %v, a quarter of it %v", name, len(text)>>10, long, short)
		}
	}
}
