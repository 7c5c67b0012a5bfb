package commands

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactbot/cloudmonitor"

	"github.com/google/go-cmp/cmp"
)

// parameters are those of PutContact.
// Source: Alibaba Cloud, "CloudMonitor: PutContact", section "Request parameters".
var parameters = []string{
	"ContactName", "Describe", "Channels.SMS", "Channels.Mail", "Channels.AliIM", "Channels.DingWebHook", "Lang",
}

func TestFieldsAreTheParametersOfPutContact(t *testing.T) {
	var got []string
	for _, f := range Fields() {
		got = append(got, f.Param)
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(parameters))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsCoverContact(t *testing.T) {
	// Every string of a Contact, by its path, and the field that reaches it.
	var c cloudmonitor.Contact
	places := map[*string]string{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			name := path + v.Type().Field(i).Name
			switch f := v.Field(i); f.Kind() {
			case reflect.Struct:
				walk(f, name+".")
			case reflect.String:
				places[f.Addr().Interface().(*string)] = name
			default:
				t.Fatalf("%s is neither string nor struct", name)
			}
		}
	}
	walk(reflect.ValueOf(&c).Elem(), "")
	for _, f := range Fields() {
		path, ok := places[f.Of(&c)]
		if !ok {
			t.Errorf("%s: no place of its own in a Contact", f.Name)
		}
		if path != strings.Replace(f.Param, "ContactName", "Name", 1) {
			t.Errorf("%s: Contact.%s is not parameter %s", f.Name, path, f.Param)
		}
		delete(places, f.Of(&c))
	}
	for _, path := range places {
		t.Errorf("Contact.%s has no field", path)
	}
}

func TestFieldsOrder(t *testing.T) {
	var all, asked, personal, link, literal []string
	for _, f := range Fields() {
		all = append(all, f.Name)
		for list, is := range map[*[]string]bool{&asked: f.Asked, &personal: f.Personal, &link: f.Link, &literal: f.Literal} {
			if is {
				*list = append(*list, f.Name)
			}
		}
	}
	for _, tt := range []struct{ what, got, want string }{
		{"all", fmt.Sprint(all), "[name description mail phone webhook aliim language]"},
		{"asked", fmt.Sprint(asked), "[name description mail phone webhook]"},
		{"personal", fmt.Sprint(personal), "[mail phone webhook aliim]"},
		{"link", fmt.Sprint(link), "[mail phone]"},
		{"literal", fmt.Sprint(literal), "[description]"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.what, tt.got, tt.want)
		}
	}
}

func TestNamed(t *testing.T) {
	tests := map[string]string{ // DESIGN, "Words", and the API's own names
		"name":        "name 姓名 名称 ContactName Name ＮＡＭＥ",
		"description": "description describe desc 描述 用途 Describe",
		"mail":        "mail email 邮箱 邮件 Channels.Mail E-Mail e_mail",
		"phone":       "phone mobile sms 手机 电话 短信 Channels.SMS 手机号码",
		"webhook":     "webhook ding 钉钉 机器人 Channels.DingWebHook dingwebhook",
		"aliim":       "aliim wangwang 旺旺 Channels.AliIM",
		"language":    "language lang 语言 Lang",
	}
	for name, words := range tests {
		for _, w := range strings.Fields(words) {
			if f := Named(w); f == nil || f.Name != name {
				t.Errorf("%s: got %v, want %s", w, f, name)
			}
		}
	}
	for _, w := range []string{"", "no", "mails please", strings.Repeat("mail", 100)} {
		if f := Named(w); f != nil {
			t.Errorf("%q names %s", w, f.Name)
		}
	}
}

func TestSpellingsAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, f := range Fields() {
		if f.Words.EN[0] != f.Name {
			t.Errorf("%s: its first word is %s", f.Name, f.Words.EN[0])
		}
		for _, w := range slices.Concat(f.Words.EN, f.Words.ZH) {
			if other, ok := seen[labelKey(w)]; ok && other != f.Name {
				t.Errorf("%s names both %s and %s", w, other, f.Name)
			}
			if _, ok := said[w]; ok {
				t.Errorf("%s is a verb, too", w)
			}
			seen[labelKey(w)] = f.Name
			if at := hanLabel("的" + w); isHan(w) && at != len("的") {
				t.Errorf("%s is not found behind other characters", w)
			}
		}
	}
}

