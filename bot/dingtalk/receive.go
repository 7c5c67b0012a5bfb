package dingtalk

// What arrives, as the bot understands it.

import (
	"cmp"
	"context"
	"time"

	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// What a person reads without being known.
var (
	notMember = commands.Text{
		EN: "I register members of this organization only.",
		ZH: "我只为本企业的成员登记。",
	}
	notStored = commands.Text{
		EN: "I could not store what you sent, so nothing happened. Please send it again in a moment.",
		ZH: "刚才的消息没保存成功，什么都没做，请稍后再发一次。",
	}
)

// received takes a message to the robot.
func (p *Platform) received(a arrival) {
	m, err := read(a.data)
	if err != nil {
		p.Log.Warn("dingtalk sent a message that cannot be read, it is left", "bytes", len(a.data))
		a.ack()
		return
	}
	who := state.Person{Platform: Name, Workspace: m.Corp, User: m.Staff}
	if m.Corp == "" || m.From != m.Corp || !plain.MatchString(m.Staff) {
		p.Log.Warn("message of a stranger is refused", "corp", name(m.From))
		a.ack()
		p.aside(m, notMember)
		return
	}
	said := dialog.Message{
		ID: "message/" + cmp.Or(m.ID, a.id), From: m.address(), Member: true, Language: commands.Chinese,
	}
	switch said.Text, said.Choice = chosen(m.Text); {
	case m.Bare:
		said.Text = "你好"
	case said.Text == "":
		said.Unread = true
	}
	said.Profile, said.Stranger = p.people.Known(who.User, p.Now())
	ack, refuse := a.ack, a.refuse
	p.bot.Load().Take(who, said, func(err error) {
		if err != nil {
			// DingTalk may send it again, or not: it does not say.
			refuse()
			p.aside(m, notStored)
			return
		}
		ack()
	})
}

// asideWithin bounds how long it takes to tell somebody something in passing.
const asideWithin = 3 * time.Second

// aside tells somebody something of which nothing is stored, once. It does not
// wait for it.
func (p *Platform) aside(m message, text commands.Text) {
	if !m.open(p.Now()) || !p.trusted(m.Hook) || !p.once.First("aside "+m.Hook+text.EN, p.Now()) {
		return
	}
	p.wg.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), asideWithin)
		defer cancel()
		err := p.limited(ctx, func() error {
			_, err := p.post(ctx, m.Hook, "", map[string]any{"msgtype": "text", "text": map[string]string{"content": text.ZH + "\n" + text.EN}})
			return err
		})
		if err != nil {
			p.Log.DebugContext(ctx, "somebody could not be told", "reason", err)
		}
	})
}
