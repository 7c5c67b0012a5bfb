package dingtalk

// Trying the settings, without running.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"contactbot/bot"
)

// nobody is a staff ID that nobody has: what is sent there reaches nobody.
const nobody = "contactbot-check-nobody"

// Check tries every setting of the organization. Nobody notices.
func (p *Platform) Check(ctx context.Context) []bot.Finding {
	app := bot.Finding{What: "dingtalk app"}
	stream := bot.Finding{What: "dingtalk stream"}
	send := bot.Finding{What: "dingtalk messages"}
	read := bot.Finding{What: "dingtalk directory"}
	token, err := p.accessToken(ctx, "")
	if err != nil {
		if app.Err = unreached(err); app.Err == nil {
			app.Err = fmt.Errorf("no access token (%w): set DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET as the developer console shows them", err)
		}
		stream.Skipped, send.Skipped, read.Skipped = true, true, true
		return []bot.Finding{app, stream, send, read}
	}
	app.Note = "client ID and secret are accepted"
	if _, fail := p.stream.ticket(ctx); fail != nil && !fail.dead {
		stream.Err = fmt.Errorf("the gateway gives no connection (%s): look at DINGTALK_API_URL and the way out of this network, or try again later", fail.why)
	} else if fail != nil {
		stream.Err = fmt.Errorf("the gateway gives no connection (%s): choose Stream mode for the robot in the developer console, and publish a version", fail.why)
	}
	_, err = p.post(ctx, p.APIURL+toOne, token, map[string]any{
		"robotCode": p.RobotCode, "userIds": []string{nobody}, "msgKey": "sampleText", "msgParam": `{"content":"contactbot check"}`,
	})
	switch e, ok := errors.AsType[*callError](err); {
	case !ok:
		send.Note = "the robot may write to people by itself"
	case unreached(err) != nil:
		send.Err = unreached(err)
	case e.kind == forbidden:
		send.Err = fmt.Errorf("refused (%s): give the app the permission qyapi_robot_sendmsg, look at its IP white list, and publish a version", e.code)
	default:
		send.Err = fmt.Errorf("refused (%s): is DINGTALK_ROBOT_CODE the robot's, and the robot published?", e.code)
	}
	body, err := p.post(ctx, p.legacyURL()+directory+"?access_token="+url.QueryEscape(token), "", map[string]string{"userid": nobody})
	var answer struct{ Errcode json.RawMessage }
	_ = json.Unmarshal(body, &answer)
	switch e, ok := errors.AsType[*callError](err); {
	case ok && e.kind == forbidden:
		read.Note = "no permission qyapi_get_member: names and addresses are not proposed"
	case ok && (e.kind == uncertain || e.kind == unsent):
		read.Err = fmt.Errorf("no answer (%s): look at the way out of this network to oapi.dingtalk.com", e.code)
	default: // there is nobody of that name
		read.Note = "names are proposed; addresses if fieldEmail and fieldMobile are granted"
	}
	return []bot.Finding{app, stream, send, read}
}

// unreached is the finding where an error does not tell what DingTalk thinks of
// the app: it did not answer, or it does not now. It is nil where DingTalk refused.
func unreached(err error) error {
	e := failed(err)
	status, ok := strings.CutPrefix(e.code, "HTTP ")
	switch {
	case e.kind == limited:
		return fmt.Errorf("DingTalk is called too often (%s): try again in a minute", e.code)
	case ok && !strings.Contains(status, " "), // without a code it was somebody else
		e.kind == uncertain, e.kind == unsent:
		return fmt.Errorf("DingTalk does not answer (%s): look at DINGTALK_API_URL and the way out of this network", e.code)
	default:
		return nil
	}
}
