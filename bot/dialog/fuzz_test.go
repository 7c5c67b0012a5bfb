package dialog_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// vocabulary is what people say; the fuzzer strings it together.
var vocabulary = []string{
	"register", "登记", "register name=Alice describe=ECS mail=alice@example.com lang=en",
	"register name=Bob", "Alice ECS on-call 13800138000 alice@example.com", "name=Carol", "Alice", "Bob", "张三",
	"ECS on-call", "alice@example.com", "alice@", "13800138000", "mail=bob@example.com", "mail", "phone=1",
	"https://oapi.dingtalk.com/robot/send?access_token=7d49515e8ebf21106a80a9cc4bb3d247771305d52fb15d6201234565abcd",
	"yes", "no", "submit", "back", "skip", "skip phone", "skip mail", "show", "cancel", "me", "why", "help", "help mail",
	"new", "continue", "hello", "english", "中文", "what is that?", "unregister", "unregister Alice", "注销", "colour=red", "\"help\"", "", " ", "\x00", "lang=zh-cn",
}

// events are what happens around a conversation.
var events = []string{
	"pass 1s", "pass 6s", "pass 3m", "pass 61m", "pass 25h", "hang", "answer", "crash before", "crash after", "again",
	"fails PutContact Throttling.User 400", "fails PutContact InvalidParameterValue 400 Channels.Mail", "fails PutContact InternalError 500",
	"fails DescribeContactList ServiceUnavailable 503", "fails DescribeContactList NoPermission 403", "lost PutContact", "dropped PutContact",
	"exists name=Alice describe=old mail=alice@example.com", "exists name=Bob describe=old mail=bob@example.com",
	"stranger", "form", "fill name=Alice; description=ECS; mail=alice@example.com", "fill name=Bob; mail=", "fill phone=1; description=RDS",
	"fill", "close", "look", "choose 1 skip", "choose 1 submit", "choose 3 back",
	"fails DeleteContact Forbidden.RAM 403", "fails DeleteContact ServiceUnavailable 503", "user U2", "user U1", "nolookup", "admin",
	"owned Alice U1", "owned Bob U2", "public", "private", "down", "up", "open", "profile Alice_Chen alice@example.com en-US verified",
}

// FuzzConversation plays any sequence of messages and events, and holds every
// step against what must always be true.
func FuzzConversation(f *testing.F) {
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		script := make([]byte, 40)
		for i := range script {
			script[i] = byte(r.UintN(256))
		}
		f.Add(script, "")
	}
	f.Add([]byte{0, 200, 0, 1, 2, 3}, "register \x1b[2J name=\u202eAlice")
	f.Fuzz(func(t *testing.T, script []byte, text string) {
		w := newWorld(t)
		w.quiet = true
		w.check = &invariants{t: t}
		for _, b := range script[:min(len(script), 200)] {
			switch n := int(b); {
			case n < len(vocabulary):
				w.says(vocabulary[n])
			case n < 100:
				w.says(text)
			case n < 160:
				w.says(vocabulary[n%len(vocabulary)])
			default:
				w.happens(strings.Fields(events[n%len(events)]))
			}
		}
		// In the end CloudMonitor answers, and whatever was confirmed comes to
		// an end.
		w.faults, w.down = nil, false
		w.happens([]string{"answer"})
		w.pass(3 * time.Hour)
		if r := w.stored[w.me]; slices.Contains([]state.Phase{state.Checking, state.Queued, state.Sending, state.Removing}, r.Phase) || len(r.Tasks) > 0 {
			t.Errorf("the request is still %s with %d tasks", r.Phase, len(r.Tasks))
		}
		w.pass(48 * time.Hour)
		if r := w.stored[w.me]; r.Phase != state.Idle || len(r.Tasks) > 0 || len(r.Outbox) > 0 || len(r.Seen) > 0 || len(r.Sent) > 0 {
			t.Errorf("something is kept for ever: phase %q, %d tasks, %d replies, %d message IDs",
				r.Phase, len(r.Tasks), len(r.Outbox), len(r.Seen))
		}
		for _, c := range w.claims {
			if c.Owner == w.me && c.Settled.IsZero() && !w.called[c.Contact] {
				t.Errorf("%s is claimed for ever, and was never sent", c.Contact)
			}
		}
	})
}

// invariants hold one step against what must always be true.
type invariants struct {
	t testing.TB
}

