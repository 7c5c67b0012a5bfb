package slack

// When Slack, its connections or the bot itself fail: what was acknowledged is
// answered, once.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"contactbot/bot/slack/slacktest"
)

// impatient are the settings of tests that wait for something to be noticed: a
// Slack that pings every 50 ms and delivers again soon, and a bot that counts a
// silence of 300 ms as the end.
var impatient = slacktest.Options{
	Ping:      50 * time.Millisecond,
	Redeliver: []time.Duration{0, 200 * time.Millisecond, time.Second, time.Second, 2 * time.Second, 2 * time.Second, 4 * time.Second},
}

// helped is what help begins with.
const helped = "I register you as an alert contact"

const impatientPing = 300 * time.Millisecond

// underFaults runs a test in an office of each mode that is impatient.
func underFaults(t *testing.T, modes []string, test func(t *testing.T, o *office)) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, mode, impatient)
			o.options.PingWithin = impatientPing
			test(t, o)
			o.close()
			o.keepsRules()
		})
	}
}

// crowd are people who can tell their answers apart.
func (o *office) crowd(n int) []*slacktest.Person {
	var people []*slacktest.Person
	for i := range n {
		people = append(people, o.slack.Join(slacktest.Person{ID: fmt.Sprintf("U%03d", i), Name: fmt.Sprintf("Person %d", i), Locale: "en-US"}))
	}
	return people
}

// TestConnectionsReplaced: connections are asked to go, and are cut, while
// people write.
func TestConnectionsReplaced(t *testing.T) {
	underFaults(t, []string{"socket"}, func(t *testing.T, o *office) {
		o.open()
		o.Eventually("doubly connected", func() bool { return o.slack.Connections() == 2 })
		people := o.crowd(60)
		var said []*slacktest.Delivery
		for i, p := range people {
			d, _ := p.Message("", "help")
			said = append(said, d)
			switch i {
			case 10:
				o.slack.Refresh(0)
			case 30:
				o.Eventually("doubly connected again", func() bool { return o.slack.Connections() == 2 })
				o.slack.Cut(1)
			}
		}
		for i, p := range people {
			acked(t, said[i])
			p.Sees(t, helped)
			o.settled(p)
			if n := p.Count(helped); n != 1 {
				t.Errorf("%s was answered %d times", p.ID, n)
			}
		}
		if opens := o.slack.Calls(openMethod); opens > 6 {
			t.Errorf("%d connections were opened", opens)
		}
		o.forgive() // what was under way on a connection that was cut came again
	})
}

// TestHalfOpen: connections over which nothing comes any more are noticed within
// a ping interval or two, and replaced.
func TestHalfOpen(t *testing.T) {
	underFaults(t, []string{"socket"}, func(t *testing.T, o *office) {
		o.open()
		o.Eventually("doubly connected", func() bool { return o.slack.Connections() == 2 })
		o.slack.Mute(0)
		o.slack.Mute(1)
		o.Eventually("noticed", func() bool { return o.platform.Ready() != nil })
		alice := o.alice()
		d, _ := alice.Message("", "help") // into the void
		o.Ready()
		acked(t, d) // it came again
		alice.Sees(t, helped)
		o.settled(alice)
		if n := alice.Count(helped); n != 1 {
			t.Errorf("answered %d times", n)
		}
		o.forgive()
	})
}

// TestFlapping: a Slack that accepts connections and closes them at once is not
// asked for one after the other.
func TestFlapping(t *testing.T) {
	underFaults(t, []string{"socket"}, func(t *testing.T, o *office) {
		o.start()
		began := time.Now()
		for range 4 {
			o.Eventually("connected", func() bool { return o.slack.Connections() > 0 })
			o.slack.Cut(0)
		}
		o.Eventually("connected again", func() bool { return o.slack.Connections() > 0 })
		// Two connections, each opened again after 1 s, then after 2 s.
		if took := time.Since(began); took < 2*firstPause {
			t.Errorf("%d connections were opened in %v", o.slack.Calls(openMethod), took)
		}
	})
}

