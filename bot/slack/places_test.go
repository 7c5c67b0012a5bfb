package slack

// Places in which people are, and how they are answered there.

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"contactbot/bot/slack/slacktest"
	"contactbot/commands"
)

// TestCommandBesideOthers: in a direct message between two people the bot is no
// member, and is no less private.
func TestCommandBesideOthers(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice, bob := o.alice(), o.bob()
		o.slack.AddChannel("DTWO", false, alice, bob)
		acked(t, alice.Command("DTWO", "help"))
		if n := alice.Sees(t, helped); n.By != "response_url" {
			t.Errorf("answered by %s", n.By)
		}
		acked(t, alice.Command("DTWO", "register name=Alice"))
		question := alice.Sees(t, "What is this contact for")
		if question.Channel != alice.Direct() {
			t.Errorf("asked in %s", question.Channel)
		}
		alice.Sees(t, "I have answered you in our direct message")
		acked(t, alice.Click(t, question, "Fill in the form"))
		form := alice.Sees(t, "Alert contact")
		acked(t, alice.Submit(t, form.View, map[string]string{"description": "ECS"}))
		alice.Sees(t, "Alice is registered")
		o.settled(alice)
	})
}

// TestChangeWhileAnotherIsPending: the wish to change one contact does not open
// the form of another.
func TestChangeWhileAnotherIsPending(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Command("C1", oneLiner))
		alice.Sees(t, "Alice is registered")
		acked(t, alice.Command("C1", "register name=Bob"))
		alice.Sees(t, "What is this contact for")
		acked(t, alice.OpenHome())
		home := alice.Sees(t, "PENDING")
		acked(t, alice.Click(t, home, "change Alice"))
		choice := alice.Sees(t, "start anew")
		if choice.By != "chat.postMessage" {
			t.Errorf("asked by %s", choice.By)
		}
		acked(t, alice.Click(t, choice, "start anew"))
		alice.Sees(t, "Alice exists already, and it is yours")
	})
}

// TestMineBesideHome: an App home that loads does not swallow “me”.
func TestMineBesideHome(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		acked(t, alice.Command("C1", oneLiner))
		alice.Sees(t, "Alice is registered")
		o.settled(alice)
		o.Monitor.SetDelay(300 * time.Millisecond)
		acked(t, alice.OpenHome())
		d, _ := alice.Message("", "me")
		acked(t, d)
		o.settled(alice)
		ways := map[string]bool{}
		for _, n := range alice.Screen() {
			if strings.Contains(n.Reads, "PENDING") {
				ways[n.By] = true
			}
		}
		if !ways["views.publish"] || !ways["chat.postMessage"] {
			t.Errorf("shown by %v", ways)
		}
	})
}

// TestProfileStays: a profile that cannot be read once is not forgotten.
func TestProfileStays(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		d, _ := alice.Message("", "help")
		acked(t, d)
		alice.Sees(t, helped)
		o.settled(alice)
		o.platform.people.Learn(alice.ID, commands.Profile{}, time.Now().Add(-2*time.Hour)) // it is old
		o.slack.Fail("users.info", slacktest.Fault{Status: 500})
		acked(t, alice.OpenHome())
		alice.Sees(t, "My alert contacts")
		o.settled(alice)
		o.slack.Fail("users.info", slacktest.Fault{Status: 500})
		acked(t, alice.Command("C1", "register"))
		if form := alice.Sees(t, "Alert contact"); !strings.Contains(form.Reads, "alice@example.com") {
			t.Errorf("the mail is not proposed:\n%s", form.Reads)
		}
	})
}

// TestWithoutScopes: what the app lacks is named. Without profiles members cannot
// be told from guests: nobody is served, and is told so at once.
func TestWithoutScopes(t *testing.T) {
	o := newOffice(t, "socket", slacktest.Options{Scopes: []string{"commands", "chat:write", "im:write", "im:history"}})
	o.start()
	o.Eventually("connected", func() bool { return o.slack.Connections() == 2 })
	if err := o.platform.Ready(); err == nil || !strings.Contains(err.Error(), "(app_mentions:read, users:read)") {
		t.Errorf("ready: %v", err)
	}
	alice := o.alice()
	acked(t, alice.Command("C1", oneLiner))
	alice.Sees(t, "I cannot find out just now whether you are a member")
	d, _ := alice.Message("", "帮助")
	acked(t, d)
	alice.Sees(t, "I cannot find out just now whether you are a member")
	o.settled(alice)
	if n := o.slack.Calls("users.info"); n != 1 {
		t.Errorf("a profile that may not be read was asked for %d times", n)
	}
	o.close()
	o.keepsRules()
}

