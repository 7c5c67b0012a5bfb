package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

const (
	// homeRegion is where numbers without a country code are from.
	homeRegion = "CN"
	homeCode   = 86
	// homeLength is that of a mainland mobile number, the only form that the
	// API's page shows.
	homeLength = 11
	// minCounted is how many digits must be there for a mobile number to be meant:
	// 110 and 10086 are none.
	minCounted = 7
	// maxPhone is far more than a number has, with all its spaces and signs.
	maxPhone = 64
)

var (
	phoneForeign = Text{
		EN: "CloudMonitor documents only mainland numbers of 11 digits; it may refuse this one",
		ZH: "云监控文档里只有 11 位大陆手机号，其他号码可能会被拒绝",
	}
	phoneSigns = Text{
		EN: "a number holds only digits, for example 13800138000",
		ZH: "只能是数字，例如 13800138000",
	}
	phoneForm = Text{
		EN: "a mainland mobile number has 11 digits, such as 13800138000; others begin with “+” and the country code",
		ZH: "大陆手机号是 11 位数字，例如 13800138000；其他地区的号码以“+”和国际区号开头",
	}
	phoneUnused = Text{
		EN: "no mainland mobile number begins like this; is there a slip in it?",
		ZH: "没见过这个号段，是不是输错了？",
	}
	phoneFixed = Text{
		EN: "this is no mobile number; alerts come as text messages, so a mobile number is needed",
		ZH: "这不是手机号，收不了报警短信；请填手机号",
	}
	phoneInvalid = Text{
		EN: "this is no valid number of its country; is a digit missing?",
		ZH: "这不是该国家或地区的有效号码，是不是少了一位？",
	}
)

func cleanPhone(text string) (value string, note, reason Text) {
	if reason := rough(text); reason != (Text{}) {
		return "", Text{}, reason
	}
	value = strings.TrimFunc(plain(text), func(r rune) bool { return r != '(' && isAround(r) })
	if len(value) > 4 && strings.EqualFold(value[:4], "tel:") {
		value = value[4:]
	}
	digits := bareNumber(value)
	switch {
	case value == "":
		return "", Text{}, nothingHere
	case len(value) > maxPhone:
		return "", Text{}, phoneForm
	case digits == "":
		return "", Text{}, phoneSigns
	}
	number, err := phonenumbers.Parse(digits, homeRegion)
	if err != nil {
		return "", Text{}, phoneForm
	}
	valid, kind := phonenumbers.IsValidNumber(number), phonenumbers.GetNumberType(number)
	if number.GetCountryCode() != homeCode {
		switch {
		case !valid:
			return "", Text{}, phoneInvalid
		case !textable(kind):
			return "", Text{}, phoneFixed
		}
		return phonenumbers.Format(number, phonenumbers.E164), phoneForeign, Text{}
	}
	national := strconv.FormatUint(number.GetNationalNumber(), 10)
	switch {
	case valid && kind == phonenumbers.MOBILE && len(national) == homeLength:
		return national, Text{}, Text{}
	case valid && kind != phonenumbers.MOBILE:
		return "", Text{}, phoneFixed
	case len(national) == homeLength && isMobile(national):
		// The operators open prefixes faster than the library learns of them.
		return national, phoneUnused, Text{}
	case len(national) == homeLength && national[0] == '1':
		return "", Text{}, phoneUnused
	case minCounted <= len(national) && len(national) < homeLength && national[0] == '1':
		return "", Text{}, phoneShort(len(national))
	default:
		return "", Text{}, phoneForm
	}
}

// phoneShort is the reason for a mobile number that lacks digits. Their count
// tells nothing of the number.
func phoneShort(digits int) Text {
	return Text{
		EN: fmt.Sprintf("a mainland number has %d digits; this one has %d", homeLength, digits),
		ZH: fmt.Sprintf("应该是 %d 位，这里只有 %d 位", homeLength, digits),
	}
}

// textable reports whether a number of this kind may take text messages.
func textable(kind phonenumbers.PhoneNumberType) bool {
	switch kind {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.VOIP, phonenumbers.PERSONAL_NUMBER:
		return true
	}
	return false
}

// bareNumber is a number without its spaces, hyphens, dots and brackets; "" if
// anything else is in it, or no digit.
func bareNumber(s string) string {
	var b strings.Builder
	digits := 0
	for _, r := range s {
		switch {
		case isDigit(r):
			digits++
			b.WriteRune(r)
		case r == '+' || r == '＋':
			if b.Len() > 0 {
				return ""
			}
			b.WriteByte('+')
		case !isPhoneSign(r):
			return ""
		}
	}
	if digits == 0 {
		return ""
	}
	return b.String()
}

// isPhoneSign reports whether people write r between the digits of a number.
func isPhoneSign(r rune) bool {
	switch r {
	case ' ', '-', '.', '(', ')', '（', '）', '/', '－', '‐', '‑', '‒', '–', '—', '―', '−', '﹣', 'ー', '·':
		return true
	}
	return false
}

// isPhoneRune reports whether r may stand in a phone number.
func isPhoneRune(r rune) bool { return isDigit(r) || r == '+' || r == '＋' || isPhoneSign(r) }

// plausiblePhone reports whether a bare number is worth a closer look: it has
// the length and beginning of a mobile number.
func plausiblePhone(bare string) bool {
	if foreign, ok := strings.CutPrefix(bare, "+"); ok && !strings.HasPrefix(foreign, "86") {
		return 8 <= len(foreign) && len(foreign) <= 15
	}
	for _, prefix := range []string{"+86", "0086", "86", "0"} {
		if s, ok := strings.CutPrefix(bare, prefix); ok {
			bare = s
			break
		}
	}
	return len(bare) == homeLength && isMobile(bare)
}

// isMobile reports whether a mainland number begins as mobile ones do.
func isMobile(national string) bool { return national[0] == '1' && national[1] >= '3' }
