package commands

import (
	"net/mail"
	"strings"
	"unicode/utf8"
)

// Limits of a mail address, in bytes.
// Source: RFC 5321, section 4.5.3.1; 254 is what fits its path of 256.
const (
	maxMail      = 254
	maxMailLocal = 64
	maxDNSLabel  = 63
)

var (
	mailNoAt = Text{
		EN: "there is no “@” in it; an address looks like alice@example.com",
		ZH: "缺少“@”，邮箱要写成 zhangsan@example.com 这样",
	}
	mailManyAt = Text{EN: "there is more than one “@” in it", ZH: "出现了多个“@”"}
	mailDomain = Text{
		EN: "after the “@” comes a domain such as example.com",
		ZH: "“@”后面应当是 example.com 这样的域名",
	}
	mailForm = Text{
		EN: "this is not an email address; one looks like alice@example.com",
		ZH: "不是有效的邮箱地址，要写成 zhangsan@example.com 这样",
	}
	mailASCII = Text{
		EN: "only plain English letters, digits and the usual signs can be used in an address",
		ZH: "只能用英文字母、数字和常用符号",
	}
	mailSpace = Text{EN: "an address holds no spaces", ZH: "中间不能有空格"}
	mailLong  = Text{EN: "it is too long: at most 254 characters", ZH: "太长，最多 254 个字符"}
)

func cleanMail(text string) (value string, note, reason Text) {
	if reason := rough(text); reason != (Text{}) {
		return "", Text{}, reason
	}
	value = tidy(text)
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		value = value[7:]
	}
	// A Chinese keyboard types a full stop where a dot was meant.
	value = strings.ReplaceAll(value, "。", ".")
	local, domain, found := strings.Cut(value, "@")
	switch {
	case value == "":
		return "", Text{}, nothingHere
	case !found:
		return "", Text{}, mailNoAt
	case strings.Contains(domain, "@"):
		return "", Text{}, mailManyAt
	case strings.ContainsAny(value, " \n"):
		return "", Text{}, mailSpace
	case strings.ContainsFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }):
		return "", Text{}, mailASCII
	case len(value) > maxMail:
		return "", Text{}, mailLong
	case local == "" || len(local) > maxMailLocal:
		return "", Text{}, mailForm
	case !isDomain(domain):
		return "", Text{}, mailDomain
	}
	value = local + "@" + strings.ToLower(domain)
	// What net/mail reads as something else (a display name, a quoted local
	// part, a comment) is no plain address.
	a, err := mail.ParseAddress(value)
	if err != nil || a.Name != "" || a.Address != value || strings.ContainsAny(value, `"<>()`) {
		return "", Text{}, mailForm
	}
	return value, Text{}, Text{}
}

// isDomain reports whether s is a host name with a dot in it.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > maxDNSLabel || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if c := rune(l[i]); !isLatin(c) && !isDigit(c) && c != '-' {
				return false
			}
		}
	}
	top := labels[len(labels)-1]
	return len(labels) > 1 && len(top) > 1 && isLatin(rune(top[0]))
}