func TestVerbWordsAreUnique(t *testing.T) {
	seen := map[string]Verb{}
	for _, p := range phrasings {
		for _, w := range slices.Concat(p.en, p.zh) {
			if other, ok := seen[w]; ok {
				t.Errorf("%s means %v and %v", w, other, p.verb)
			}
			seen[w] = p.verb
			if c := Parse(w); c.Verb != p.verb || c.Rest != "" {
				t.Errorf("%s: got %s, want %v", w, told(c), p.verb)
			}
		}
		if w := p.verb.Word(); said[w.EN] != p.verb || said[w.ZH] != p.verb {
			t.Errorf("%v: its words %v don't say it", p.verb, w)
		}
	}
	for v := None; v <= Delete; v++ {
		if v.String() == "unknown verb" {
			t.Errorf("verb %d has no name", v)
		}
	}
}

func TestExamplesAreValid(t *testing.T) {
	for _, f := range Fields() {
		for _, example := range []string{f.Example.EN, f.Example.ZH} {
			// The example of a webhook is cut short; nobody should post to it.
			if f == webhookField {
				example = strings.Replace(example, "7d49515e8ebf…", token, 1)
			}
			if got, note, problem := f.Clean(example); problem != nil || note != (Text{}) || got != example {
				t.Errorf("%s: example gives %q, %v, %v", f.Name, got, note, problem)
			}
		}
	}
}

// texts are all that people read, by where they stand.
func texts() map[string]Text {
	all := map[string]Text{
		"tooLongText": tooLongText, "noSuchField": noSuchField, "nothingHere": nothingHere, "namedTwice": namedTwice,
		"lastIsBad": lastIsBad, "inProse": inProse,
		"valueTooLong": valueTooLong, "maskedText": maskedText,
		"nameHyphen": nameHyphen, "nameMail": nameMail, "nameShort": nameShort, "nameLong": nameLong, "nameStart": nameStart,
		"nameSpace": nameSpace, "nameDot": nameDot, "nameLookalike": nameLookalike, "nameLetters": nameLetters, "nameSentence": nameSentence,
		"descriptionLong": descriptionLong, "aliimLong": aliimLong, "aliimPlain": aliimPlain, "langUnknown": langUnknown,
		"mailNoAt": mailNoAt, "mailManyAt": mailManyAt, "mailDomain": mailDomain, "mailForm": mailForm, "mailASCII": mailASCII,
		"mailSpace": mailSpace, "mailLong": mailLong,
		"phoneForeign": phoneForeign, "phoneSigns": phoneSigns, "phoneForm": phoneForm, "phoneUnused": phoneUnused, "phoneShort": phoneShort(10),
		"phoneFixed": phoneFixed, "phoneInvalid": phoneInvalid,
		"webhookForm": webhookForm, "webhookInsecure": webhookInsecure, "webhookSigned": webhookSigned,
		"webhookExtra": webhookExtra, "webhookToken": webhookToken, "webhookUnusual": webhookUnusual,
		"leftOut": leftOut(phoneField).Reason, "didYouMean": didYouMean("", phoneField).Reason,
	}
	for _, f := range Fields() {
		v := reflect.ValueOf(*f)
		for i := range v.NumField() {
			if place := v.Type().Field(i); place.Type == reflect.TypeFor[Text]() {
				all[f.Name+"."+place.Name] = v.Field(i).Interface().(Text)
			}
		}
	}
	return all
}

var (
	numbers = regexp.MustCompile(`\d+`)
	urls    = regexp.MustCompile(`https?://[!-+\--~]*`)
	chinese = regexp.MustCompile(`\p{Han}`)
	asciiZH = regexp.MustCompile(`\p{Han}\s*[,;:?!()]|[,;:?!()]\s*\p{Han}`)
)

