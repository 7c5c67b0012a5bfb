package commands

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// The only webhook that PutContact documents, and what its token looks like.
// Source: CloudMonitor, PutContact, parameter Channels.DingWebHook.
const (
	webhookHost  = "oapi.dingtalk.com"
	webhookPath  = "/robot/send"
	webhookStart = "https://" + webhookHost + webhookPath + "?access_token="
	usualToken   = 64 // hex digits
	minToken     = 16
	maxToken     = 128
	maxWebhook   = 512 // bytes; longer than any with a token of maxToken
)

var (
	webhookForm = Text{
		EN: "it must be the whole webhook URL of a DingTalk robot, beginning with " + webhookStart,
		ZH: "必须是完整的钉钉机器人 Webhook 地址，以 " + webhookStart + " 开头",
	}
	webhookInsecure = Text{
		EN: "it must begin with https://, not http://",
		ZH: "必须以 https:// 开头，不能是 http://",
	}
	webhookSigned = Text{
		EN: "this robot is secured with “sign”, and CloudMonitor can't sign; choose keywords or an IP range in the robot's security settings",
		ZH: "这个机器人用了“加签”，云监控不支持加签；请在机器人的安全设置里改用自定义关键词或 IP 地址段",
	}
	webhookExtra = Text{
		EN: "nothing may follow the access_token; copy the URL from the robot's settings again",
		ZH: "access_token 后面不能再有其他内容，请到机器人设置里重新复制",
	}
	webhookToken = Text{
		EN: "its access_token is not whole; copy the URL from the robot's settings again",
		ZH: "access_token 不完整，请到机器人设置里重新复制",
	}
	webhookUnusual = Text{
		EN: "a robot's access_token usually has 64 characters (0–9, a–f); please check that it was copied whole",
		ZH: "机器人的 access_token 一般是 64 个字符（0–9、a–f），请确认复制完整",
	}
)

// cleanWebhook accepts one form only and builds the value anew: alerts must not
// go to a host that merely looks like DingTalk.
func cleanWebhook(text string) (value string, note, reason Text) {
	if reason := rough(text); reason != (Text{}) {
		return "", Text{}, reason
	}
	value = strings.TrimFunc(fold(text), isAround)
	switch {
	case value == "":
		return "", Text{}, nothingHere
	case strings.HasPrefix(value, "SEC") && isToken(value):
		return "", Text{}, webhookSigned // the secret itself
	case len(value) > maxWebhook, strings.ContainsFunc(value, notInWebhook):
		return "", Text{}, webhookForm
	}
	if len(value) > len(webhookHost) && strings.EqualFold(value[:len(webhookHost)+1], webhookHost+"/") {
		value = "https://" + value
	}
	u, err := url.Parse(value)
	if err != nil {
		return "", Text{}, webhookForm
	}
	if u.Scheme == "http" && strings.EqualFold(u.Host, webhookHost) {
		return "", Text{}, webhookInsecure
	}
	// Host holds the port, and User what stands before an "@".
	if u.Scheme != "https" || u.User != nil || u.Opaque != "" || !strings.EqualFold(u.Host, webhookHost) ||
		u.Path != webhookPath || u.RawPath != "" {
		return "", Text{}, webhookForm
	}
	if u.RawQuery == "" {
		return "", Text{}, webhookToken
	}
	token := ""
	for parameter := range strings.SplitSeq(u.RawQuery, "&") {
		key, v, _ := strings.Cut(parameter, "=")
		switch {
		case key == "sign" || key == "timestamp":
			return "", Text{}, webhookSigned
		case key != "access_token":
			return "", Text{}, webhookExtra
		case token != "":
			return "", Text{}, webhookExtra
		case len(v) < minToken || len(v) > maxToken || !isToken(v):
			return "", Text{}, webhookToken
		}
		token = v
	}
	if len(token) != usualToken || strings.Trim(token, "0123456789abcdef") != "" {
		note = webhookUnusual
	}
	return webhookStart + token, note, Text{}
}

// notInWebhook reports whether r has no place in a robot's address: escapes,
// fragments, anything that is no ASCII.
func notInWebhook(r rune) bool {
	return r <= ' ' || r >= utf8.RuneSelf || strings.ContainsRune(`%#\`, r)
}

// isSecret reports whether a word is what DingTalk shows for a robot that is
// secured with "sign". It must never be taken for a name, which all may read.
// Source: DingTalk, "Custom robot security settings", section "Sign".
func isSecret(word string) bool {
	token, ok := strings.CutPrefix(word, "SEC")
	return ok && len(token) >= minToken && isToken(token) && strings.ContainsFunc(token, isDigit)
}

func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !isLatin(r) && !isDigit(r) })
}
