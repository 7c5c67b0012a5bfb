package slack

// Registrations from beginning to end, against a strict Slack, in both modes.

import (
	"strings"
	"testing"
	"time"

	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor/simulator"
)

const oneLiner = `register name=Alice describe="ECS on-call" mail=alice@example.org phone=13900139000 lang=en`

// TestOneLiner: complete and labelled, in a channel that the bot is no member of.
func TestOneLiner(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Command("C1", oneLiner))
		alice.Sees(t, "Sending Alice")
		if n := alice.Sees(t, "Alice is registered"); n.By != "response_url" || !n.Ephemeral || n.Channel != "C1" {
			t.Errorf("the result is shown by %s in %s", n.By, n.Channel)
		}
		if public := o.slack.Public(); len(public) > 0 {
			t.Errorf("everybody was shown %+v", public)
		}
	})
}

// TestForm: the form, with a mistake and its mending; then a change of the
// contact, which is summed up before it is sent.
func TestForm(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Command("C1", ""))
		form := alice.Sees(t, "Alert contact")
		for _, proposed := range []string{"Alice_Chen", "alice@example.com", "13800138000", "English"} {
			if form.By != "views.open" || !strings.Contains(form.Reads, proposed) {
				t.Errorf("%s is not proposed in the form, which is shown by %s:\n%s", proposed, form.By, form.Reads)
			}
		}
		acked(t, alice.Submit(t, form.View, map[string]string{"description": "ECS on-call", "phone": "139"}))
		alice.Sees(t, "phone: a mainland mobile number has 11 digits")
		// The form keeps what stands in it.
		acked(t, alice.Submit(t, form.View, map[string]string{"phone": "13900139000"}))
		alice.Sees(t, "One moment")
		if n := alice.Sees(t, "Alice_Chen is registered"); n.By != "views.update" {
			t.Errorf("the result is shown by %s first", n.By)
		}
		if n := alice.Sees(t, "Alice_Chen is registered"); n.By != "response_url" && n.By != "chat.postMessage" {
			t.Errorf("the result is shown by %s, too", n.By)
		}
		o.settled(alice)

		acked(t, alice.Command("C1", "register name=Alice_Chen"))
		summary := alice.Sees(t, "Alice_Chen exists already, and it is yours")
		acked(t, alice.Click(t, summary, "Fill in the form"))
		form = alice.Sees(t, "What you do not change stays as it is")
		acked(t, alice.Submit(t, form.View, map[string]string{"mail": "alice@corp.example.com"}))
		change := alice.Sees(t, "alice@example.com → alice@corp.example.com")
		if change.By != "views.update" {
			t.Errorf("the change is shown by %s", change.By)
		}
		acked(t, alice.Submit(t, change.View, nil))
		alice.Sees(t, "Alice_Chen is changed")
	})
}

// TestFormIsClosed: what was filled in is kept, and goes on by talking.
func TestFormIsClosed(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice, began := o.alice(), time.Now()
		acked(t, alice.Command("C1", "register"))
		form := alice.Sees(t, "Alert contact")
		acked(t, alice.Submit(t, form.View, map[string]string{"name": "Alice", "description": "ECS", "phone": "1"}))
		alice.Sees(t, "phone: ")
		alice.CloseView(form.View)
		question := alice.Sees(t, "The form is closed. What I had before is kept")
		hour := func(t time.Time) string { return "until " + t.UTC().Add(8*time.Hour).Format("15") + ":" }
		if !strings.Contains(question.Reads, hour(began)) && !strings.Contains(question.Reads, hour(time.Now())) || strings.Contains(question.Reads, "UTC") {
			t.Errorf("not on the person's own clock:\n%s", question.Reads)
		}
		if question.Channel != alice.Direct() {
			t.Errorf("it goes on in %s", question.Channel)
		}
		d, _ := alice.Message("", "13900139000")
		acked(t, d)
		summary := alice.Sees(t, "Please check")
		acked(t, alice.Click(t, summary, "submit"))
		alice.Sees(t, "Alice is registered")
	})
}

