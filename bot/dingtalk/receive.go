package dingtalk

// What arrives, as the bot understands it.

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode"

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
	if !m.member() {
		if p.once.First("stranger "+m.From+m.Staff, p.Now()) {
			p.Log.Warn("messages of a stranger are refused", "corp", name(m.From))
		}
		a.ack()
		p.aside(m, notMember)
		return
	}
	said := dialog.Message{From: m.address(), Member: true, Language: commands.Chinese}
	if id := cmp.Or(m.ID, a.id); id != "" {
		said.ID = "message/" + id
	}
	var whose uint16
	switch said.Text, said.Choice, whose = chosen(m.Text); {
	case m.Bare:
		said.Text = "你好"
	case said.Text == "":
		said.Unread = true
	case said.Choice != 0 && whose != short(who):
		if answers(said.Text) {
			a.ack() // somebody else's question: it is not theirs to answer
			return
		}
		said.Choice = 0 // it says the same for everybody
	}
	said.Profile, said.Stranger = p.people.Known(who.Key(), p.Now())
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

// answers reports whether a text means something only to who was asked.
func answers(text string) bool {
	switch commands.Parse(text).Verb {
	case commands.Yes, commands.No, commands.Skip, commands.Back, commands.Continue, commands.New, commands.Cancel:
		return true
	default:
		return false
	}
}

// asideWithin bounds how long it takes to tell somebody something in passing.
const asideWithin = 3 * time.Second

// aside tells somebody something of which nothing is stored, once in a while. It
// does not wait for it, and gives way to replies.
func (p *Platform) aside(m message, text commands.Text) {
	if !m.open(p.Now()) || !p.trusted(m.Hook) || !p.once.First("aside "+m.Conversation+"/"+m.Staff+text.EN, p.Now()) {
		return
	}
	select {
	case p.slots <- struct{}{}:
	default:
		return
	}
	begun := p.asides.Go(asideWithin, func(ctx context.Context) {
		defer func() { <-p.slots }()
		_, err := p.post(ctx, m.Hook, "", map[string]any{"msgtype": "text", "text": map[string]string{"content": text.ZH + "\n" + text.EN}})
		if err != nil {
			p.Log.DebugContext(ctx, "somebody could not be told", "reason", err)
		}
	})
	if !begun {
		<-p.slots
	}
}

// maxStaffID is longer than any staff ID.
const maxStaffID = 200

// member reports whether a message is of a member of the robot's organization:
// others have no staff ID, or say that they are of another.
func (m message) member() bool {
	return m.Corp != "" && (m.From == "" || m.From == m.Corp) && m.Staff != "" && len(m.Staff) <= maxStaffID &&
		!strings.ContainsFunc(m.Staff, func(r rune) bool { return r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) })
}
