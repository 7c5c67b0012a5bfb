package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"contactbot/cloudmonitor"

	"github.com/google/go-cmp/cmp"
)

var nonce atomic.Int64

// signed is a request as a client sends it, with a nonce of its own.
func signed(s *Server, method, action, query string, change ...func(*cloudmonitor.Signable)) *http.Request {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	sig := cloudmonitor.Signable{
		Method: method,
		Path:   "/",
		Query:  values,
		Header: map[string]string{
			"host":                  "127.0.0.1:9090",
			"x-acs-action":          action,
			"x-acs-version":         cloudmonitor.Version,
			"x-acs-date":            s.options.Now().UTC().Format(cloudmonitor.DateLayout),
			"x-acs-signature-nonce": fmt.Sprint(nonce.Add(1)),
			"x-acs-content-sha256":  cloudmonitor.BodyHash(nil),
		},
		BodyHash: cloudmonitor.BodyHash(nil),
	}
	for _, c := range change {
		c(&sig)
	}
	r := httptest.NewRequest(method, "http://127.0.0.1:9090/?"+cloudmonitor.EncodeQuery(sig.Query), nil)
	for name, value := range sig.Header {
		if name != "host" {
			r.Header.Set(name, value)
		}
	}
	r.Header.Set("Authorization", sig.Authorization(testKeys[0]))
	return r
}

// do calls an action and gives the status and the answer.
func do(s *Server, action, query string) (int, map[string]any) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, signed(s, http.MethodPost, action, query))
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		panic(err)
	}
	return w.Code, body
}

func codeOf(body []byte) string {
	var a struct{ Code string }
	_ = json.Unmarshal(body, &a) // a page has none
	return a.Code
}

const bobMail = "ContactName=Bob&Describe=d&Channels.Mail=bob@example.com"

