package dingtalktest

// What people write, as the app gets it.

import (
	"maps"
	"strconv"
	"time"
)

// tell tells the app what a person wrote.
func (p *Person) tell(conversation, msgtype string, content map[string]any) *Delivery {
	d := p.d
	d.mu.Lock()
	now := time.Now()
	id := d.next("msg-")
	message := map[string]any{
		"msgId": id, "msgtype": msgtype, "conversationId": conversation, "conversationType": "1", "chatbotCorpId": d.CorpID,
		"chatbotUserId": "$:LWCP_v1:$robot", "robotCode": d.RobotCode, "senderId": "$:LWCP_v1:$" + p.ID, "senderNick": p.Nick,
		"senderCorpId": p.Corp, "senderPlatform": "Mac", "isAdmin": p.Admin, "createAt": now.UnixMilli(),
		"sessionWebhook": d.hook(conversation, p.ID, now), "sessionWebhookExpiredTime": now.Add(d.HookLife).UnixMilli(),
	}
	if d.StringCreateAt {
		message["createAt"] = strconv.FormatInt(now.UnixMilli(), 10)
	}
	if !p.Outsider {
		message["senderStaffId"] = p.ID
	}
	if conversation != p.Direct() {
		g := d.groups[conversation]
		if g == nil || !g.members[p.ID] {
			d.mu.Unlock()
			panic("dingtalktest: " + p.ID + " writes in a group they are not in")
		}
		message["conversationType"], message["conversationTitle"] = "2", g.title
		message["isInAtList"] = true
		message["atUsers"] = []any{map[string]any{"dingtalkId": "$:LWCP_v1:$robot"}}
	}
	maps.Copy(message, content)
	d.mu.Unlock()
	return d.deliver(&Delivery{MsgID: id, kind: "CALLBACK", topic: botTopic, data: message})
}

// A hook is a session webhook.
type hook struct {
	conversation, user string
	until              time.Time
	expired            bool // earlier than it said
}

// hook makes a session webhook. The caller holds d.mu.
func (d *DingTalk) hook(conversation, user string, now time.Time) string {
	id := d.next("session-")
	d.hooks[id] = &hook{conversation: conversation, user: user, until: now.Add(d.HookLife)}
	return d.server.URL + PathSession + "?session=" + id
}

// session takes a reply to a session webhook. The caller holds d.mu.
func (d *DingTalk) session(r request) reply {
	h := d.hooks[r.param("session")]
	switch {
	case h == nil:
		d.breaks(r.path, "there is no such session")
		return errcode(300001, errmsgs[300001])
	case h.expired || time.Now().After(h.until):
		return errcode(300001, errmsgs[300001])
	}
	n, err := d.readReply(h.conversation, r.body)
	if err != nil {
		d.breaks(r.path, "%v", err)
		return errcode(40035, err.Error())
	}
	n.By, n.In = r.path, h.conversation
	if d.groups[h.conversation] == nil {
		n.To = h.user
	}
	d.show(n)
	return errcode(0, "ok")
}
