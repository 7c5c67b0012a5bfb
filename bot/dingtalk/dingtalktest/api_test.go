package dingtalktest

// What people write and see, and the OpenAPI.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.StringCreateAt, o.NumericTime = true, true
	d, alice := start(t, o)
	bob := d.Join(Person{ID: "bob", Outsider: true, Corp: "ding2"})
	d.AddGroup("cid-all", "全员", alice, bob)
	c := dial(t, d)
	for _, tc := range []struct {
		say     func() *Delivery
		kind    string
		msgtype string
		text    string
		content string
	}{
		{func() *Delivery { return alice.Say("登记") }, "1", "text", "登记", ""},
		{func() *Delivery { return alice.Mention("cid-ops", "登记") }, "2", "text", " 登记", ""},
		{func() *Delivery { return alice.Mention("cid-ops", "") }, "2", "text", "", ""},
		{func() *Delivery { return alice.Rich("cid-ops", "登记") }, "2", "richText", "", `{"richText":[{"text":"@contactbot "},{"text":"登记"}]}`},
		{func() *Delivery { return alice.Picture(alice.Direct()) }, "1", "picture", "", `{"downloadCode":"code-1","pictureDownloadCode":"code-2"}`},
		{func() *Delivery { return alice.Audio(alice.Direct(), "登记") }, "1", "audio", "", `{"downloadCode":"code-1","duration":4000,"recognition":"登记"}`},
		{func() *Delivery { return alice.File(alice.Direct(), "a.txt") }, "1", "file", "", `{"downloadCode":"code-1","fileId":"1","fileName":"a.txt","spaceId":"1"}`},
	} {
		tc.say()
		f := c.hears()
		m := f.message()
		if m.ConversationType != tc.kind || m.Msgtype != tc.msgtype || m.Text.Content != tc.text || string(m.Content) != tc.content {
			t.Errorf("got %+v, want %+v", m, tc)
		}
		if _, ok := f.Headers["time"].(float64); !ok || m.CreateAt[0] != '"' || m.SenderStaffID != "alice" {
			t.Errorf("time %v, createAt %s, of %q", f.Headers["time"], m.CreateAt, m.SenderStaffID)
		}
	}
	bob.Mention("cid-all", "hi")
	if m := c.hears().message(); m.SenderStaffID != "" || m.SenderCorpID != "ding2" {
		t.Errorf("an outsider is %q of %q", m.SenderStaffID, m.SenderCorpID)
	}
	whole(t, d)
}

