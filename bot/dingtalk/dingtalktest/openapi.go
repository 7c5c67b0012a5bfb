package dingtalktest

// The OpenAPI, and the legacy host's directory.

import (
	"net/http"
	"slices"
	"time"
)

// accessToken gives a token: the present one while it is good for long enough.
// The caller holds d.mu.
// Source: DingTalk, "Obtain the access token of an internal app": keep it, do not
// ask for it with every call.
func (d *DingTalk) accessToken(r request) reply {
	var call struct {
		AppKey    string `json:"appKey"`
		AppSecret string `json:"appSecret"`
	}
	if err := strictly(r.body, &call, "appKey*", "appSecret*"); err != nil {
		return d.refuses(r, http.StatusBadRequest, "MissingParameter", err.Error())
	}
	if call.AppKey != d.ClientID || call.AppSecret != d.ClientSecret {
		return refused(http.StatusBadRequest, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
	}
	left := time.Until(d.tokens[d.token])
	if d.token != "" && left > d.TokenLife/2 && !d.renew {
		d.breaks(r.path, "the last token is good for %v yet: it was not kept", left.Round(time.Second))
	}
	d.renew = false
	if left < d.TokenLife/2 {
		d.token, left = d.next("token-"), d.TokenLife
		d.tokens[d.token] = time.Now().Add(left)
	}
	return reply{http.StatusOK, map[string]any{"accessToken": d.token, "expireIn": int(left.Seconds())}}
}

// good reports whether a token is good; if not, there is a reason to ask for one.
// The caller holds d.mu.
func (d *DingTalk) good(token string) bool {
	if until, ok := d.tokens[token]; ok && time.Now().Before(until) {
		return true
	}
	d.renew = true
	return false
}

// mayNot is why a message of the robot is refused. The caller holds d.mu.
func (d *DingTalk) mayNot(r request) (no reply, refuse bool) {
	token := r.header.Get("X-Acs-Dingtalk-Access-Token")
	switch {
	case token == "":
		return d.refuses(r, http.StatusUnauthorized, "MissingAuthentication", "no header x-acs-dingtalk-access-token"), true
	case !d.good(token):
		return refused(http.StatusUnauthorized, "InvalidAuthentication", "不合法的access_token"), true
	case !d.has("qyapi_robot_sendmsg"):
		return refused(http.StatusForbidden, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "应用尚未开通所需的权限：[qyapi_robot_sendmsg]"), true
	}
	return reply{}, false
}

// sendSingle shows a message to people in their single chats. The caller holds
// d.mu.
func (d *DingTalk) sendSingle(r request) reply {
	if no, refuse := d.mayNot(r); refuse {
		return no
	}
	var call struct {
		RobotCode string   `json:"robotCode"`
		UserIDs   []string `json:"userIds"`
		MsgKey    string   `json:"msgKey"`
		MsgParam  string   `json:"msgParam"`
	}
	err := strictly(r.body, &call, "robotCode*", "userIds*", "msgKey*", "msgParam*")
	switch {
	case err != nil:
		return d.refuses(r, http.StatusBadRequest, "invalidParameter", err.Error())
	case call.RobotCode != d.RobotCode:
		return d.refuses(r, http.StatusBadRequest, "robot.notExist", "there is no such robot")
	case len(call.UserIDs) < 1 || len(call.UserIDs) > 20:
		return d.refuses(r, http.StatusBadRequest, "staffId.list.size.error", "userIds is not 1 to 20 people")
	}
	n, err := d.readParam(call.MsgKey, call.MsgParam)
	if err != nil {
		return d.refuses(r, http.StatusBadRequest, "msgParam.invalid", err.Error())
	}
	invalid, limited := []string{}, []string{}
	for _, id := range call.UserIDs {
		switch _, ok := d.staff(id); {
		case !ok:
			invalid = append(invalid, id)
		case r.fault.Limited:
			limited = append(limited, id)
		default:
			n.By, n.To, n.In = r.path, id, d.people[id].Direct()
			d.show(n)
		}
	}
	return reply{http.StatusOK, map[string]any{
		"processQueryKey": d.next("query-"), "invalidStaffIdList": invalid, "flowControlledStaffIdList": limited,
	}}
}

// sendGroup shows a message to a group. The caller holds d.mu.
func (d *DingTalk) sendGroup(r request) reply {
	if no, refuse := d.mayNot(r); refuse {
		return no
	}
	var call struct {
		RobotCode    string `json:"robotCode"`
		Conversation string `json:"openConversationId"`
		MsgKey       string `json:"msgKey"`
		MsgParam     string `json:"msgParam"`
	}
	err := strictly(r.body, &call, "robotCode*", "openConversationId*", "msgKey*", "msgParam*")
	switch {
	case err != nil:
		return d.refuses(r, http.StatusBadRequest, "invalidParameter", err.Error())
	case call.RobotCode != d.RobotCode:
		return d.refuses(r, http.StatusBadRequest, "robot.notExist", "there is no such robot")
	case d.groups[call.Conversation] == nil:
		return d.refuses(r, http.StatusBadRequest, "openConversationId.invalid", "there is no such group")
	}
	n, err := d.readParam(call.MsgKey, call.MsgParam)
	if err != nil {
		return d.refuses(r, http.StatusBadRequest, "msgParam.invalid", err.Error())
	}
	n.By, n.In = r.path, call.Conversation
	d.show(n)
	return reply{http.StatusOK, map[string]any{"processQueryKey": d.next("query-")}}
}

// userGet tells what the directory has of a person. Without a permission members
// are missing, which is no error. The caller holds d.mu.
func (d *DingTalk) userGet(r request) reply {
	var call struct {
		UserID   string `json:"userid"`
		Language string `json:"language"`
	}
	if !d.good(r.param("access_token")) {
		return errcode(40014, "不合法的access_token")
	}
	if err := strictly(r.body, &call, "userid*", "language"); err != nil {
		d.breaks(r.path, "%v", err)
		return errcode(40035, err.Error())
	}
	if call.Language != "" && !slices.Contains([]string{"zh_CN", "en_US"}, call.Language) {
		d.breaks(r.path, "language is not zh_CN or en_US")
	}
	p, ok := d.staff(call.UserID)
	if !ok {
		return errcode(60121, "找不到该用户")
	}
	if !d.has("qyapi_get_member") {
		a := errcode(88, "ding talk error[subcode=60011,submsg=没有调用该接口的权限]")
		a.body["sub_code"], a.body["sub_msg"] = "60011", "没有调用该接口的权限"
		return a
	}
	result := map[string]any{"userid": p.ID, "unionid": "union-of-" + p.ID, "name": p.Name, "admin": p.Admin, "active": true}
	if d.has("fieldMobile") && p.Mobile != "" {
		result["mobile"], result["state_code"] = p.Mobile, "86"
	}
	if d.has("fieldEmail") && p.Mail != "" {
		result["email"] = p.Mail
	}
	if d.has("fieldEmail") && p.OrgMail != "" {
		result["org_email"] = p.OrgMail
	}
	a := errcode(0, "ok")
	a.body["result"], a.body["request_id"] = result, d.next("request-")
	return a
}