// TestLimited: Slack wants to be left alone.
func TestLimited(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice, bob := o.alice(), o.bob()
		limit := slacktest.Fault{Status: 429, RetryAfter: 1}
		o.slack.Fail("chat.postMessage", limit)
		o.slack.Fail("users.info", limit)
		o.slack.Fail("respond", limit)
		o.slack.Fail("views.open", limit)
		d, _ := alice.Message("", "help")
		acked(t, d)
		began := time.Now()
		alice.Sees(t, helped)
		if took := time.Since(began); took < 900*time.Millisecond {
			t.Errorf("answered after %v, although Slack wanted to be left alone for 1 s", took)
		}
		if n := o.slack.Calls("chat.postMessage"); n > 3 {
			t.Errorf("posted %d times", n)
		}
		if n := o.slack.Calls("conversations.history"); n > 0 {
			t.Errorf("what was not let through was looked for %d times", n)
		}
		acked(t, bob.Command("C1", "帮助"))
		bob.Sees(t, "可以")
		acked(t, bob.Command("C1", "")) // the form cannot be opened: the question is put
		question := bob.Sees(t, "联系人叫什么名字")
		if question.By != "chat.postMessage" {
			t.Errorf("asked by %s", question.By)
		}
	})
}

// TestDownAtStart: the bot waits for Slack, at a decent pace.
func TestDownAtStart(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.slack.SetDown(true)
		o.start()
		o.Eventually("told", func() bool { return o.slack.Calls("auth.test") >= 3 })
		if err := o.platform.Ready(); err == nil || !strings.Contains(err.Error(), "HTTP 503") {
			t.Errorf("ready: %v", err)
		}
		if n := o.slack.Calls("auth.test"); n > 4 {
			t.Errorf("asked %d times", n)
		}
		o.slack.SetDown(false)
		o.Ready()
		alice := o.alice()
		acked(t, alice.Command("C1", oneLiner))
		alice.Sees(t, "Alice is registered")
	})
}

// TestDownInTheMiddle: what was acknowledged before Slack went down is answered
// when it is back, once.
func TestDownInTheMiddle(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		o.Monitor.SetDelay(time.Second)
		d, _ := alice.Message("", oneLiner)
		acked(t, d)
		alice.Sees(t, "Sending Alice")
		o.slack.SetDown(true)
		o.Eventually("noticed", func() bool { return o.platform.Ready() != nil })
		o.slack.SetDown(false)
		alice.Sees(t, "Alice is registered")
		o.Ready()
		o.settled(alice)
		if n := alice.Count("Alice is registered"); n != 1 {
			t.Errorf("told %d times", n)
		}
		o.forgive() // of its own messages, on their way when it went down
	})
}

// TestAnswerIsLost: a message that was posted although no answer came is not
// posted again, in a thread either.
func TestAnswerIsLost(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		o.slack.Fail("chat.postMessage", slacktest.Fault{Lose: true})
		d, thread := alice.Message("", "help")
		acked(t, d)
		o.settled(alice)
		o.slack.Fail("chat.postMessage", slacktest.Fault{Lose: true})
		d, _ = alice.Message(thread, "help")
		acked(t, d)
		o.settled(alice)
		if n := alice.Count(helped); n != 2 {
			t.Errorf("two questions were answered %d times", n)
		}
	})
}

