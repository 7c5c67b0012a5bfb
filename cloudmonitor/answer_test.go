package cloudmonitor

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadAnswer(t *testing.T) {
	const ok, final, again = "ok", "final", "temporary"
	tests := []struct {
		status    int
		body      string
		want      string // ok, final or temporary
		code      string
		uncertain bool
	}{
		{200, `{"Code":"200","Message":"success","RequestId":"R","Success":true}`, ok, "", false},
		{200, `{"Code":200,"Success":"true"}`, ok, "", false},
		{200, `{"Code":200.0,"Success":null}`, ok, "", false},
		{200, `{"Code":"200"}`, ok, "", false},
		{202, `{"Code":"200","Success":1}`, ok, "", false},
		{200, `{"Code":"200","Message":"The Request is not authorization.","Success":true}`, ok, "", false}, // the documented sample

		{200, `{"Code":"400","Message":"Illegal parameters.","Success":false}`, final, "400", false},
		{200, `{"Code":"200","Success":false}`, final, "200", false},
		{200, `{"Code":"200","Success":"false"}`, final, "200", false},
		{200, `{"Code":true,"Success":true}`, final, "true", false},
		{200, `{"Code":"500","Success":false}`, again, "500", true},
		{200, `{"Code":429,"Success":false}`, again, "429", false},
		{400, `{"Code":"200","Success":true}`, final, "200", false},
		{400, `{"Code":"InvalidParameterValue"}`, final, "InvalidParameterValue", false},
		{403, `{"Code":"InvalidAuthorization"}`, final, "InvalidAuthorization", false},
		{403, `{"Code":"Forbidden.RAM"}`, final, "Forbidden.RAM", false},
		{403, `{"Code":"NoPermission"}`, final, "NoPermission", false},
		{404, `{"Code":"InvalidAccessKeyId.NotFound"}`, final, "InvalidAccessKeyId.NotFound", false},
		{400, `{"Code":"SignatureDoesNotMatch"}`, final, "SignatureDoesNotMatch", false},
		{500, `{"Code":"SignatureNonceUsed"}`, final, "SignatureNonceUsed", false},
		{400, `{"Code":"InvalidTimeStamp.Expired"}`, final, "InvalidTimeStamp.Expired", false},
		{400, `{"Code":"ThrottlingOfSomethingElse"}`, final, "ThrottlingOfSomethingElse", false},

		{400, `{"Code":"Throttling"}`, again, "Throttling", false},
		{400, `{"Code":"Throttling.User"}`, again, "Throttling.User", false},
		{503, `{"Code":"Throttling.Api"}`, again, "Throttling.Api", false},
		{503, `{"Code":"ServiceUnavailable"}`, again, "ServiceUnavailable", false},
		{400, `{"Code":"ServiceUnavailable"}`, again, "ServiceUnavailable", false},
		{500, `{"Code":"InternalError"}`, again, "InternalError", true},
		{400, `{"Code":"InternalError"}`, again, "InternalError", true},
		{429, `{"Code":"TooMany"}`, again, "TooMany", false},
		{500, `{"Code":"SomethingNew"}`, again, "SomethingNew", true},

		{502, "<html>502 Bad Gateway</html>", again, "", true},
		{504, "", again, "", true},
		{429, "slow down", again, "", false},
		{403, "<html>proxy says no</html>", final, "", false},
		{302, "", final, "", false},
		{200, "<html>please log in</html>", final, "", true},
		{200, "", final, "", true},
		{200, "null", final, "", true},
		{200, `[]`, final, "", true},
		{200, `{"Success":true}`, final, "", true},
		{200, `{"code":"200","success":true}`, final, "", true},
		{200, `{"Code":{"a":"200"}}`, final, "", true},
		{200, `{"Code":"200"`, final, "", true},
		{200, `{"Code":"200"} {"Code":"400"}`, final, "", true},
	}
	for _, tt := range tests {
		_, e := readAnswer(tt.status, http.Header{}, []byte(tt.body))
		got := ok
		if e != nil {
			if got = final; e.Temporary {
				got = again
			}
			if e.Code != tt.code || e.Uncertain != tt.uncertain || e.Status != tt.status {
				t.Errorf("%d %s: code %q, uncertain %t, status %d", tt.status, tt.body, e.Code, e.Uncertain, e.Status)
			}
		}
		if got != tt.want {
			t.Errorf("%d %s: got %s, want %s", tt.status, tt.body, got, tt.want)
		}
	}
}

