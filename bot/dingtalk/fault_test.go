package dingtalk

// When DingTalk, its connections or the bot itself fail: what was acknowledged is
// answered.

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/cloudmonitor/simulator"
)

// impatient are the settings of tests that wait for something to be noticed: a
// DingTalk that delivers again soon.
var impatient = dingtalktest.Options{
	Ping: 100 * time.Millisecond, Leave: 300 * time.Millisecond,
	Redeliver: []time.Duration{300 * time.Millisecond, time.Second, 2 * time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second},
}

// underFaults runs a test in an office that is impatient.
func underFaults(t *testing.T, test func(t *testing.T, o *office)) {
	t.Parallel()
	o := newOffice(t, impatient)
	o.options.pauses = pauses{
		First: 20 * time.Millisecond, Most: 200 * time.Millisecond, MinAge: 500 * time.Millisecond, Dead: 200 * time.Millisecond,
		Ping: 100 * time.Millisecond, Silence: 400 * time.Millisecond, Overlap: time.Second,
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
	for name, test := range map[string]struct {
		faults map[string][]dingtalktest.Fault
		by     string
	}{
		"the session is gone":       {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 300001}}}, dingtalktest.PathSingle},
		"a keyword is missing":      {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 310000}}}, dingtalktest.PathSingle},
		"the webhook's host fails":  {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Status: 502}}}, dingtalktest.PathSession},
		"and fails again":           {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Status: 502}, {Status: 502}}}, dingtalktest.PathSingle},
		"too many":                  {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Status: 429}}}, dingtalktest.PathSession},
		"too many for the OpenAPI":  {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 300001}}, dingtalktest.PathSingle: {{Status: 403, Code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}}}, dingtalktest.PathSingle},
		"held back":                 {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 300001}}, dingtalktest.PathSingle: {{Limited: true}}}, dingtalktest.PathSingle},
		"no token":                  {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 300001}}, dingtalktest.PathToken: {{Status: 503}}}, dingtalktest.PathSingle},
		"the OpenAPI fails":         {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Errcode: 300001}}, dingtalktest.PathSingle: {{Status: 500}, {Status: 500}}}, dingtalktest.PathSingle},
		"an answer with no meaning": {map[string][]dingtalktest.Fault{dingtalktest.PathSession: {{Status: 404}}}, dingtalktest.PathSingle},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, dingtalktest.Options{Permissions: []string{"qyapi_robot_sendmsg"}}, func(t *testing.T, o *office) {
				wang := o.wang()
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
// acknowledged is answered. None is answered twice, but for the replies that were
// on their way at that moment: DingTalk has no way to tell whether they arrived.
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
			_, underway := o.Underway.Load(o.person(p))
			switch n := p.Count(helped); {
			case n == 1:
				once++
			case n > 2 || !underway:
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
