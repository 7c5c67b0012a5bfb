package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/bot/slack/slacktest"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
)

// A checked is all that check tries, on this machine.
type checked struct {
	slack   *slacktest.Slack
	ding    *dingtalktest.DingTalk
	monitor *simulator.Server
	env     map[string]string
}

func newChecked(t *testing.T, so slacktest.Options, do dingtalktest.Options) *checked {
	t.Helper()
	key := cloudmonitor.Credentials{AccessKeyID: "LTAItest", AccessKeySecret: "secret"}
	monitor, err := simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}, Limit: -1})
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(monitor)
	c := &checked{slack: slacktest.New(so), ding: dingtalktest.New(do), monitor: monitor}
	t.Cleanup(func() { monitor.Close(); service.Close(); c.slack.Close(); c.ding.Close() })
	c.env = map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID": key.AccessKeyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.AccessKeySecret, "CLOUDMONITOR_ENDPOINT": service.URL,
		"SLACK_API_URL": c.slack.APIURL(), "SLACK_BOT_TOKEN": c.slack.BotToken, "SLACK_APP_TOKEN": c.slack.AppToken,
		"DINGTALK_API_URL": c.ding.URL(), "DINGTALK_CLIENT_ID": c.ding.ClientID, "DINGTALK_CLIENT_SECRET": c.ding.ClientSecret,
		"CONTACTBOT_STATE": "bolt:" + filepath.Join(t.TempDir(), "contactbot.db"), "CONTACTBOT_LISTEN": "127.0.0.1:0",
		"CONTACTBOT_DATA_KEYS": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=",
	}
	return c
}

// fails are what check says does not work.
func (c *checked) fails(t *testing.T) (failing []string, said string) {
	t.Helper()
	for name, value := range c.env {
		t.Setenv(name, value)
	}
	said, err := execute(t, t.TempDir(), "check")
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(line, "FAIL  "); ok {
			what, _, _ := strings.Cut(rest, ":")
			failing = append(failing, what)
		}
	}
	if (err != nil) != (len(failing) > 0) {
		t.Errorf("it ended with %v after\n%s", err, said)
	}
	return failing, said
}