// TestGuestsVerifyNothing: the mail of a guest, or one that was never confirmed,
// is no claim to a contact.
func TestGuestsVerifyNothing(t *testing.T) {
	for _, p := range []slacktest.Person{{Guest: true}, {Unconfirmed: true}, {}} {
		o := newOffice(t, "socket", slacktest.Options{})
		o.open()
		p.ID, p.Name, p.Mail, p.Locale = "UALICE", "Alice", "alice@example.com", "en-US"
		alice := o.slack.Join(p)
		d, _ := alice.Message("", "help")
		acked(t, d)
		if p.Guest {
			alice.Sees(t, "I register members of this workspace only")
		} else {
			alice.Sees(t, helped)
		}
		profile, stranger := o.platform.people.Known("UALICE", time.Now())
		if stranger || profile.MailVerified != (!p.Guest && !p.Unconfirmed) {
			t.Errorf("%+v: verified %t", p, profile.MailVerified)
		}
		o.close()
	}
}

// TestHeardInOtherForms: what is also sent to the channel, or is a file's
// comment, is said to the bot all the same.
func TestHeardInOtherForms(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		for _, subtype := range []string{"file_share", "me_message", "thread_broadcast"} {
			acked(t, alice.MessageOf(subtype, "help"))
			alice.Sees(t, helped)
		}
		acked(t, alice.MessageOf("message_deleted", "help"))
		o.settled(alice)
		if n := alice.Count(helped); n != 3 {
			t.Errorf("answered %d times", n)
		}
	})
}

// TestLinkedWords: a word that Slack makes a link of stays the word that was
// typed.
func TestLinkedWords(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		d, _ := alice.Message("", "register name=Alice mail=alice@example.org description=db.prod.cn")
		acked(t, d)
		if n := alice.Sees(t, "Sending Alice"); n.By == "" {
			t.Error(n)
		}
		alice.Sees(t, "Alice is registered")
		d, _ = alice.Message("", "register name=Alice")
		acked(t, d)
		if n := alice.Sees(t, "exists already"); !strings.Contains(n.Reads, "description: db.prod.cn\n") {
			t.Errorf("described as\n%s", n.Reads)
		}
	})
}

// TestScopes: the app's manifest asks for the scopes that are used, and for no
// other.
func TestScopes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/slack/manifest-socket.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `json:"oauth_config"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	asked := manifest.OAuth.Scopes.Bot
	slices.Sort(asked)
	o := newOffice(t, "socket", slacktest.Options{Scopes: asked})
	o.open()
	alice := o.alice()
	o.slack.AddChannel("C2", true, alice)
	acked(t, alice.Command("C1", "register name=Alice")) // asked in a direct message
	alice.Sees(t, "What is this contact for")
	o.slack.Fail("chat.postMessage", slacktest.Fault{Lose: true}) // looked for there
	d, _ := alice.Message("", "cancel")
	acked(t, d)
	alice.Sees(t, "Cancelled")
	d, _ = alice.Mention("C2", "", "help")
	acked(t, d)
	alice.Sees(t, helped)
	o.settled(alice)
	o.close()
	o.keepsRules()
	if d := cmp.Diff(asked, o.slack.UsedScopes()); d != "" {
		t.Errorf("scopes (-asked for +used):\n%s", d)
	}
}

// TestWaitingInTheirLanguage: what stands there for a moment is in the language
// of the form, which may not be the profile's.
func TestWaitingInTheirLanguage(t *testing.T) {
	inBothModes(t, func(t *testing.T, o *office) {
		alice := o.alice()
		d, _ := alice.Message("", "中文")
		acked(t, d)
		alice.Sees(t, "好的，用中文。")
		acked(t, alice.Command("C1", ""))
		form := alice.Sees(t, "登记报警联系人")
		if strings.Contains(form.Reads, "取消”退出") {
			t.Errorf("a form tells what to type:\n%s", form.Reads)
		}
		acked(t, alice.Submit(t, form.View, map[string]string{"description": "ECS"}))
		alice.Sees(t, "请稍候")
		alice.Sees(t, "Alice_Chen 已登记为报警联系人")
	})
}
