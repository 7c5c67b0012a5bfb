package dingtalk

// When DingTalk, its connections or the bot itself fail: what was acknowledged is
// answered.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/cloudmonitor/simulator"
	"contactbot/commands"
)

// impatient are the settings of tests that wait for something to be noticed: a
// DingTalk that delivers again soon.
var impatient = dingtalktest.Options{
	Ping: 300 * time.Millisecond, Leave: 300 * time.Millisecond,
	Redeliver: []time.Duration{300 * time.Millisecond, time.Second, 2 * time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second},
}

// underFaults runs a test in an office that is impatient.
func underFaults(t *testing.T, test func(t *testing.T, o *office)) {
	t.Parallel()
	o := newOffice(t, impatient)
	o.options.pauses = pauses{
		First: 20 * time.Millisecond, Most: 200 * time.Millisecond, MinAge: 500 * time.Millisecond, Dead: 200 * time.Millisecond,
		Ping: 300 * time.Millisecond, Silence: 1200 * time.Millisecond, Overlap: time.Second,
	}
	test(t, o)
	o.close()
	o.keepsRules()
}

// crowd are people who can tell their answers apart.
func (o *office) crowd(n int) []*dingtalktest.Person {
	var people []*dingtalktest.Person
	for i := range n {
		people = append(people, o.ding.Join(dingtalktest.Person{ID: fmt.Sprintf("staff%03d", i), Name: fmt.Sprintf("第%d人", i)}))
	}
	return people
}

// helped is what help begins with.
const helped = "我帮你登记成云监控的报警联系人"

// TestConnectionReplaced: a connection is asked to go with messages behind that,
// is cut, and goes silent, while people write.
func TestConnectionReplaced(t *testing.T) {
	underFaults(t, func(t *testing.T, o *office) {
		o.open()
		people := o.crowd(60)
		said := make([]*dingtalktest.Delivery, len(people))
		say := func(from, to int) {
			for i := from; i < to; i++ {
				said[i] = people[i].Say("帮助")
			}
		}
		say(0, 10)
		o.ding.Refresh(0, func() { say(10, 30) })
		o.Eventually("on one connection", func() bool { return o.ding.Connections() == 1 })
		o.ding.Cut(0)
		say(30, 40)
		o.Eventually("connected again", func() bool { return o.ding.Connections() == 1 })
		o.ding.Pong(0)
		o.ding.Mute(0)
		say(40, 60)
		for i, p := range people {
			acked(t, said[i])
			p.Sees(t, helped)
			o.settled(p)
			if n := p.Count(helped); n != 1 {
				t.Errorf("%s was answered %d times", p.ID, n)
			}
		}
		if opens := o.ding.Calls(dingtalktest.PathOpen); opens > 8 {
			t.Errorf("%d connections were opened", opens)
		}
		o.ding.Forgive("acknowledgement") // of what went over the one that was cut
	})
}

// TestBurst: 500 messages at once, five of each of 100 people, are all
// acknowledged, and answered in each person's order.
func TestBurst(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		people := o.crowd(100)
		words := []string{"帮助", "登记", "第几个", "返回", "取消"}
		answers := []string{helped, "联系人叫什么名字", "这个联系人负责什么", "联系人叫什么名字", "已取消"}
		var said []*dingtalktest.Delivery
		for _, word := range words {
			for _, p := range people {
				said = append(said, p.Say(word))
			}
		}
		for _, d := range said {
			acked(t, d)
		}
		for _, p := range people {
			for _, answer := range answers[:2] {
				p.Sees(t, answer)
			}
			p.Sees(t, answers[4])
		}
		if opens := o.ding.Calls(dingtalktest.PathOpen); opens != 1 {
			t.Errorf("%d connections were opened", opens)
		}
	})
}

