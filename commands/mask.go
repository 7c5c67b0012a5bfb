package commands

import (
	"strings"
	"unicode/utf8"
)

// stars stand for what is hidden; their number tells nothing about its length.
const stars = "****"

// maskPhone keeps 3 digits in front and 4 at the end, as in 138****8000; of a
// shorter number less, of a very short one nothing.
func maskPhone(v string) string {
	digits := strings.TrimPrefix(v, "+")
	plus := v[:len(v)-len(digits)]
	r := []rune(digits)
	switch n := len(r); {
	case n == 0:
		return ""
	case n >= 11:
		return plus + string(r[:3]) + stars + string(r[n-4:])
	case n >= 7:
		return plus + string(r[:2]) + stars + string(r[n-2:])
	default:
		return stars
	}
}

// maskMail keeps the first letter and the domain: a***@example.com. A local part
// of one or two letters is hidden as a whole.
func maskMail(v string) string {
	at := strings.LastIndexByte(v, '@')
	if at < 0 {
		return maskText(v)
	}
	local := v[:at]
	if utf8.RuneCountInString(local) <= 2 {
		return "***" + v[at:]
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "***" + v[at:]
}

// maskWebhook keeps the first 4 characters of the token. Of what is no robot's
// address it keeps nothing: who knows where its secret is.
func maskWebhook(v string) string {
	token, ok := strings.CutPrefix(v, webhookStart)
	switch {
	case v == "":
		return ""
	case !ok:
		return stars
	case len(token) < minToken || !isToken(token):
		return webhookStart + stars
	default:
		return webhookStart + token[:4] + stars
	}
}

// maskText keeps the first character, if there are more.
func maskText(v string) string {
	if v == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(v)
	if n == len(v) {
		return "***"
	}
	return v[:n] + "***"
}