// TestTalk: in a direct message, with a mistake, buttons, and a change of mind.
func TestTalk(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		bob := o.bob()
		say := func(text string) {
			t.Helper()
			d, _ := bob.Message("", text)
			acked(t, d)
		}
		say("登记")
		question := bob.Sees(t, "联系人叫什么名字")
		if !strings.Contains(question.Reads, "王小明") || !strings.Contains(question.Reads, "填写表单") {
			t.Errorf("neither the name nor the form is offered:\n%s", question.Reads)
		}
		acked(t, bob.Click(t, question, "可以"))
		bob.Sees(t, "这个联系人负责什么")
		say("RDS 值班")
		question = bob.Sees(t, "报警发到哪个邮箱")
		acked(t, bob.Click(t, question, "返回"))
		bob.Sees(t, "这个联系人负责什么")
		say("ECS 值班 & <RDS>")
		bob.Sees(t, "报警发到哪个邮箱")
		say("wang@")
		bob.Sees(t, "邮箱：“@”后面应当是")
		say("wang@example.org")
		question = bob.Sees(t, "手机")
		acked(t, bob.Click(t, question, "跳过"))
		question = bob.Sees(t, "钉钉")
		acked(t, bob.Click(t, question, "跳过"))
		summary := bob.Sees(t, "请核对")
		if !strings.Contains(summary.Reads, "ECS 值班 & <RDS>") || !strings.Contains(summary.Reads, "wang@example.org") {
			t.Errorf("summed up as\n%s", summary.Reads)
		}
		acked(t, bob.Click(t, summary, "提交"))
		bob.Sees(t, "王小明 已登记为报警联系人")
	})
}

// TestMentionInThread: a question begun in a channel is finished in the direct
// message.
func TestMentionInThread(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice, bob := o.alice(), o.bob()
		o.slack.AddChannel("C2", true, alice, bob)
		thread := bob.Post("C2", "the database is down")
		d, _ := alice.Mention("C2", thread, "register name=Alice mail=alice@example.org")
		acked(t, d)
		if n := alice.Sees(t, "What is this contact for"); n.Channel != alice.Direct() || n.Ephemeral {
			t.Errorf("asked in %s", n.Channel)
		}
		if n := alice.Sees(t, "I have answered you in our direct message"); n.Channel != "C2" || n.Thread != thread || !n.Ephemeral {
			t.Errorf("pointed from %s, %s", n.Channel, n.Thread)
		}
		d, _ = alice.Message("", "ECS")
		acked(t, d)
		alice.Sees(t, "Please check")
		d, _ = alice.Message("", "yes")
		acked(t, d)
		alice.Sees(t, "Alice is registered")

		d, _ = bob.Mention("C2", "", "")
		acked(t, d)
		bob.Sees(t, "登记")
		if public := o.slack.Public(); len(public) > 0 {
			t.Errorf("everybody was shown %+v", public)
		}
	})
}

// TestRefusal: CloudMonitor refuses; its code, message and request ID are shown,
// and the contact is mended.
func TestRefusal(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		o.Monitor.Fail(simulator.Fault{What: "InvalidParameterValue", Action: "PutContact"})
		acked(t, alice.Command("C1", oneLiner))
		refusal := alice.Sees(t, "Code: InvalidParameterValue")
		for _, want := range []string{"CloudMonitor refused the contact", "Message: ", "RequestId: "} {
			if !strings.Contains(refusal.Reads, want) {
				t.Errorf("the refusal lacks %q:\n%s", want, refusal.Reads)
			}
		}
		d, _ := alice.Message("", "mail=alice@example.net")
		acked(t, d)
		summary := alice.Sees(t, "Please check")
		acked(t, alice.Click(t, summary, "submit"))
		alice.Sees(t, "Alice is registered")
		o.settled(alice)

		// In the form, too.
		o.Monitor.Fail(simulator.Fault{What: "InvalidParameterValue", Action: "PutContact"})
		acked(t, alice.Command("C1", "register"))
		form := alice.Sees(t, "Alert contact")
		acked(t, alice.Submit(t, form.View, map[string]string{"name": "Alice2", "description": "ECS"}))
		again := alice.Sees(t, "Code: InvalidParameterValue")
		if again.By != "views.update" {
			t.Errorf("the refusal is shown by %s", again.By)
		}
		acked(t, alice.Submit(t, again.View, map[string]string{"mail": "alice@example.net"}))
		alice.Sees(t, "Alice2 is registered")
	})
}