// TestOtherWays: a reply that cannot be delivered one way goes another way.
func TestOtherWays(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		o.slack.AddChannel("C2", true, alice)
		refuse := func(method, code string) { o.slack.Fail(method, slacktest.Fault{Error: code}) }

		refuse("views.open", "expired_trigger_id")
		acked(t, alice.Command("C1", ""))
		if n := alice.Sees(t, "What should the contact be called"); n.By != "chat.postMessage" {
			t.Errorf("without a form: asked by %s", n.By)
		}
		o.settled(alice)

		refuse("respond", "used_url")
		o.slack.Fail("respond", slacktest.Fault{Status: 404})
		acked(t, alice.Command("C1", "cancel"))
		if n := alice.Sees(t, "Cancelled"); n.By != "chat.postMessage" {
			t.Errorf("without a response_url: told by %s", n.By)
		}
		o.settled(alice)

		refuse("chat.postMessage", "restricted_action")
		d, _ := alice.Mention("C2", "", "help")
		acked(t, d)
		if n := alice.Sees(t, helped); n.By != "chat.postEphemeral" {
			t.Errorf("without a direct message: told by %s", n.By)
		}
		o.settled(alice)

		refuse("chat.postMessage", "restricted_action")
		pointed := alice.Count("I have answered you in our direct message")
		acked(t, alice.Command("C1", "register name=Alice"))
		if n := alice.Sees(t, "What is this contact for"); n.By != "response_url" {
			t.Errorf("without a direct message: asked by %s", n.By)
		}
		o.settled(alice)
		if n := alice.Count("I have answered you in our direct message"); n != pointed {
			t.Error("pointed to a direct message that is closed")
		}
		acked(t, alice.Command("C1", "cancel"))
		alice.Sees(t, "Cancelled")
		o.settled(alice)

		acked(t, alice.Command("C1", "register"))
		form := alice.Sees(t, "Alert contact")
		refuse("views.update", "not_found")
		acked(t, alice.Submit(t, form.View, map[string]string{"name": "Alice", "description": "ECS"}))
		alice.Sees(t, "Alice is registered")
	})
}

// TestFormBesideSlowPosts: messages that hang do not keep a form from being
// opened.
func TestFormBesideSlowPosts(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		people := o.crowd(maxCalls)
		for range people {
			o.slack.Fail("chat.postMessage", slacktest.Fault{Hang: true})
		}
		for _, p := range people {
			d, _ := p.Message("", "help")
			acked(t, d)
		}
		o.Eventually("busy", func() bool { return o.slack.Calls("chat.postMessage") == maxCalls })
		alice := o.alice()
		acked(t, alice.Command("C1", ""))
		if form := alice.Sees(t, "Alert contact"); form.By != "views.open" {
			t.Errorf("asked by %s", form.By)
		}
	})
}

// TestAcknowledgementLandsLate: what the acknowledgement of a form shows does not
// replace the result, however late Slack gets to it.
func TestAcknowledgementLandsLate(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		acked(t, alice.Command("C1", ""))
		form := alice.Sees(t, "Alert contact")
		o.slack.Slow(400 * time.Millisecond)
		alice.Submit(t, form.View, map[string]string{"description": "ECS"})
		alice.Sees(t, "One moment")
		alice.Sees(t, "Alice_Chen is registered")
		o.settled(alice)
		var last string
		for _, n := range alice.Screen() {
			if n.View != nil {
				last = n.Reads
			}
		}
		if !strings.Contains(last, "Alice_Chen is registered") {
			t.Errorf("in the end the form shows\n%s", last)
		}
	})
}

// TestUnanswerable: a reply that can be delivered in no way stays due.
func TestUnanswerable(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		alice := o.alice()
		o.slack.Fail("chat.postMessage", slacktest.Fault{Error: "channel_is_archived"}, slacktest.Fault{Status: 500})
		d, _ := alice.Message("", "help")
		acked(t, d)
		alice.Sees(t, helped)
		if n := o.slack.Calls("chat.postMessage"); n != 3 {
			t.Errorf("posted %d times", n)
		}
	})
}

// TestTokenRevoked: what only an operator can mend is told as such.
func TestTokenRevoked(t *testing.T) {
	underFaults(t, modes, func(t *testing.T, o *office) {
		o.open()
		for range 200 {
			o.slack.Fail("auth.test", slacktest.Fault{Error: "token_revoked"})
		}
		o.Eventually("noticed", func() bool {
			err := o.platform.Ready()
			return err != nil && strings.Contains(err.Error(), "SLACK_BOT_TOKEN") && strings.Contains(err.Error(), "token_revoked")
		})
	})
}