func TestAnswerRequestID(t *testing.T) {
	header := http.Header{"X-Acs-Request-Id": {"FROM-HEADER"}}
	for body, want := range map[string]string{
		`{"Code":"200","RequestId":"FROM-BODY"}`: "FROM-BODY",
		`{"Code":"200"}`:                         "FROM-HEADER",
		`{"Code":"400","RequestId":"FROM-BODY"}`: "FROM-BODY",
		`<html>`:                                 "FROM-HEADER",
	} {
		got, e := readAnswer(200, header, []byte(body))
		if got != want || e != nil && e.RequestID != want {
			t.Errorf("%s: got %s (%v), want %s", body, got, e, want)
		}
	}
}

func TestScalar(t *testing.T) {
	for raw, want := range map[string]string{
		`2088123456789012345`: "2088123456789012345", // more digits than a float64 has
		`-7`:                  "-7",
		`200.0`:               "200",
		`2e2`:                 "200",
		`2E+2`:                "200",
		`1.5`:                 "1.5",
		`"200.0"`:             "200.0",
		`true`:                "true",
		`null`:                "",
		`["1"]`:               "",
	} {
		var got scalar
		if err := json.Unmarshal([]byte(raw), &got); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", raw, got, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	const api, user = "x-ratelimit-user-api", "x-ratelimit-user"
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{api, "", 0},
		{api, "Limit:20,Remain:0,TimeLeft:850,Reset:1234", 850 * time.Millisecond},
		{user, "Limit:20, Remain:0, TimeLeft: 2000", 2 * time.Second},
		{api, "TimeLeft:-5", 0},
		{api, "TimeLeft:soon", 0},
		{api, "TimeLeft", 0},
		{api, "TimeLeft:86400000", time.Minute},
		{api, "TimeLeft:99999999999999999999999999", time.Minute},
		{"Retry-After", "2", 2 * time.Second},
		{"Retry-After", "9223372036854775807", time.Minute},
		{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT", 0},
	}
	for _, tt := range tests {
		header := http.Header{}
		header.Set(tt.name, tt.value)
		_, e := readAnswer(400, header, []byte(`{"Code":"Throttling.User"}`))
		if e.RetryAfter != tt.want {
			t.Errorf("%s: %s: got %v, want %v", tt.name, tt.value, e.RetryAfter, tt.want)
		}
	}
	both := http.Header{}
	both.Set(api, "TimeLeft:10")
	both.Set(user, "TimeLeft:20")
	if got := retryAfter(both); got != 20*time.Millisecond {
		t.Errorf("both: got %v", got)
	}
}

func TestListPage(t *testing.T) {
	const body = `{"Code":"200","Total":1,"Contacts":{"Contact":[{"Name":"Alice","Desc":"on call","Lang":"en","CreateTime":1,
		"Channels":{"SMS":"13333333333","Mail":"a@example.com","DingWebHook":null},"ChannelsState":{"SMS":"pending","Mail":"OK"},
		"ContactGroups":{"ContactGroup":["ops","db"]}}]}}`
	var p listPage
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatal(err)
	}
	want := Listed{
		Contact: Contact{Name: "Alice", Describe: "on call", Lang: "en", Channels: Channels{SMS: "13333333333", Mail: "a@example.com"}},
		State:   States{SMS: Pending, Mail: OK},
		Groups:  []string{"ops", "db"},
	}
	if diff := cmp.Diff(want, p.Contacts.Contact[0].listed()); diff != "" {
		t.Error(diff)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(`{"Code":"200","Message":"success","RequestId":"R","Success":true}`))
	f.Add(200, []byte(`{"Code":200.0,"Success":"false"}`))
	f.Add(502, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		_, e := readAnswer(status, http.Header{}, body)
		if e != nil {
			if strings.ContainsAny(e.Error(), "\n\r\x00") {
				t.Errorf("error over several lines: %q", e.Error())
			}
			return
		}
		// Success: found by other means in what was said.
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil || status < 200 || status > 299 {
			t.Fatalf("success of %d, %v", status, err)
		}
		if m["Code"] != "200" && m["Code"] != 200.0 {
			t.Errorf("success with code %v", m["Code"])
		}
		if s, _ := m["Success"].(string); m["Success"] == false || m["Success"] == 0.0 || strings.EqualFold(s, "false") {
			t.Errorf("success though Success is %v", m["Success"])
		}
	})
}
