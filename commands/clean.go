package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxRaw is how many bytes of a value are looked at, in any field: four times
// the longest description in Chinese. It keeps the work for one value small.
const maxRaw = 8 << 10

// Limits of values, in characters.
// Source: CloudMonitor, rules for contact names as in ROS ALIYUN::CMS::Contact;
// descriptions and TradeManager IDs have no documented limit: these are ours.
const (
	minName        = 2
	maxName        = 40
	maxDescription = 500
	maxAliIM       = 64
)

var (
	valueTooLong = Text{EN: "it is too long", ZH: "内容太长"}
	maskedText   = Text{
		EN: "part of it is hidden behind asterisks; please type it in full",
		ZH: "中间有星号，请填写完整内容",
	}
)

// isMasked reports whether a value was copied from where it is hidden, as in
// 138****8000. Asterisks around a value are mark-up.
func isMasked(text string) bool {
	text = strings.TrimSpace(text)
	return !strings.HasPrefix(text, "*") && strings.Contains(text, "**")
}

// rough refuses what no field but the description can hold: nothing, far too
// much, a masked value.
func rough(text string) (reason Text) {
	switch {
	case len(text) > maxRaw:
		return valueTooLong
	case isMasked(text):
		return maskedText
	default:
		return Text{}
	}
}

var (
	nameHyphen = Text{
		EN: "CloudMonitor's rules allow no hyphen in a name and may refuse it; “_” is safe",
		ZH: "云监控的命名规则不含“-”，可能会被拒绝，建议改用“_”",
	}
	nameMail = Text{
		EN: "that is an email address; a name is needed here, for example Alice",
		ZH: "这是邮箱地址，这里要填姓名，例如 王小明",
	}
	nameShort = Text{EN: "it is too short: at least 2 characters", ZH: "太短，至少要 2 个字符"}
	nameLong  = Text{EN: "it is too long: at most 40 characters", ZH: "太长，最多 40 个字符"}
	nameStart = Text{
		EN: "a name begins with a Chinese or English letter",
		ZH: "要以汉字或英文字母开头",
	}
	nameSpace = Text{
		EN: "a name can't hold a space; write for example Alice_Chen",
		ZH: "中间不能有空格，请去掉空格，或写成 Alice_Chen 这样",
	}
	nameJoined = Text{
		EN: "a name can't hold a space; “_” stands for it",
		ZH: "中间不能有空格，已改用“_”",
	}
	nameDot = Text{
		EN: "the middle dot “·” can't be part of a name; write “.” instead",
		ZH: "不能有间隔号“·”，请改用“.”",
	}
	nameLookalike = Text{
		EN: "it holds letters of another alphabet that only look like English ones; please type it anew",
		ZH: "里面有长得像英文字母的其他字符，请用英文输入法重新输入",
	}
	nameLetters = Text{
		EN: "a name holds only Chinese and English letters, digits, “.” and “_”",
		ZH: "只能用汉字、英文字母、数字、“.”和“_”",
	}
)

func cleanName(text string) (value string, note, reason Text) {
	if len(text) > maxRaw {
		return "", Text{}, nameLong
	}
	value = strings.TrimFunc(plain(text), func(r rune) bool { return r != '.' && isAround(r) })
	if value == "" {
		return "", Text{}, nothingHere
	}
	value = unintroduced(value)
	if strings.Contains(value, "@") {
		return "", Text{}, nameMail
	}
	if isSecret(value) {
		return "", Text{}, webhookSigned
	}
	if isSentence(value) {
		return "", Text{}, nameSentence
	}
	for i, r := range value {
		switch {
		case isNameLetter(r):
		case strings.ContainsRune(" \n", r):
			return "", Text{}, nameSpace
		case strings.ContainsRune("·・‧•", r):
			return "", Text{}, nameDot
		case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu):
			return "", Text{}, nameLookalike
		case i == 0:
			return "", Text{}, nameStart
		case r == '-':
			note = nameHyphen
		case r == '.', r == '_', isDigit(r):
		default:
			return "", Text{}, nameLetters
		}
	}
	switch n := utf8.RuneCountInString(value); {
	case n < minName:
		return "", Text{}, nameShort
	case n > maxName:
		return "", Text{}, nameLong
	}
	return value, note, Text{}
}