// TestDown: at the start and in the middle; what was said is answered when it is
// back, and the bot says how things are.
func TestDown(t *testing.T) {
	underFaults(t, func(t *testing.T, o *office) {
		o.ding.SetDown(true)
		o.start()
		o.Eventually("not ready", func() bool {
			err := o.platform.Ready()
			return err != nil && strings.Contains(err.Error(), "HTTP 503")
		})
		o.ding.SetDown(false)
		o.Ready()
		wang := o.wang()
		acked(t, wang.Say("帮助"))
		wang.Sees(t, helped)
		o.Monitor.SetDelay(200 * time.Millisecond)
		acked(t, wang.Say("登记 姓名=张三 描述=值班 邮箱=wang@example.org 语言=中文"))
		o.ding.SetDown(true)
		o.Eventually("not ready", func() bool { return o.platform.Ready() != nil })
		o.ding.SetDown(false)
		o.Ready()
		wang.Sees(t, "张三 已登记")
		o.settled(wang)
		if n := wang.Count("张三 已登记"); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// TestReplies: whatever goes wrong with one way, the answer comes.
func TestReplies(t *testing.T) {
	type faults map[string][]dingtalktest.Fault
	const hook, one = dingtalktest.PathSession, dingtalktest.PathSingle
	for name, test := range map[string]struct {
		faults faults
		by     string
	}{
		"the session is gone":      {faults{hook: {{Errcode: 300001}}}, one},
		"a keyword is missing":     {faults{hook: {{Errcode: 310000}}}, one},
		"the webhook's host fails": {faults{hook: {{Status: 502}}}, hook},
		"and fails again":          {faults{hook: {{Status: 502}, {Status: 502}}}, one},
		"not DingTalk's answer":    {faults{hook: {{Status: 200}, {Status: 200}}}, one},
		"there is no such page":    {faults{hook: {{Status: 404}, {Status: 404}}}, one},
		"too many":                 {faults{hook: {{Status: 429}}}, one},
		"too many in DingTalk's":   {faults{hook: {{Errcode: 130101}}}, one},
		"too many for the OpenAPI": {faults{hook: {{Errcode: 300001}}, one: {{Status: 403, Code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}}}, one},
		"held back":                {faults{hook: {{Errcode: 300001}}, one: {{Limited: true}}}, one},
		"no token":                 {faults{hook: {{Errcode: 300001}}, dingtalktest.PathToken: {{Status: 503}}}, one},
		"the OpenAPI fails":        {faults{hook: {{Errcode: 300001}}, one: {{Status: 500}, {Status: 500}}}, one},
		"a permission comes late":  {faults{hook: {{Errcode: 300001}}, one: {{Status: 403, Code: "Forbidden.AccessDenied.AccessTokenPermissionDenied"}}}, one},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
				wang := o.wang()
				o.platform.people.Learn(o.person(wang).Key(), commands.Profile{}, time.Now()) // the directory needs a token, too
				for path, faults := range test.faults {
					o.ding.Fail(path, faults...)
				}
				acked(t, wang.Say("帮助"))
				if n := wang.Sees(t, helped); n.By != test.by {
					t.Errorf("shown by %s", n.By)
				}
				o.settled(wang)
				if n := wang.Count(helped); n != 1 {
					t.Errorf("answered %d times", n)
				}
			})
		})
	}
}

// TestNotInGroup: a group that the robot cannot write to; the question comes in
// the private chat, once.
func TestNotInGroup(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang := o.wang()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		o.ding.Fail(dingtalktest.PathSession, dingtalktest.Fault{Errcode: 300001})
		o.ding.Fail(dingtalktest.PathGroup, dingtalktest.Fault{Status: 400, Code: "robot.notInGroup"})
		acked(t, wang.Mention("cid-ops", "登记 姓名=张三"))
		if n := wang.Sees(t, "这个联系人负责什么"); n.In != wang.Direct() {
			t.Errorf("asked in %s", n.In)
		}
		o.settled(wang)
		acked(t, wang.Say("帮助"))
		wang.Sees(t, helped)
		if n := wang.Count("群里开始的登记"); n != 0 {
			t.Errorf("invited %d times to where it stands", n)
		}
	})
}

// TestUnreachable: the host of the webhooks cannot be reached, the OpenAPI's can.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dingtalktest.Options{})
	o.options.HTTP = &http.Client{Transport: without("sendBySession"), Timeout: 15 * time.Second}
	o.open()
	for _, p := range o.crowd(3) {
		acked(t, p.Say("帮助"))
		if n := p.Sees(t, helped); n.By != dingtalktest.PathSingle {
			t.Errorf("shown by %s", n.By)
		}
	}
	o.close()
	o.keepsRules()
}

// without is a network in which a path cannot be reached.
type without string

