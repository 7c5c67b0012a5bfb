package commands

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// hostile texts of about 100 kB, each aimed at one part of the parser.
func hostile() map[string]string {
	kinds := map[string]string{
		"brackets":   "(",
		"equals":     "=",
		"colons":     "：",
		"quotes":     "“",
		"quote ends": "‘a",
		"apostrophe": " 'a",
		"good pairs": `"a" `,
		"labels":     "mail=",
		"labelled":   "mail=a@x.com ",
		"prose":      "desc=a, b ",
		"slips":      "mial: ",
		"unknown":    "a=b ",
		"chinese":    "我的手机机手机手：",
		"links":      "<http://a|",
		"markdown":   "[a](",
		"entities":   "&amp",
		"digits":     "1 ",
		"phones":     "13800138 ",
		"marks":      "a\u0301\u0316\u0301",
		"composing":  "e\u0327\u0301",
		"wide":       "Ａ＝",
		"nul":        "\x00a",
		"invalid":    "\xff\xfe",
		"invisible":  "\u200b\u202e",
		"newlines":   "a=\n",
		"at":         "a@",
		"urls":       "a://b ",
		"verbs":      "register ",
		"请":          "请我要",
		"登记":         "登记下一下到帮",
		"下":          "下",
		"好":          "好的，",
		"words":      "w ",
		"long word":  "w",
		"quoted":     "name=\"",
		"stars":      "*a*:",
		"bars":       "a/1@b|c|",
		"whole bars": "张/13800138000/a@x.com|",
		"described":  "desc=a 13800138000 a@x.com, thanks ",
		"thanks":     "thanks, ",
		"names":      "Ann Lee\n",
		"no names":   "no, ",
		"dash":       "phone=1 --------------------------------",
	}
	texts := map[string]string{}
	for name, unit := range kinds {
		texts[name] = strings.Repeat(unit, MaxText/len(unit))
	}
	return texts
}

var (
	benchLine  = "register name=Alice desc=ECS on-call mail=alice@example.com phone=+86 138-0013-8000"
	benchProse = strings.Repeat("The database on call team looks after ECS, RDS and the like: 数据库值班，夜间。 ", MaxText/90)
)

// BenchmarkParse stands beside the folding of the same text by x/text alone.
func BenchmarkParse(b *testing.B) {
	texts := map[string]string{"line": benchLine, "prose": benchProse}
	for name, text := range hostile() {
		texts["hostile "+name] = text
	}
	all := func(*Field) bool { return true }
	for _, name := range sortedKeys(texts) {
		text := texts[name]
		b.Run(name+"/parse", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Parse(text)
			}
		})
		b.Run(name+"/parse+guess", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Guess(Parse(text).Rest, all)
			}
		})
		b.Run(name+"/x-text", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				norm.NFKC.String(width.Fold.String(text))
			}
		})
	}
}