func isNameLetter(r rune) bool { return isLatin(r) || unicode.Is(unicode.Han, r) }

func isLatin(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// nameFrom makes a contact's name of a profile's: "Alice Chen (SRE)" becomes
// "Alice_Chen_SRE".
func nameFrom(profile string) string {
	var b strings.Builder
	gap, n := false, 0
	for _, r := range plain(clip(profile, maxRaw)) {
		keep := isNameLetter(r) || n > 0 && (isDigit(r) || r == '.')
		if !keep {
			gap = n > 0
			continue
		}
		need := 1
		if gap {
			need = 2
		}
		if n+need > maxName {
			break
		}
		if gap {
			b.WriteByte('_')
		}
		b.WriteRune(r)
		gap, n = false, n+need
	}
	return strings.TrimRight(b.String(), "._")
}

var descriptionLong = Text{
	EN: "it is too long: at most 500 characters",
	ZH: "太长，最多 500 个字符",
}

func cleanDescription(text string) (value string, note, reason Text) {
	if len(text) > maxRaw {
		return "", Text{}, descriptionLong
	}
	value = line(fold(text))
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		return "", Text{}, nothingHere
	case n > maxDescription:
		return "", Text{}, descriptionLong
	}
	return value, Text{}, Text{}
}

var (
	aliimLong  = Text{EN: "it is too long: at most 64 characters", ZH: "太长，最多 64 个字符"}
	aliimPlain = Text{EN: "an ID holds no spaces", ZH: "账号里不能有空格"}
)

func cleanAliIM(text string) (value string, note, reason Text) {
	if reason := rough(text); reason != (Text{}) {
		return "", Text{}, reason
	}
	value = tidy(text)
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		return "", Text{}, nothingHere
	case isMasked(value):
		return "", Text{}, maskedText
	case n > maxAliIM:
		return "", Text{}, aliimLong
	case strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || !unicode.IsGraphic(r) }):
		return "", Text{}, aliimPlain
	}
	return value, Text{}, Text{}
}

// The values of Lang, and how they read.
// Source: CloudMonitor, PutContact, parameter Lang.
var langs = map[Language]struct {
	value string
	shown Text
}{
	English: {"en", Text{EN: "English", ZH: "英文"}},
	Chinese: {"zh-cn", Text{EN: "Chinese", ZH: "中文"}},
}

var langWords = map[string]Language{
	"en": English, "enus": English, "eng": English, "english": English,
	"英文": English, "英语": English, "英": English,
	"zh": Chinese, "zhcn": Chinese, "zhhans": Chinese, "cn": Chinese, "chinese": Chinese, "simplifiedchinese": Chinese,
	"中文": Chinese, "汉语": Chinese, "中": Chinese, "简体": Chinese, "简体中文": Chinese, "普通话": Chinese,
}

var langUnknown = Text{
	EN: "alerts come in “en” or “zh-cn” only",
	ZH: "只支持“zh-cn”或“en”",
}

func cleanLanguage(text string) (value string, note, reason Text) {
	if len(text) > maxRaw {
		return "", Text{}, langUnknown
	}
	value = tidy(text)
	if value == "" {
		return "", Text{}, nothingHere
	}
	l, ok := langWords[labelKey(clip(value, maxLabel))]
	if !ok {
		return "", Text{}, langUnknown
	}
	return langs[l].value, Text{}, Text{}
}

// langOptions are the values of the language, English first.
func langOptions() []Option {
	var options []Option
	for _, l := range []Language{English, Chinese} {
		options = append(options, Option{Value: langs[l].value, Label: langs[l].shown})
	}
	return options
}

func showLanguage(value string, in Language) string {
	for _, l := range langs {
		if l.value == value {
			return l.shown.In(in)
		}
	}
	return value
}
