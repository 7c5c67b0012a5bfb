package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor/simulator"
)

// figure is a value of /metrics.
func (s *served) figure(name string) float64 {
	s.t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(s.get("/metrics"))
	if m == nil {
		s.t.Fatalf("there is no %s in the metrics", name)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// TestSoak: both platforms through as many conversations as a large organization
// has in an hour, while connections are cut and go silent, DingTalk is down,
// CloudMonitor throttles and fails, and the process is killed. Nobody is left
// without an answer, and in the end nothing is left over.
func TestSoak(t *testing.T) {
	people := 50
	if testing.Short() {
		people = 30
	}
	s := newServed(t, "socket", "text,error")
	random := rand.New(rand.NewPCG(5, 6))
	talk := func(p *slacktest.Person, i int) {
		for _, turn := range []struct{ say, sees string }{
			{"register", "What should the contact be called"}, {fmt.Sprintf("Somebody%d", i), "What is this contact for"},
			{"ECS on-call", "Which email address"}, {fmt.Sprintf("somebody%d@example.com", i), "Which mobile number"},
			{"skip", "Which DingTalk robot"}, {"skip", "Please check"}, {"submit", "is registered"},
		} {
			p.Message("", turn.say)
			if _, ok := p.Look(5*time.Minute, turn.sees); !ok {
				t.Errorf("%s is not asked %q, but sees:\n%s", p.ID, turn.sees, p.Unseen())
				return
			}
		}
	}
	// One of each, so that everything that stays is there.
	warm := s.slack.Join(slacktest.Person{ID: "UWARM", Name: "Warm", Locale: "en-US"})
	talk(warm, 9999)
	warmer := s.ding.Join(dingtalktest.Person{ID: "warm", Name: "某人"})
	warmer.Say("登记 姓名=热身 描述=ECS 邮箱=warm@example.com 语言=中文")
	warmer.Sees(t, "热身 已登记")
	goroutines, descriptors := s.figure("go_goroutines"), s.figure("process_open_fds")

	s.monitor.SetDelay(20 * time.Millisecond)
	var slackers []*slacktest.Person
	var staff []*dingtalktest.Person
	for i := range people {
		slackers = append(slackers, s.slack.Join(slacktest.Person{ID: fmt.Sprintf("U%03d", i), Name: "Somebody", Locale: "en-US"}))
		staff = append(staff, s.ding.Join(dingtalktest.Person{ID: fmt.Sprintf("staff%03d", i), Name: "某人"}))
	}
	s.ding.AddGroup("cid-ops", "运维群", staff...)
	var saying sync.WaitGroup
	for i := range people {
		saying.Go(func() { talk(slackers[i], i) })
		saying.Go(func() {
			if text := fmt.Sprintf("登记 姓名=某人%d 描述=ECS 邮箱=staff%d@example.com 语言=中文", i, i); i%2 == 0 {
				staff[i].Say(text)
			} else {
				staff[i].Mention("cid-ops", text)
			}
		})
		if i%10 != 9 {
			continue
		}
		<-time.After(time.Duration(random.IntN(100)) * time.Millisecond) // any moment will do
		switch i / 10 % 7 {
		case 0:
			s.slack.Refresh(random.IntN(2))
		case 1:
			s.ding.Cut(0)
		case 2:
			s.monitor.Fail(simulator.Fault{What: "Throttling.User", Action: "PutContact", Times: 3})
		case 3:
			s.process.kill()
			s.start()
		case 4:
			s.slack.Cut(random.IntN(2))
		case 5:
			s.monitor.Fail(simulator.Fault{What: "html502", Times: 3})
			s.ding.SetDown(true)
			s.ding.SetDown(false)
		case 6:
			s.ding.Refresh(0, nil)
		}
	}
	saying.Wait()
	for i := range people {
		if _, ok := staff[i].Look(5*time.Minute, fmt.Sprintf("某人%d 已登记", i)); !ok {
			t.Errorf("%s has no answer, but saw:\n%s", staff[i].ID, staff[i].Unseen())
		}
		if t.Failed() {
			t.FailNow()
		}
		if n := slackers[i].Count(fmt.Sprintf("Somebody%d is registered", i)); n != 1 {
			t.Errorf("%s was told %d times", slackers[i].ID, n)
		}
	}
	if n := len(s.monitor.Contacts()); n != 2*people+2 {
		t.Errorf("%d contacts instead of %d", n, 2*people+2)
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for late := time.Now().Add(time.Minute); ; <-look.C {
		g, d := s.figure("go_goroutines"), s.figure("process_open_fds")
		if g <= goroutines+10 && d <= descriptors+10 {
			t.Logf("goroutines %v, before %v; descriptors %v, before %v; resident %.1f MB", g, goroutines, d, descriptors, s.figure("process_resident_memory_bytes")/1e6)
			break
		}
		if time.Now().After(late) {
			t.Fatalf("%v goroutines are left (before: %v), %v descriptors (%v)", g, goroutines, d, descriptors)
		}
	}
	if list, err := execute(t, s.dir, "list"); err != nil || !strings.Contains(list, "0 pending") {
		t.Errorf("left: %s, %v", list, err)
	}
}