func TestPutContactRules(t *testing.T) {
	hook := url.QueryEscape(webhook + "t0ken")
	long := strings.Repeat("长", 40)
	tests := []struct {
		site  cloudmonitor.Site
		query string
		want  string // "", or the parameter that is refused
	}{
		{"", bobMail, ""},
		{"", bobMail + "&Lang=zh-cn", ""},
		{"", bobMail + "&Lang=de", "Lang"},
		{"", "ContactName=" + long + "&Describe=d&Channels.Mail=a@b", ""},
		{"", "ContactName=" + long + "x&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=b&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=1ob&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=张三.x_1-y&Describe=d&Channels.Mail=a@b", ""},
		{"", "ContactName=bob!&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=bob%20b&Describe=d&Channels.Mail=a@b", ""},
		{"", "ContactName=bob%20&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=bob%ff&Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "Describe=d&Channels.Mail=a@b", "ContactName"},
		{"", "ContactName=Bob&Channels.Mail=a@b", "Describe"},
		{"", "ContactName=Bob&Describe=d", "Channels"},
		{"", "ContactName=Bob&Describe=d&Channels.SMS=13333333333", "Channels"},
		{"", "ContactName=Bob&Describe=d&Channels.AliIM=bob", "Channels"},
		{"", "ContactName=Bob&Describe=d&Channels.DingWebHook=" + hook, ""},
		{"", "ContactName=Bob&Describe=d&Channels.DingWebHook=https://example.com", "Channels.DingWebHook"},
		{"", "ContactName=Bob&Describe=d&Channels.DingWebHook=" + url.QueryEscape(webhook), "Channels.DingWebHook"},
		{"", "ContactName=Bob&Describe=d&Channels.Mail=bob", "Channels.Mail"},
		{cloudmonitor.China, "ContactName=Bob&Describe=d&Channels.SMS=13333333333", ""},
		{cloudmonitor.China, "ContactName=Bob&Describe=d&Channels.AliIM=bob", ""},
		{cloudmonitor.China, "ContactName=Bob&Describe=d", "Channels"},
	}
	for _, tt := range tests {
		s := testServer(t, Options{Site: tt.site})
		status, body := do(s, "PutContact", tt.query)
		id, _ := body["RequestId"].(string)
		if len(id) != 36 || id != strings.ToUpper(id) {
			t.Errorf("request ID %q", id)
		}
		delete(body, "RequestId")
		if tt.want == "" {
			if diff := cmp.Diff(map[string]any{"Code": "200", "Message": "success", "Success": true}, body); status != 200 || diff != "" {
				t.Errorf("%s: %d %s", tt.query, status, diff)
			}
			continue
		}
		message, _ := body["Message"].(string)
		if status != 400 || body["Code"] != "InvalidParameterValue" || !strings.HasPrefix(message, "The parameter "+tt.want+" is") {
			t.Errorf("%s: got %d %v, want %s refused", tt.query, status, body, tt.want)
		}
		if len(s.Contacts()) != 0 {
			t.Errorf("%s: refused, and carried out", tt.query)
		}
	}
}

// One contact through its life: the states, the links, and what a modifying
// call leaves out.
func TestPutContactStates(t *testing.T) {
	const both = "ContactName=Bob&Describe=d&Channels.Mail=bob@example.com&Channels.SMS=13333333333"
	const pending, ok = cloudmonitor.Pending, cloudmonitor.OK
	type states = cloudmonitor.States
	steps := []struct {
		query string
		open  string // the channel whose last link is opened then
		links string // channels that were sent one
		want  states
	}{
		{both, "Mail", "SMS Mail", states{SMS: pending, Mail: ok}},
		{both + "&Lang=en", "", "SMS", states{SMS: pending, Mail: ok}},
		{strings.Replace(both, "bob@", "rob@", 1), "SMS", "SMS Mail", states{SMS: ok, Mail: pending}},
		{both, "", "Mail", states{SMS: ok, Mail: pending}},
		{both + "&Channels.AliIM=bob", "", "Mail", states{SMS: ok, Mail: pending, AliIM: ok}},
		{bobMail, "", "Mail", states{Mail: pending}},
		{both, "", "SMS Mail", states{SMS: pending, Mail: pending}},
	}
	last := map[string]Link{}
	var sent []string
	s := testServer(t, Options{Base: "http://127.0.0.1:9090/", OnLink: func(l Link) {
		sent = append(sent, l.Channel)
		last[l.Channel] = l
	}})
	for i, step := range steps {
		sent = nil
		if status, body := do(s, "PutContact", step.query); status != 200 {
			t.Fatalf("step %d: %v", i, body)
		}
		if got := strings.Join(sent, " "); got != step.links {
			t.Errorf("step %d: links to %s, want %s", i, got, step.links)
		}
		if step.open != "" {
			open(t, s, last[step.open].URL, 200)
		}
		if c, _ := s.Contact("Bob"); c.State != step.want {
			t.Errorf("step %d: got %+v, want %+v", i, c.State, step.want)
		}
	}
	if l := last["SMS"]; l.Contact != "Bob" || l.To != "13333333333" || !strings.HasPrefix(l.URL, "http://127.0.0.1:9090/activate/") {
		t.Errorf("got %+v", l)
	}
}

func TestKeepMissing(t *testing.T) {
	s := testServer(t, Options{KeepMissing: true})
	do(s, "PutContact", bobMail+"&Channels.SMS=13333333333&Lang=en")
	if status, body := do(s, "PutContact", "ContactName=Bob&Describe=new&Channels.SMS=14444444444"); status != 200 {
		t.Fatal(body)
	}
	c, _ := s.Contact("Bob")
	if c.Describe != "new" || c.Channels.Mail != "bob@example.com" || c.Channels.SMS != "14444444444" || c.Lang != "en" {
		t.Errorf("got %+v", c.Channels)
	}
}

func TestDescribeContactList(t *testing.T) {
	s := testServer(t, Options{Limit: -1, Now: clock(time.UnixMilli(1551234567000))})
	do(s, "PutContact", bobMail+"&Lang=en")
	for i := range 3 {
		do(s, "PutContact", fmt.Sprintf("ContactName=Eve%d&Describe=d&Channels.Mail=eve@example.com&Channels.SMS=%d", i, i))
	}
	do(s, "PutContactGroup", "ContactGroupName=ops&ContactNames.1=Bob&ContactNames.2=Eve0")

	_, body := do(s, "DescribeContactList", "ContactName=Bob")
	delete(body, "RequestId")
	want := map[string]any{
		"Code": "200", "Message": "success", "Success": true, "Total": 1.0,
		"Contacts": map[string]any{"Contact": []any{map[string]any{
			"Name": "Bob", "Desc": "d", "Lang": "en", "CreateTime": 1551234567000.0, "UpdateTime": 1551234567000.0,
			"Channels":      map[string]any{"Mail": "bob@example.com"},
			"ChannelsState": map[string]any{"Mail": "PENDING"},
			"ContactGroups": map[string]any{"ContactGroup": []any{"ops"}},
		}}},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	tests := []struct{ query, want string }{
		{"", "Bob Eve0 Eve1 Eve2 of 4"},
		{"ContactName=Bo", " of 0"},
		{"ContactName=bob", " of 0"},
		{"ChanelType=SMS", "Eve0 Eve1 Eve2 of 3"},
		{"ChanelType=SMS&ChanelValue=1", "Eve1 of 1"},
		{"ChanelValue=eve@example.com&PageSize=2", "Eve0 Eve1 of 3"},
		{"ChanelType=Mail&ChanelValue=1", " of 0"},
		{"PageSize=3&PageNumber=2", "Eve2 of 4"},
		{"PageSize=3&PageNumber=9", " of 4"},
		{"PageSize=101", "InvalidParameterValue"},
		{"PageNumber=0", "InvalidParameterValue"},
		{"PageNumber=x", "InvalidParameterValue"},
		{"ChanelType=Fax", "InvalidParameterValue"},
	}
	for _, tt := range tests {
		_, body := do(s, "DescribeContactList", tt.query)
		got := body["Code"].(string)
		if got == "200" {
			got = strings.Join(names(body["Contacts"]), " ") + fmt.Sprintf(" of %v", body["Total"])
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.query, got, tt.want)
		}
	}
}

func names(list any) (names []string) {
	for _, list := range list.(map[string]any) {
		for _, c := range list.([]any) {
			names = append(names, c.(map[string]any)["Name"].(string))
		}
	}
	return names
}

func TestGroupsAndDelete(t *testing.T) {
	s := testServer(t, Options{})
	do(s, "PutContact", bobMail)
	do(s, "PutContact", strings.Replace(bobMail, "Bob", "Eve", 1))
	steps := []struct {
		action, query string
		status        int
		code          string
	}{
		{"PutContactGroup", "ContactGroupName=ops&Describe=o&ContactNames.1=Eve&ContactNames.2=Bob&EnableSubscribed=false", 200, "200"},
		{"PutContactGroup", "ContactGroupName=db&ContactNames.1=Bob", 200, "200"},
		{"PutContactGroup", "ContactGroupName=db&ContactNames.1=Nobody", 404, "ContactNotExists"},
		{"PutContactGroup", "ContactNames.1=Bob", 400, "InvalidParameterValue"},
		{"PutContactGroup", "ContactGroupName=db&EnableSubscribed=x", 400, "InvalidParameterValue"},
		{"DescribeContactListByContactGroup", "ContactGroupName=none", 404, "GroupNotExists"},
		{"DeleteContact", "ContactName=Nobody", 404, "ContactNotExists"},
		{"DropDatabase", "", 404, "InvalidAction.NotFound"},
	}
	for _, step := range steps {
		if status, body := do(s, step.action, step.query); status != step.status || body["Code"] != step.code {
			t.Errorf("%s %s: got %d %v", step.action, step.query, status, body)
		}
	}
	_, body := do(s, "DescribeContactGroupList", "")
	want := map[string]any{"ContactGroup": []any{
		map[string]any{"Name": "db", "Describe": "", "EnableSubscribed": true, "Contacts": map[string]any{"Contact": []any{"Bob"}}},
		map[string]any{"Name": "ops", "Describe": "o", "EnableSubscribed": false, "Contacts": map[string]any{"Contact": []any{"Eve", "Bob"}}},
	}}
	if diff := cmp.Diff(want, body["ContactGroupList"]); diff != "" {
		t.Error(diff)
	}
	_, body = do(s, "DescribeContactListByContactGroup", "ContactGroupName=ops")
	if got := strings.Join(names(body["Contacts"]), " "); got != "Eve Bob" {
		t.Errorf("members: %s", got)
	}
	if c, _ := s.Contact("Bob"); strings.Join(c.Groups, " ") != "db ops" {
		t.Errorf("groups: %v", c.Groups)
	}
	do(s, "DeleteContact", "ContactName=Bob")
	_, body = do(s, "DescribeContactListByContactGroup", "ContactGroupName=ops")
	if got := strings.Join(names(body["Contacts"]), " "); got != "Eve" || len(s.Contacts()) != 1 {
		t.Errorf("after deletion: %s", got)
	}
}
