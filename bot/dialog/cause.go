package dialog

import (
	"strings"

	"contactbot/cloudmonitor"
	"contactbot/commands"
)

// causes say what an error code of CloudMonitor means and what to do next. The
// first whose prefix fits is taken.
// Source: Alibaba Cloud, "CloudMonitor: PutContact", section "Error codes", and
// the API gateway's public error codes.
var causes = []struct {
	prefix string
	text   commands.Text
}{
	{"Throttling", commands.Text{EN: "CloudMonitor is called too often right now. Try again in a few minutes.", ZH: "云监控限流了，请过几分钟再试。"}},
	{"InvalidParameter", badValue},
	{"400", badValue},
	{"InvalidAuthorization", notAllowed},
	{"Forbidden", notAllowed},
	{"NoPermission", notAllowed},
	{"InvalidAccessKeyId", badKey},
	{"SignatureDoesNotMatch", badKey},
	{"InvalidSecurityToken", badKey},
	{"InvalidTimeStamp", commands.Text{EN: "The clock of the bot's machine is wrong. Please tell the bot's operator; then say “submit”.", ZH: "我所在的服务器时间不准。请联系维护本机器人的同事，处理好后发“提交”。"}},
	{"ServiceUnavailable", trouble},
	{"InternalError", trouble},
}

var (
	badValue   = commands.Text{EN: "It does not accept one of the values. Change that field, then submit again.", ZH: "有一项云监控不接受。改好那一项，再发“提交”。"}
	notAllowed = commands.Text{EN: "The bot's Alibaba Cloud account lacks the permission. Please tell the bot's operator; then say “submit”.", ZH: "我用的阿里云账号没有权限。请联系维护本机器人的同事，处理好后发“提交”。"}
	badKey     = commands.Text{EN: "The bot's access key is not accepted. Please tell the bot's operator; then say “submit”.", ZH: "我用的 AccessKey 没有通过验证。请联系维护本机器人的同事，处理好后发“提交”。"}
	trouble    = commands.Text{EN: "CloudMonitor has trouble of its own. Try again in a few minutes.", ZH: "云监控自身出了问题，请过几分钟再试。"}
	noAnswer   = commands.Text{EN: "CloudMonitor could not be reached. Try again in a few minutes.", ZH: "连不上云监控，请过几分钟再试。"}
	badSetting = commands.Text{EN: "The bot cannot reach CloudMonitor as it is set up. Please tell the bot's operator; then say “submit”.", ZH: "按现在的配置，我连不上云监控。请联系维护本机器人的同事，处理好后发“提交”。"}
	unknown    = commands.Text{EN: "It gave a reason that I do not know; its own words are below. If they do not help, tell the bot's operator the request ID.", ZH: "原因不明，云监控返回的原文见下。看不明白的话，请把 RequestId 发给维护本机器人的同事。"}
)

// cause says why a call failed and what to do next.
func cause(e *cloudmonitor.Error) commands.Text {
	for _, c := range causes {
		if strings.HasPrefix(e.Code, c.prefix) {
			return c.text
		}
	}
	switch {
	case e.Status == 0 && e.Temporary:
		return noAnswer
	case e.Status == 0:
		return badSetting
	case e.Temporary:
		return trouble
	default:
		return unknown
	}
}