func (c *invariants) step(before, after state.Request, in dialog.Input, fx dialog.Effects, now time.Time) {
	t := c.t
	t.Helper()
	has := func(kind state.TaskKind) bool { return after.TaskOf(kind) != nil }
	if (after.Phase == state.Checking) != has(state.Lookup) {
		t.Fatalf("phase %s with a lookup: %t", after.Phase, has(state.Lookup))
	}
	if (after.Phase == state.Removing) != has(state.Delete) {
		t.Fatalf("phase %s with a DeleteContact: %t", after.Phase, has(state.Delete))
	}
	if (after.Phase == state.Queued || after.Phase == state.Sending) != has(state.Put) {
		t.Fatalf("phase %s with a PutContact: %t", after.Phase, has(state.Put))
	}
	form := after.Form
	if has(state.Meet) {
		form.Held = nil
	} else if len(form.Held) > 0 && after.Phase != state.Checking {
		t.Fatal("what was said waits for nothing")
	}
	if after.Phase == state.Idle && !cmp.Equal(form, state.Form{}) {
		t.Fatal("an idle request has a form")
	}
	if after.Agreed && !before.Agreed && !(before.Summed && before.Draft == after.Draft) {
		t.Fatal("agreed to a draft that was not shown")
	}
	// What CloudMonitor refused was said in so many words, if it was not shown.
	if refused, _ := in.(dialog.Result); after.Summed && !before.Summed && refused.Err == nil && fx.Event != dialog.GaveUp {
		c.summed(after)
	}
	old := before.TaskOf(state.Put)
	if put := after.TaskOf(state.Put); put != nil && (old == nil || old.ID != put.ID) {
		c.queued(before, after, put.Contact, fx)
	}
	if put := after.TaskOf(state.Put); put != nil && old != nil && old.ID == put.ID && old.Contact != put.Contact {
		t.Fatal("what is being sent was changed")
	}
	// A "yes" that waits for a lookup which fails is dropped.
	result, _ := in.(dialog.Result)
	if before.TaskOf(state.Meet) != nil && has(state.Meet) && len(after.Held) < len(before.Held) && result.Err == nil {
		t.Fatal("what was said before the person was known is lost")
	}
	if m, ok := in.(dialog.Message); ok {
		if !slices.ContainsFunc(after.Seen, func(s state.Seen) bool { return s.ID == m.ID }) {
			t.Fatal("a message was taken and is not remembered")
		}
		again, fx := (dialog.Rules{}).Step(after, m, now)
		if !fx.Duplicate || !cmp.Equal(again, after) {
			t.Fatal("a message was acted on twice")
		}
	}
	if wake, ok := in.(dialog.Wake); ok {
		for _, d := range after.Dues() {
			waits := d.Queue == state.Puts || d.Queue == state.Lookups ||
				d.Queue == state.Timers && wake.Grant != "" && fx.Call != nil // a Meet, for which this wake has no call left
			if !d.At.After(now) && !waits {
				t.Fatalf("%s is still due after %+v: the dispatcher would spin", d.Queue, wake)
			}
		}
	}
	for _, r := range after.Outbox {
		if len(r.Parts) == 0 || r.Language == "" && after.Language != "" {
			t.Fatalf("a reply says nothing: %+v", r)
		}
	}
}

// summed: the reply showed every value of the draft.
func (c *invariants) summed(r state.Request) {
	c.t.Helper()
	var shown []string
	for _, reply := range r.Outbox {
		for _, p := range reply.Parts {
			for _, f := range p.Facts {
				shown = append(shown, f.Value)
			}
		}
	}
	for _, f := range commands.Fields() {
		v := *f.Of(&r.Draft)
		if v != "" && !slices.Contains(shown, f.Show(v, commands.English)) &&
			!slices.Contains(shown, f.Show(v, commands.Chinese)) && !slices.Contains(shown, f.Mask(v)) {
			c.t.Fatalf("%s was not shown in the summary", f.Name)
		}
	}
}

// queued: nothing is sent that was not either said with its label, or shown and
// agreed to; the claim is stored with it.
func (c *invariants) queued(before, after state.Request, sent cloudmonitor.Contact, fx dialog.Effects) {
	c.t.Helper()
	if sent != after.Draft {
		c.t.Fatal("something else is sent than the draft")
	}
	if after.Agreed && !(before.Summed && before.Draft == sent) {
		c.t.Fatal("what is sent was agreed to before it was shown")
	}
	for _, origin := range after.Origins {
		if origin != state.Said && !after.Agreed {
			c.t.Fatalf("a value that was %s is sent without confirmation", origin)
		}
	}
	if after.Was != nil && !after.Agreed {
		c.t.Fatal("an existing contact is changed without confirmation")
	}
	if !cloudmonitor.International.Sufficient(sent.Channels) || sent.Name == "" || sent.Describe == "" {
		c.t.Fatal("an incomplete contact is sent")
	}
}