func TestReplies(t *testing.T) {
	t.Parallel()
	d, alice := start(t, quiet())
	d.Join(Person{ID: "bob"})
	c := dial(t, d)
	alice.Mention("cid-ops", "hi")
	hook := c.hears().message().SessionWebhook
	md := func(text string) object {
		return object{"msgtype": "markdown", "markdown": object{"title": "T", "text": text}}
	}
	at := func(text string, at object) object {
		m := md(text)
		m["at"] = at
		return m
	}
	ok := sendMessage + "%E5%A5%BD"
	for _, tc := range []struct {
		body  object
		code  float64
		reads string
		rule  string
	}{
		{object{"msgtype": "text", "text": object{"content": "hi"}}, 0, "hi", ""},
		{md("### A\n**b**  \nc\nd\n- e\n- [f](" + ok + ") g\\_h"), 0, "T\nA\nb\nc d\n- e\n- f g_h", ""},
		{at("@alice hi", object{"atUserIds": []string{"alice"}, "isAtAll": false}), 0, "T\n@张三 hi", ""},
		{at("hi", object{"atUserIds": []string{"alice"}}), 0, "T\nhi", "nobody sees it"},
		{at("@bob hi", object{"atUserIds": []string{"bob"}}), 0, "T\n@bob hi", "not in the conversation"},
		{at("hi", object{"isAtAll": true}), 0, "T\nhi", "isAtAll"},
		{md("@所有人 hi"), 0, "T\n@所有人 hi", "calls everybody"},
		{md("[a](" + sendMessage + "a+b)"), 0, "T\na", "escape it"},
		{md("[a](" + sendMessage + "好)"), 0, "T\na", "must be escaped"},
		{md("[a](" + sendMessage + "a b)"), 40035, "", "cut short"},
		{md("|a|b|\n|-|-|"), 40035, "", "a table"},
		{md(strings.Repeat("a", maxReply)), 40035, "", "more than"},
		{object{"msgtype": "markdown", "markdown": object{"text": "a"}}, 40035, "", "title is missing"},
		{object{"msgtype": "text", "text": "hi"}, 40035, "", "not a JSON object"},
		{object{"msgtype": "voice"}, 40035, "", "voice"},
		{object{"msgtype": "actionCard", "actionCard": object{"title": "T", "text": "a", "btns": []any{object{"title": "OK", "actionURL": ok}}}}, 0, "T\na\nOK", ""},
	} {
		status, a := post(t, hook, "", tc.body)
		if status != http.StatusOK || a["errcode"] != tc.code {
			t.Errorf("%v: HTTP %d, %v", tc.body, status, a)
		}
		if tc.code == 0 {
			n := alice.Sees(t, "")
			if diff := cmp.Diff(tc.reads, n.Reads); diff != "" || n.To != "" || n.In != "cid-ops" {
				t.Errorf("%v in %s:\n%s", tc.body, n.In, diff)
			}
		}
		if tc.rule != "" {
			breaks(t, d, tc.rule)
		}
	}
	alice.Tap(t, d.Public()[1], "f")
	if m := c.hears().message(); m.Text.Content != " 好" || m.ConversationType != "2" {
		t.Errorf("a tap says %+v", m)
	}

	d.Fail(PathSession, Fault{Errcode: 310000})
	if _, a := post(t, hook, "", md("a")); a["errcode"] != 310000.0 {
		t.Errorf("on demand: %v", a)
	}
	d.ExpireHooks()
	if status, a := post(t, hook, "", md("a")); status != http.StatusOK || a["errcode"] != 300001.0 || a["errmsg"] != "session 不存在" {
		t.Errorf("expired: HTTP %d, %v", status, a)
	}
	whole(t, d)
	if _, a := post(t, d.URL()+PathSession+"?session=x", "", md("a")); a["errcode"] != 300001.0 {
		t.Errorf("unknown: %v", a)
	}
	breaks(t, d, "no such session")
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	d, alice := start(t, quiet())
	d.Join(Person{ID: "carl", Corp: "ding2"})
	login := object{"appKey": d.ClientID, "appSecret": d.ClientSecret}
	_, a := post(t, d.URL()+PathToken, "", login)
	token, _ := a["accessToken"].(string)
	if a["expireIn"] != 7200.0 {
		t.Errorf("a token is %v", a)
	}
	single := object{"robotCode": d.RobotCode, "userIds": []string{"alice", "carl"}, "msgKey": "sampleText", "msgParam": `{"content":"hi"}`}
	group := object{"robotCode": d.RobotCode, "openConversationId": "cid-ops", "msgKey": "sampleMarkdown", "msgParam": `{"title":"T","text":"**hi**"}`}
	with := func(m object, key string, value any) object {
		c := object{}
		for k, v := range m {
			c[k] = v
		}
		c[key] = value
		return c
	}
	for _, tc := range []struct {
		path   string
		token  string
		body   object
		status int
		rule   string
	}{
		{PathSingle, token, single, 200, ""},
		{PathGroup, token, group, 200, ""},
		{PathSingle, "", single, 401, "no header"},
		{PathSingle, "old", single, 401, ""},
		{PathSingle, token, with(single, "userIds", []string{}), 400, "1 to 20"},
		{PathSingle, token, with(single, "userIds", make([]string, 21)), 400, "1 to 20"},
		{PathSingle, token, with(single, "msgParam", object{"content": "hi"}), 400, "msgParam is a object"},
		{PathSingle, token, with(single, "msgKey", "text"), 400, "msgKey"},
		{PathSingle, token, with(single, "robotCode", "other"), 400, "no such robot"},
		{PathGroup, token, with(group, "openConversationId", alice.Direct()), 400, "no such group"},
		{PathGroup, token, with(group, "msgParam", `{"title":"T","text":"`+strings.Repeat("a", maxParam)+`"}`), 400, "15000 bytes"},
	} {
		status, a := post(t, d.URL()+tc.path, tc.token, tc.body)
		if status != tc.status {
			t.Errorf("%s %v: HTTP %d, %v", tc.path, tc.body, status, a)
		}
		if tc.path == PathSingle && status == 200 && cmp.Diff(a["invalidStaffIdList"], []any{"carl"}) != "" {
			t.Errorf("sent to %v", a)
		}
		if tc.rule != "" {
			breaks(t, d, tc.rule)
		}
	}
	if n := alice.Sees(t, "hi"); n.To != "alice" || n.In != alice.Direct() {
		t.Errorf("got %+v", n)
	}
	if n := alice.Sees(t, "T\nhi"); n.To != "" {
		t.Errorf("got %+v", n)
	}

	// A token is asked for again with a reason only: an old one was refused above.
	post(t, d.URL()+PathToken, "", login)
	whole(t, d)
	post(t, d.URL()+PathToken, "", login)
	breaks(t, d, "was not kept")
	d.ExpireTokens()
	if status, _ := post(t, d.URL()+PathSingle, token, single); status != http.StatusUnauthorized {
		t.Errorf("an expired token: HTTP %d", status)
	}
	_, a = post(t, d.URL()+PathToken, "", login)
	token, _ = a["accessToken"].(string)

	// Faults.
	d.Fail(PathSingle, Fault{Status: 503}, Fault{Code: "Throttling", Status: 429}, Fault{Lose: true}, Fault{Limited: true}, Fault{Delay: time.Millisecond})
	for _, want := range []int{503, 429, 0, 200, 200} {
		if status, _ := post(t, d.URL()+PathSingle, token, single); status != want {
			t.Errorf("HTTP %d, want %d", status, want)
		}
	}
	if n := alice.Count("hi"); n != 4 { // two before, the lost one, the delayed one
		t.Errorf("shown %d times", n)
	}
	whole(t, d)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		permissions  []string
		mobile, mail any
		send         int
	}{
		{nil, "13800138000", "zhangsan@example.com", 200},
		{[]string{"qyapi_get_member", "fieldMobile"}, "13800138000", nil, 403},
	} {
		o := quiet()
		o.Permissions = tc.permissions
		d, _ := start(t, o)
		_, a := post(t, d.URL()+PathToken, "", object{"appKey": d.ClientID, "appSecret": d.ClientSecret})
		token, _ := a["accessToken"].(string)
		_, a = post(t, d.URL()+PathUser+"?access_token="+token, "", object{"userid": "alice"})
		result, _ := a["result"].(object)
		if a["errcode"] != 0.0 || result["name"] != "张三" || result["mobile"] != tc.mobile || result["email"] != tc.mail {
			t.Errorf("with %v: %v", tc.permissions, a)
		}
		status, _ := post(t, d.URL()+PathGroup, token, object{"robotCode": d.RobotCode, "openConversationId": "cid-ops", "msgKey": "sampleText", "msgParam": `{"content":"hi"}`})
		if status != tc.send {
			t.Errorf("with %v: HTTP %d", tc.permissions, status)
		}
		for code, where := range map[float64][2]string{40014: {"old", "alice"}, 60121: {token, "nobody"}} {
			if _, a := post(t, d.URL()+PathUser+"?access_token="+where[0], "", object{"userid": where[1]}); a["errcode"] != code {
				t.Errorf("got %v, want %v", a, code)
			}
		}
		whole(t, d)
	}
	o := quiet()
	o.Permissions = []string{"fieldMobile", "fieldEmail"}
	d, _ := start(t, o)
	_, a := post(t, d.URL()+PathToken, "", object{"appKey": d.ClientID, "appSecret": d.ClientSecret})
	token, _ := a["accessToken"].(string)
	if _, a = post(t, d.URL()+PathUser+"?access_token="+token, "", object{"userid": "alice"}); a["errcode"] != 88.0 || a["sub_code"] != "60011" {
		t.Errorf("without qyapi_get_member: %v", a)
	}
}