// TestCancel: by word, by button, and by closing an empty form.
func TestCancel(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		bob := o.bob()
		d, _ := bob.Message("", "登记")
		acked(t, d)
		question := bob.Sees(t, "联系人叫什么名字")
		acked(t, bob.Click(t, question, "取消"))
		bob.Sees(t, "已取消")
		d, _ = bob.Message("", "登记 邮箱=wang@example.org")
		acked(t, d)
		bob.Sees(t, "记下了：邮箱 wang@example.org")
		acked(t, bob.Command("C1", "取消"))
		bob.Sees(t, "已取消")
		acked(t, bob.Command("C1", ""))
		form := bob.Sees(t, "报警联系人")
		bob.CloseView(form.View)
		bob.Sees(t, "已取消")
	})
}

// TestTwoAtOnce: nobody sees what the other one types.
func TestTwoAtOnce(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice, bob := o.alice(), o.bob()
		one, two := alice.Command("C1", oneLiner), bob.Command("C1", "登记 姓名=小明 描述=值班 邮箱=wang@example.org 语言=中文")
		acked(t, one)
		acked(t, two)
		alice.Sees(t, "Alice is registered")
		bob.Sees(t, "小明 已登记")
		for _, see := range []struct {
			who    *slacktest.Person
			others []string
		}{{alice, []string{"wang@", "小明"}}, {bob, []string{"alice@", "13900139000", "Alice"}}} {
			for _, n := range see.who.Screen() {
				for _, value := range see.others {
					if strings.Contains(n.Reads+n.Text+string(n.Blocks), value) {
						t.Errorf("%s is shown %q of somebody else", see.who.ID, value)
					}
				}
			}
		}
	})
}

// TestHome: my contacts and their activation, and buttons to register and
// change.
func TestHome(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.OpenHome())
		home := alice.Sees(t, "My alert contacts")
		acked(t, alice.Click(t, home, "Register a contact"))
		form := alice.Sees(t, "Alert contact")
		acked(t, alice.Submit(t, form.View, map[string]string{"name": "Alice", "description": "ECS"}))
		alice.Sees(t, "Alice is registered")
		home = alice.Sees(t, "PENDING") // it is kept up to date
		if home.By != "views.publish" {
			t.Errorf("shown by %s", home.By)
		}
		o.settled(alice)
		acked(t, alice.Click(t, home, "Refresh"))
		home = alice.Sees(t, "PENDING")
		if home.By != "views.publish" {
			t.Errorf("shown by %s", home.By)
		}
		acked(t, alice.Click(t, home, "change Alice"))
		form = alice.Sees(t, "Alice exists already")
		if form.By != "views.open" || !strings.Contains(form.Reads, "alice@example.com") {
			t.Errorf("shown by %s:\n%s", form.By, form.Reads)
		}
	})
}

// TestNobodyIsMentioned: whatever a person types, it calls nobody.
func TestNobodyIsMentioned(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Command("C1", `register name=<!channel> describe="<!here> <@U1> *x*" mail=alice@example.org phone=<!everyone>`))
		alice.Sees(t, "name")
		d, _ := alice.Message("", "<!channel> <@UBOB> <https://evil.example.com|click>")
		acked(t, d)
		alice.Sees(t, "name")
		d, _ = alice.Message("", "show")
		acked(t, d)
		alice.Sees(t, "<!here>")
	})
}

// TestPicture: what holds no text is answered.
func TestPicture(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		d, _ := alice.Message("", "")
		acked(t, d)
		alice.Sees(t, "I can read typed text only")
	})
}

// TestStrangers: people of other workspaces are no members.
func TestStrangers(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		eve := o.slack.Join(slacktest.Person{ID: "UEVE", Team: "T2", Name: "Eve", Mail: "eve@example.com"})
		o.slack.AddChannel("C2", true, eve)
		acked(t, eve.Command("C1", oneLiner))
		eve.Sees(t, "members of this workspace only")
		d, _ := eve.Mention("C2", "", oneLiner)
		acked(t, d)
		o.settled(eve)
		if screen := eve.Screen(); len(screen) != 1 {
			t.Errorf("a stranger is shown %+v", screen)
		}
	})
}
