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
	{"Throttling", commands.Text{EN: "CloudMonitor is called too often right now. Try again in a few minutes.", ZH: "云监控现在被调用得太频繁，请过几分钟再试。"}},
	{"InvalidParameter", badValue},
	{"400", badValue},
	{"InvalidAuthorization", notAllowed},
	{"Forbidden", notAllowed},
	{"NoPermission", notAllowed},
	{"InvalidAccessKeyId", badKey},
	{"SignatureDoesNotMatch", badKey},
	{"InvalidSecurityToken", badKey},
	{"InvalidTimeStamp", commands.Text{EN: "The clock of the bot's machine is wrong. Please tell the bot's operator; then say “submit”.", ZH: "机器人所在机器的时钟不准。请告诉机器人的运维人员，处理好后发“提交”。"}},
	{"ServiceUnavailable", trouble},
	{"InternalError", trouble},
}

var (
	badValue   = commands.Text{EN: "It does not accept one of the values. Change that field, then submit again.", ZH: "有一项内容它不接受。修改那一项后再提交。"}
	notAllowed = commands.Text{EN: "The bot's Alibaba Cloud account lacks the permission. Please tell the bot's operator; then say “submit”.", ZH: "机器人使用的阿里云账号没有权限。请告诉机器人的运维人员，处理好后发“提交”。"}
	badKey     = commands.Text{EN: "The bot's access key is not accepted. Please tell the bot's operator; then say “submit”.", ZH: "机器人的 AccessKey 没有通过验证。请告诉机器人的运维人员，处理好后发“提交”。"}
	trouble    = commands.Text{EN: "CloudMonitor has trouble of its own. Try again in a few minutes.", ZH: "云监控自身出了问题，请过几分钟再试。"}
	noAnswer   = commands.Text{EN: "CloudMonitor could not be reached. Try again in a few minutes.", ZH: "连不上云监控，请过几分钟再试。"}
	badSetting = commands.Text{EN: "The bot cannot reach CloudMonitor as it is set up. Please tell the bot's operator; then say “submit”.", ZH: "按现在的配置，机器人连不上云监控。请告诉机器人的运维人员，处理好后发“提交”。"}
	unknown    = commands.Text{EN: "It gave a reason that I do not know; its own words are below. If they do not help, tell the bot's operator the request ID.", ZH: "未知原因，原始信息见下。如果看不明白，请把 RequestId 告诉机器人的运维人员。"}
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