// TestCheck: with one thing wrong in turn, its line fails, and only that one.
func TestCheck(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	set := func(name, value string) func(t *testing.T, c *checked) {
		return func(_ *testing.T, c *checked) { c.env[name] = value }
	}
	fault := func(action, code string) func(t *testing.T, c *checked) {
		return func(_ *testing.T, c *checked) {
			c.monitor.Fail(simulator.Fault{What: code, Action: action, Times: -1})
		}
	}
	for _, test := range []struct {
		wrong, line string
		so          slacktest.Options
		do          dingtalktest.Options
		set         func(t *testing.T, c *checked)
	}{
		{wrong: "nothing"},
		{wrong: "bot token", line: "slack bot token", set: set("SLACK_BOT_TOKEN", "xoxb-wrong")},
		{wrong: "scopes", line: "slack scopes", so: slacktest.Options{Scopes: []string{"commands", "chat:write", "im:history", "im:write", "users:read"}}},
		{wrong: "app token", line: "slack app-level token", set: set("SLACK_APP_TOKEN", "xapp-wrong")},
		{wrong: "signing secret", line: "slack signing secret", set: func(_ *testing.T, c *checked) {
			c.env["SLACK_APP_TOKEN"], c.env["SLACK_SIGNING_SECRET"] = "", "too short"
		}},
		{wrong: "DingTalk's secret", line: "dingtalk app", set: set("DINGTALK_CLIENT_SECRET", "wrong")},
		{wrong: "DingTalk's stream", line: "dingtalk stream", set: func(_ *testing.T, c *checked) {
			c.ding.Fail(dingtalktest.PathOpen, dingtalktest.Fault{Status: 403, Code: "Forbidden.StreamMode"})
		}},
		{wrong: "DingTalk's permission", line: "dingtalk messages", do: dingtalktest.Options{Permissions: []string{"qyapi_get_member"}}},
		{wrong: "robot code", line: "dingtalk messages", set: set("DINGTALK_ROBOT_CODE", "another")},
		{wrong: "access key", line: "cloudmonitor access key", set: set("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIwrong")},
		{wrong: "its secret", line: "cloudmonitor access key", set: set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong")},
		{wrong: "cms:PutContact", line: "cloudmonitor cms", set: fault("PutContact", "NoPermission")},
		{wrong: "cms:DescribeContactList", line: "cloudmonitor cms", set: fault("DescribeContactList", "NoPermission")},
		{wrong: "cms:DeleteContact", line: "cloudmonitor cms", set: fault("DeleteContact", "Forbidden.RAM")},
		{wrong: "place of the state", line: "state", set: set("CONTACTBOT_STATE", "bolt:nowhere/contactbot.db")},
		{wrong: "keys", line: "state", set: set("CONTACTBOT_DATA_KEYS", "short")},
		{wrong: "audit log", line: "audit log", set: set("CONTACTBOT_AUDIT", "nowhere/audit.jsonl")},
		{wrong: "address", line: "listen", set: set("CONTACTBOT_LISTEN", busy.Addr().String())},
		{wrong: "administrators", line: "trust", set: set("CONTACTBOT_ADMINS", "U1")},
		{wrong: "people allowed", line: "trust", set: set("CONTACTBOT_ALLOW", "slack:T1/U1")},
		{wrong: "form of logs", line: "logs", set: set("CONTACTBOT_LOG", "loud")},
		{wrong: "lonely token", line: "cloudmonitor access key", set: func(_ *testing.T, c *checked) {
			c.env["ALIBABA_CLOUD_ACCESS_KEY_ID"], c.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"], c.env["ALIBABA_CLOUD_SECURITY_TOKEN"] = "", "", "token"
		}},
		{wrong: "key with a space", line: "cloudmonitor access key", set: set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "se cret")},
		{wrong: "clock", line: "clock", set: func(t *testing.T, c *checked) {
			to, err := url.Parse(c.env["CLOUDMONITOR_ENDPOINT"])
			if err != nil {
				t.Fatal(err)
			}
			late := &httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
				ModifyResponse: func(r *http.Response) error {
					r.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
					return nil
				},
			}
			proxy := httptest.NewServer(late)
			t.Cleanup(proxy.Close)
			c.env["CLOUDMONITOR_ENDPOINT"] = proxy.URL
		}},
	} {
		t.Run(test.wrong, func(t *testing.T) {
			c := newChecked(t, test.so, test.do)
			if test.set != nil {
				test.set(t, c)
			}
			var want []string
			if test.line != "" {
				want = []string{test.line}
			}
			failing, said := c.fails(t)
			if !slices.Equal(failing, want) {
				t.Errorf("%q fail instead of %q:\n%s", failing, want, said)
			}
			if strings.HasPrefix(test.wrong, "cms:") && !strings.Contains(said, "FAIL  cloudmonitor "+test.wrong+":") {
				t.Errorf("another permission fails:\n%s", said)
			}
			for _, secret := range []string{c.env["SLACK_BOT_TOKEN"], c.env["SLACK_APP_TOKEN"], c.env["DINGTALK_CLIENT_SECRET"], c.env["CONTACTBOT_DATA_KEYS"]} {
				if len(secret) > 5 && strings.Contains(said, secret) {
					t.Errorf("a secret is printed:\n%s", said)
				}
			}
			if len(c.monitor.Contacts()) > 0 {
				t.Error("something was changed")
			}
		})
	}
}

// TestCheckUnreached: where nobody answers, or somebody else does, no setting is
// blamed but the address and the network.
func TestCheckUnreached(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + gone.Addr().String()
	_ = gone.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for _, test := range []struct {
		where string
		want  []string
	}{
		{nobody, []string{
			"FAIL  slack bot token: slack does not answer (Slack cannot be reached): look at SLACK_API_URL and the way out of this network\n",
			"FAIL  dingtalk app: DingTalk does not answer (the host refuses connections): look at DINGTALK_API_URL and the way out of this network\n",
			"-     clock: not tried, because CloudMonitor does not answer\n",
			"FAIL  cloudmonitor access key: cloudmonitor PutContact: connect: connection refused: look at CLOUDMONITOR_ENDPOINT and the way out of this network\n",
		}},
		{other.URL, []string{
			"look at SLACK_API_URL and", "look at DINGTALK_API_URL and", "the answer is not CloudMonitor's", "look at CLOUDMONITOR_ENDPOINT and",
		}},
	} {
		c := newChecked(t, slacktest.Options{}, dingtalktest.Options{})
		c.env["SLACK_API_URL"], c.env["DINGTALK_API_URL"], c.env["CLOUDMONITOR_ENDPOINT"] = test.where+"/api/", test.where, test.where
		failing, said := c.fails(t)
		if want := []string{"slack bot token", "dingtalk app", "cloudmonitor access key"}; !slices.Equal(failing, want) {
			t.Errorf("%q fail instead of %q", failing, want)
		}
		for _, line := range test.want {
			if !strings.Contains(said, line) {
				t.Errorf("%q is not said, but\n%s", line, said)
			}
		}
		for _, wrong := range []string{"set DINGTALK_CLIENT_ID", "set ALIBABA_CLOUD_ACCESS_KEY_ID", "set SLACK_BOT_TOKEN"} {
			if strings.Contains(said, wrong) {
				t.Errorf("%q is no remedy:\n%s", wrong, said)
			}
		}
	}
}
