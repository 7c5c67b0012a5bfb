package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
)

// A served is a workspace of Slack and an organization of DingTalk that one
// process serves, which can be killed and started again.
type served struct {
	t       *testing.T
	slack   *slacktest.Slack
	ding    *dingtalktest.DingTalk
	monitor *simulator.Server
	dir     string
	address string
	process *session
}

// newServed starts the program in the mode, with everything it talks to, and with
// logs as CONTACTBOT_LOG says.
func newServed(t *testing.T, mode, logs string) *served {
	t.Helper()
	soon := []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
	s := &served{
		t: t, dir: t.TempDir(), slack: slacktest.New(slacktest.Options{Redeliver: append([]time.Duration{0}, soon...)}),
		ding: dingtalktest.New(dingtalktest.Options{Redeliver: soon}),
	}
	t.Cleanup(s.slack.Close)
	t.Cleanup(s.ding.Close)
	s.slack.AddChannel("C1", false)
	key := cloudmonitor.Credentials{AccessKeyID: "LTAItest", AccessKeySecret: "secret"}
	var err error
	if s.monitor, err = simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}, Limit: -1}); err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(s.monitor)
	t.Cleanup(func() { s.monitor.Close(); service.Close() })

	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = free.Addr().String()
	_ = free.Close()
	for name, value := range map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID": key.AccessKeyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.AccessKeySecret, "CLOUDMONITOR_ENDPOINT": service.URL,
		"DINGTALK_API_URL": s.ding.URL(), "DINGTALK_CLIENT_ID": s.ding.ClientID, "DINGTALK_CLIENT_SECRET": s.ding.ClientSecret,
		"SLACK_API_URL": s.slack.APIURL(), "SLACK_BOT_TOKEN": s.slack.BotToken, "CONTACTBOT_LISTEN": s.address, "CONTACTBOT_LOG": logs,
	} {
		t.Setenv(name, value)
	}
	if mode == "socket" {
		t.Setenv("SLACK_APP_TOKEN", s.slack.AppToken)
	} else {
		t.Setenv("SLACK_SIGNING_SECRET", s.slack.SigningSecret)
		s.slack.PostTo("http://" + s.address)
	}
	s.start()
	return s
}

// start starts the process, and waits until it says that it is ready.
func (s *served) start() {
	s.t.Helper()
	s.process = start(s.t, s.dir, "serve")
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for {
		select {
		case <-look.C:
		case <-late.C:
			s.t.Fatalf("not ready: %s", s.get("/readyz"))
		}
		if s.get("/readyz") == "ok\n" {
			return
		}
	}
}

func (s *served) get(path string) string {
	res, err := http.Get("http://" + s.address + path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(res.Body)
	return string(text)
}

// TestServeKilled: a process that is killed at any moment, again and again. What
// was acknowledged is answered by the next one, and nothing is answered twice.
func TestServeKilled(t *testing.T) {
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			s := newServed(t, mode, "text,error")
			random := rand.New(rand.NewPCG(3, 4))
			s.monitor.SetDelay(50 * time.Millisecond)
			var people []*slacktest.Person
			var said []*slacktest.Delivery
			var staff []*dingtalktest.Person
			var told []*dingtalktest.Delivery
			for i := range 24 {
				p := s.slack.Join(slacktest.Person{ID: fmt.Sprintf("U%02d", i), Name: "Somebody", Locale: "en-US"})
				people = append(people, p)
				d, _ := p.Message("", fmt.Sprintf("register name=Somebody%d description=ECS mail=somebody%d@example.com lang=en", i, i))
				said = append(said, d)
				w := s.ding.Join(dingtalktest.Person{ID: fmt.Sprintf("staff%02d", i), Name: "某人"})
				staff = append(staff, w)
				told = append(told, w.Say(fmt.Sprintf("登记 姓名=某人%d 描述=ECS 邮箱=staff%d@example.com 语言=中文", i, i)))
				if i%6 == 5 {
					<-time.After(time.Duration(random.IntN(150)) * time.Millisecond) // any moment will do
					s.process.kill()
					s.start()
				}
			}
			for i, p := range people {
				if _, ok := said[i].Wait(); !ok {
					t.Fatalf("%s was not acknowledged", p.ID)
				}
				p.Sees(t, "is registered")
			}
			for i, w := range staff {
				if _, ok := told[i].Wait(); !ok {
					t.Fatalf("%s was not acknowledged", w.ID)
				}
				w.Sees(t, "已登记为报警联系人")
			}
			s.slack.Settle(10 * time.Second)
			for _, p := range people {
				for _, text := range []string{"is registered", "Sending"} {
					if n := p.Count(text); n != 1 {
						t.Errorf("%s was told %d times: %s", p.ID, n, text)
					}
				}
			}
			// What was on its way when a process was killed may come twice: DingTalk
			// does not tell what has arrived.
			twice := 0
			for _, w := range staff {
				n := w.Count("已登记为报警联系人")
				if n > 2 {
					t.Errorf("%s was told %d times", w.ID, n)
				}
				twice += n - 1
			}
			if twice > len(staff)/4 {
				t.Errorf("%d of %d were told twice", twice, len(staff))
			}
			s.ding.Forgive("acknowledgement")
			s.ding.Forgive(dingtalktest.PathToken) // each process asks for its own
			if broken := s.ding.Broken(); len(broken) > 0 {
				t.Errorf("broken rules of DingTalk: %s", strings.Join(broken, "\n"))
			}
			s.slack.Forgive("acknowledgement") // of what was under way when it was killed: it came again
			if broken := s.slack.Broken(); len(broken) > 0 {
				t.Errorf("broken rules: %s", strings.Join(broken, "\n"))
			}
		})
	}
}