func TestTextsInBothLanguages(t *testing.T) {
	all := texts()
	for _, name := range sortedKeys(all) {
		text := all[name]
		if text.EN == "" || text.ZH == "" {
			t.Errorf("%s: EN %q, ZH %q", name, text.EN, text.ZH)
			continue
		}
		example := strings.HasSuffix(name, ".Example")
		if !example && text.EN != text.ZH && (chinese.MatchString(text.EN) || !chinese.MatchString(text.ZH)) {
			t.Errorf("%s: wrong language: %q, %q", name, text.EN, text.ZH)
		}
		if text.EN != strings.TrimSpace(text.EN) || strings.ContainsAny(text.EN+text.ZH, "\n\t") {
			t.Errorf("%s: not one line", name)
		}
		if end(text.EN) != end(text.ZH) {
			t.Errorf("%s: ends differ: %q, %q", name, text.EN, text.ZH)
		}
		for what, re := range map[string]*regexp.Regexp{"numbers": numbers, "URLs": urls} {
			if diff := cmp.Diff(re.FindAllString(text.EN, -1), re.FindAllString(text.ZH, -1)); diff != "" && !example {
				t.Errorf("%s: %s differ:\n%s", name, what, diff)
			}
		}
		if bad := asciiZH.FindString(text.ZH); bad != "" {
			t.Errorf("%s: %q is no Chinese punctuation", name, bad)
		}
	}
}

// end is how a text ends: as a sentence, a question or neither.
func end(s string) string {
	switch {
	case strings.HasSuffix(s, "?"), strings.HasSuffix(s, "？"):
		return "?"
	case strings.HasSuffix(s, "."), strings.HasSuffix(s, "。"):
		return "."
	}
	return ""
}

func TestTextIn(t *testing.T) {
	text := Text{EN: "yes", ZH: "是"}
	if text.In(English) != "yes" || text.In(Chinese) != "是" || text.In("") != "yes" {
		t.Error("wrong language")
	}
	if f := Named("language"); f.Show("zh-cn", English) != "Chinese" || f.Show("zh-cn", Chinese) != "中文" ||
		f.Show("en", English) != "English" || f.Show("en", Chinese) != "英文" || f.Show("fr", English) != "fr" {
		t.Error("languages don't show as they read")
	}
}

func TestMatchLanguage(t *testing.T) {
	tests := map[string]Language{
		"zh-CN": Chinese, "zh_Hans": Chinese, "zh_CN.UTF-8": Chinese, "zh": Chinese, "zh-TW": Chinese, "ZH-cn@pinyin": Chinese,
		"en": English, "en-GB": English, "en_US.UTF-8": English,
		"C": "", "POSIX": "", "": "", "fr-FR": "", "C.UTF-8": "", "und": "", "x": "", strings.Repeat("zh-", 100): "",
	}
	for _, locale := range sortedKeys(tests) {
		if got := MatchLanguage(locale); got != tests[locale] {
			t.Errorf("%q: got %q, want %q", locale, got, tests[locale])
		}
	}
}

func TestProblemHidesWhatWasTyped(t *testing.T) {
	p := didYouMean("secret", Named("mail"))
	if got := p.Error(); strings.Contains(got, "secret") || got != "there is no such field; did you mean mail?" {
		t.Errorf("got %q", got)
	}
}

func TestMarkdown(t *testing.T) {
	got := Markdown()
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 2+len(parameters) {
		t.Fatalf("%d lines:\n%s", len(lines), got)
	}
	for i, l := range lines {
		if strings.Count(l, "|") != 6 {
			t.Errorf("line %d has not five columns: %s", i+1, l)
		}
	}
	const want = "| `phone` | mobile, sms, tel, cell, cellphone, mobile phone, phone number, mobile number, 手机, 电话, 短信, 手机号, 手机号码, 电话号码 | one channel is; this one will do on the China site | `13800138000` |"
	if !strings.Contains(got, want) {
		t.Errorf("no line %s in\n%s", want, got)
	}
}