func (w without) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, string(w)) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("blocked")}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestOpenAPIHangs: nobody who needs none of it waits for it, and neither does the
// end of the program.
func TestOpenAPIHangs(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang, alice := o.wang(), o.alice()
		o.ding.AddGroup("cid-ops", "运维群", wang)
		o.ding.Fail(dingtalktest.PathToken, dingtalktest.Fault{Hang: true})
		acked(t, wang.Mention("cid-ops", "登记 姓名=张三"))
		wang.Sees(t, "这个联系人负责什么")
		acked(t, alice.Say("帮助"))
		if _, ok := alice.Look(9*time.Second, helped); !ok {
			t.Error("somebody waits for the token of somebody else's invitation")
		}
		began := time.Now()
		if err := o.End(); err != nil || time.Since(began) > 9*time.Second { // the call that hangs ends after 10
			t.Errorf("it ended after %v: %v", time.Since(began), err)
		}
	})
}

// TestOthersLinks: in a group nobody answers for another.
func TestOthersLinks(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		wang, alice := o.wang(), o.alice()
		o.ding.AddGroup("cid-ops", "运维群", wang, alice)
		acked(t, alice.Mention("cid-ops", "登记 姓名=李四 描述=值班"))
		alice.Sees(t, "报警发到哪个邮箱")
		acked(t, wang.Mention("cid-ops", "登记 姓名=张三 描述=值班"))
		question := wang.Sees(t, "姓名 张三")
		acked(t, alice.Tap(t, question, "取消"))
		o.settled(alice)
		if n := alice.Count("已取消"); n != 0 {
			t.Error("her own form was cancelled")
		}
	})
}

// TestTokens: one token serves all calls, and another is asked for when it ends
// early.
func TestTokens(t *testing.T) {
	inOffice(t, dingtalktest.Options{}, func(t *testing.T, o *office) {
		people := o.crowd(30)
		for _, p := range people {
			p.Say("帮助")
		}
		for _, p := range people {
			p.Sees(t, helped)
		}
		if n := o.ding.Calls(dingtalktest.PathToken); n != 1 {
			t.Errorf("%d tokens for the directory", n)
		}
		o.ding.ExpireTokens()
		o.ding.ExpireHooks()
		for _, p := range people {
			o.ding.Fail(dingtalktest.PathSession, dingtalktest.Fault{Errcode: 300001})
			p.Say("帮助")
		}
		for _, p := range people {
			p.Sees(t, helped)
		}
		if n := o.ding.Calls(dingtalktest.PathToken); n != 2 {
			t.Errorf("%d tokens", n)
		}
	})
}

// TestKilledWhileSending: killed while CloudMonitor is called; the next process
// ends what was begun, and what DingTalk delivers again is not taken again.
func TestKilledWhileSending(t *testing.T) {
	underFaults(t, func(t *testing.T, o *office) {
		o.open()
		wang := o.wang()
		o.Monitor.Fail(simulator.Fault{What: "hang", Action: "PutContact"})
		d := wang.Say("登记 姓名=张三 描述=值班 邮箱=wang@example.org 语言=中文")
		acked(t, d)
		wang.Sees(t, "正在把 张三 提交")
		o.quiet(wang)
		o.Kill()
		o.open()
		wang.Sees(t, "张三 已登记")
		acked(t, o.ding.Again(d))
		o.settled(wang)
		if n, m := wang.Count("张三 已登记"), wang.Count("正在把 张三 提交"); n != 1 || m != 1 {
			t.Errorf("told of the success %d times, of the sending %d times", n, m)
		}
	})
}

// TestKilledAgainAndAgain: killed at any moment, every message that was
// acknowledged is answered. None is answered twice, but for the replies whose
// arrival could not be noted before the kill: DingTalk has no way to tell.
func TestKilledAgainAndAgain(t *testing.T) {
	underFaults(t, func(t *testing.T, o *office) {
		random := rand.New(rand.NewPCG(3, 4))
		people := o.crowd(60)
		var said []*dingtalktest.Delivery
		o.open()
		for i, p := range people {
			said = append(said, p.Say("帮助"))
			if i%10 == 9 {
				<-time.After(time.Duration(random.IntN(4000)) * time.Microsecond) // any moment will do
				o.Kill()
				o.open()
			}
		}
		once := 0
		for i, p := range people {
			acked(t, said[i])
			p.Sees(t, helped)
			o.settled(p)
			switch n := p.Count(helped); {
			case n == 1:
				once++
			case n > 1+o.Unnoted(o.person(p)):
				t.Errorf("%s was answered %d times", p.ID, n)
			}
		}
		if once < len(people)/2 {
			t.Errorf("only %d were answered once", once)
		}
		o.ding.Forgive("acknowledgement")      // of what was under way when it was killed: it came again
		o.ding.Forgive(dingtalktest.PathToken) // each process asks for its own
	})
}
