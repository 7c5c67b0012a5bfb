package cloudmonitor_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"

	"github.com/google/go-cmp/cmp"
)

var (
	key = cloudmonitor.Credentials{AccessKeyID: "testAK", AccessKeySecret: "testSK"}
	sts = cloudmonitor.Credentials{AccessKeyID: "STS.testAK", AccessKeySecret: "testSK2", SecurityToken: "tok/en+XYZ=="}
	bob = cloudmonitor.Contact{
		Name:     "Bob",
		Describe: "on-call engineer +*~ /?&=\"quoted\" 值班",
		Lang:     "zh-cn",
		Channels: cloudmonitor.Channels{
			SMS:         "13333333333",
			Mail:        "bob+tag@example.com",
			AliIM:       "bob im",
			DingWebHook: "https://oapi.dingtalk.com/robot/send?access_token=7d49515e8ebf",
		},
	}
)

// serve starts a simulator and gives it with a way to make clients for it.
func serve(t testing.TB, o simulator.Options) (*simulator.Server, func(cloudmonitor.Options) *cloudmonitor.Client) {
	t.Helper()
	o.Credentials = []cloudmonitor.Credentials{key, sts}
	s, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	t.Cleanup(s.Close)
	s.SetBase(srv.URL)
	return s, func(o cloudmonitor.Options) *cloudmonitor.Client {
		t.Helper()
		if o.Credentials == nil {
			o.Credentials = cloudmonitor.Static(key)
		}
		if o.Endpoint == "" {
			o.Endpoint = srv.URL
		}
		c, err := cloudmonitor.New(o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

func TestPutAndLookup(t *testing.T) {
	for _, credentials := range []cloudmonitor.Credentials{key, sts} {
		s, client := serve(t, simulator.Options{})
		c := client(cloudmonitor.Options{Credentials: cloudmonitor.Static(credentials)})
		if _, found, err := c.Lookup(t.Context(), "Bob"); found || err != nil {
			t.Fatalf("before: found %t, %v", found, err)
		}
		id, err := c.PutContact(t.Context(), bob)
		if err != nil || len(id) != 36 {
			t.Fatalf("got %q, %v", id, err)
		}
		got, found, err := client(cloudmonitor.Options{Credentials: cloudmonitor.Static(credentials)}).Lookup(t.Context(), "Bob")
		if !found || err != nil {
			t.Fatalf("after: found %t, %v", found, err)
		}
		want := cloudmonitor.Listed{
			Contact: bob,
			State:   cloudmonitor.States{SMS: cloudmonitor.Pending, Mail: cloudmonitor.Pending, AliIM: cloudmonitor.OK, DingWebHook: cloudmonitor.OK},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if stored, _ := s.Contact("Bob"); cmp.Diff(want, stored) != "" {
			t.Error(cmp.Diff(want, stored))
		}
	}
}

func TestContactsOverPages(t *testing.T) {
	s, client := serve(t, simulator.Options{})
	for i := range 250 {
		c := bob
		c.Name = fmt.Sprintf("Bob%03d", i)
		if err := s.Put(cloudmonitor.Listed{Contact: c}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for c, err := range client(cloudmonitor.Options{}).Contacts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, c.Name)
	}
	if len(names) != 250 || names[0] != "Bob000" || names[249] != "Bob249" || len(s.Calls()) != 3 {
		t.Errorf("%d contacts in %d calls", len(names), len(s.Calls()))
	}
	for range client(cloudmonitor.Options{}).Contacts(t.Context()) {
		break // asks for one page only
	}
	if n := len(s.Calls()); n != 4 {
		t.Errorf("%d calls", n)
	}
}

func TestRefusals(t *testing.T) {
	wrong := cloudmonitor.Credentials{AccessKeyID: "testAK", AccessKeySecret: "wrong"}
	unknown := cloudmonitor.Credentials{AccessKeyID: "who", AccessKeySecret: "wrong"}
	stale := sts
	stale.SecurityToken = "expired"
	noMail := cloudmonitor.Contact{Name: "Bob", Describe: "d", Channels: cloudmonitor.Channels{SMS: "13333333333"}}
	tests := []struct {
		key    cloudmonitor.Credentials
		put    cloudmonitor.Contact
		fault  string
		status int
		code   string
	}{
		{key: wrong, put: bob, status: 400, code: "SignatureDoesNotMatch"},
		{key: unknown, put: bob, status: 404, code: "InvalidAccessKeyId.NotFound"},
		{key: stale, put: bob, status: 400, code: "InvalidSecurityToken.MismatchWithAccessKey"},
		{key: key, put: noMail, status: 400, code: "InvalidParameterValue"},
		{key: key, put: bob, fault: "refuse", status: 200, code: "400"},
		{key: key, put: bob, fault: "NoPermission", status: 403, code: "NoPermission"},
	}
	for _, tt := range tests {
		s, client := serve(t, simulator.Options{})
		if tt.fault != "" {
			s.Fail(simulator.Fault{What: tt.fault})
		}
		_, err := client(cloudmonitor.Options{Credentials: cloudmonitor.Static(tt.key)}).PutContact(t.Context(), tt.put)
		var e *cloudmonitor.Error
		if !errors.As(err, &e) || e.Status != tt.status || e.Code != tt.code || e.Temporary || e.Uncertain || e.RequestID == "" || e.Message == "" {
			t.Errorf("want %s: got %v (%#v)", tt.code, err, e)
		}
		if len(s.Calls()) != 1 {
			t.Errorf("%s: %d calls", tt.code, len(s.Calls()))
		}
	}
}

func TestOddSuccessIsSuccess(t *testing.T) {
	s, client := serve(t, simulator.Options{})
	s.Fail(simulator.Fault{What: "oddsuccess"})
	if _, err := client(cloudmonitor.Options{}).PutContact(t.Context(), bob); err != nil {
		t.Error(err)
	}
	if _, found := s.Contact("Bob"); !found {
		t.Error("not carried out")
	}
}

func TestNameless(t *testing.T) {
	s, client := serve(t, simulator.Options{})
	_, err := client(cloudmonitor.Options{}).PutContact(t.Context(), cloudmonitor.Contact{Describe: "d"})
	_, _, err2 := client(cloudmonitor.Options{}).Lookup(context.Background(), "")
	if err == nil || err2 == nil || len(s.Calls()) != 0 {
		t.Errorf("got %v, %v and %d calls", err, err2, len(s.Calls()))
	}
}

func TestEndpoints(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"":                               true,
		"https://metrics.aliyuncs.com":   true,
		"https://metrics.aliyuncs.com/":  true,
		"metrics.eu-west-1.aliyuncs.com": true,
		"http://127.0.0.1:9090":          true,
		"http://[::1]:9090":              true,
		"http://localhost":               true,
		"http://metrics.aliyuncs.com":    false,
		"http://127.0.0.1.example.com":   false,
		"http://10.0.0.1":                false,
		"https://u:s3cr3t@host":          false,
		"https://host/s3cr3t":            false,
		"https://host?s3cr3t":            false,
		"https://host?":                  false,
		"https://host#s3cr3t":            false,
		"https://host:":                  false,
		"https://":                       false,
		"https://阿里云":                    false,
		"ftp://host":                     false,
		"https://host:s3cr3t":            false,
		"https://ho st/%zz s3cr3t":       false,
	} {
		_, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: endpoint, Credentials: cloudmonitor.Static(key)})
		if (err == nil) != ok {
			t.Errorf("%s: %v", endpoint, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the error repeats the endpoint: %v", err)
		}
	}
	if _, err := cloudmonitor.New(cloudmonitor.Options{}); err == nil {
		t.Error("no credentials: no error")
	}
}
