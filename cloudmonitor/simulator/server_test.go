package simulator

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/cloudmonitor"

	"github.com/google/go-cmp/cmp"
)

func TestGatewayRefusals(t *testing.T) {
	set := func(name, value string) func(*cloudmonitor.Signable) {
		return func(s *cloudmonitor.Signable) { s.Header[name] = value }
	}
	drop := func(name string) func(*cloudmonitor.Signable) {
		return func(s *cloudmonitor.Signable) { delete(s.Header, name) }
	}
	tests := []struct {
		method string
		change func(*cloudmonitor.Signable)
		status int
		code   string
	}{
		{"POST", func(*cloudmonitor.Signable) {}, 200, "200"},
		{"GET", func(*cloudmonitor.Signable) {}, 200, "200"},
		{"PUT", func(*cloudmonitor.Signable) {}, 405, "UnsupportedHTTPMethod"},
		{"POST", set("x-acs-version", "2024-03-30"), 400, "InvalidVersion"},
		{"POST", set("x-acs-action", "Nothing"), 404, "InvalidAction.NotFound"},
		{"POST", set("x-acs-date", "yesterday"), 400, "InvalidTimeStamp.Format"},
		{"POST", set("x-acs-content-sha256", cloudmonitor.BodyHash([]byte("x"))), 400, "SignatureDoesNotMatch"},
		{"POST", set("x-acs-security-token", "unknown"), 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		{"POST", set("x-acs-accesskey-id", "another"), 400, "IncompleteSignature"},
		{"POST", set("x-acs-more", "signed"), 200, "200"},
		{"POST", set("host", "metrics.aliyuncs.com"), 400, "SignatureDoesNotMatch"},
		{"POST", set("x-acs-signature-nonce", ""), 400, "IncompleteSignature"},
		{"POST", set("x-acs-signature-nonce", " "), 400, "IncompleteSignature"},
		{"POST", set("x-acs-version", ""), 400, "IncompleteSignature"},
		{"POST", set("x-acs-date", ""), 400, "IncompleteSignature"},
		{"POST", drop("host"), 400, "IncompleteSignature"},
		{"POST", drop("x-acs-date"), 400, "IncompleteSignature"},
		{"POST", drop("x-acs-signature-nonce"), 400, "IncompleteSignature"},
		{"POST", set("x-long", strings.Repeat("x", maxRequest)), 413, "RequestTooLarge"},
	}
	for _, tt := range tests {
		s := testServer(t, Options{})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, signed(s, tt.method, "PutContact", bobMail, tt.change))
		if w.Code != tt.status || codeOf(w.Body.Bytes()) != tt.code {
			t.Errorf("want %s: got %d %s", tt.code, w.Code, w.Body)
		}
	}
}

// Parameters may come in a form body, too, whose hash is signed.
func TestFormBody(t *testing.T) {
	for _, sent := range []string{bobMail, bobMail + "&x"} {
		s := testServer(t, Options{})
		r := signed(s, http.MethodPost, "PutContact", "", func(s *cloudmonitor.Signable) {
			s.BodyHash = cloudmonitor.BodyHash([]byte(bobMail))
			s.Header["x-acs-content-sha256"] = s.BodyHash
		})
		body := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(sent))
		r.Body = body.Body
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		want := map[bool]string{true: "200", false: "SignatureDoesNotMatch"}[sent == bobMail]
		if codeOf(w.Body.Bytes()) != want {
			t.Errorf("%s: got %s", sent, w.Body)
		}
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := testServer(t, Options{})
		for i := range 20 {
			if status, body := do(s, "PutContact", bobMail); status != 200 {
				t.Fatalf("call %d: %v", i, body)
			}
			time.Sleep(10 * time.Millisecond)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, signed(s, http.MethodPost, "PutContact", bobMail))
		if w.Code != 400 || codeOf(w.Body.Bytes()) != "Throttling.User" || s.Throttled() != 1 {
			t.Errorf("beyond the limit: %d %s", w.Code, w.Body)
		}
		if got, want := w.Header().Get("x-ratelimit-user-api"), "Limit:20,Remain:0,TimeLeft:800,Reset:1000"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if status, _ := do(s, "DescribeContactList", ""); status != 200 {
			t.Error("another action is throttled too")
		}
		time.Sleep(800 * time.Millisecond)
		if status, body := do(s, "PutContact", bobMail); status != 200 {
			t.Errorf("after the wait: %v", body)
		}
		if status, _ := do(s, "PutContact", bobMail); status != 400 {
			t.Error("two places became free at once")
		}
	})
}

func TestNoncesAreForgotten(t *testing.T) {
	var n nonces
	at := captureTime
	for i := range 10_000 {
		if !n.first(fmt.Sprint(i), at) || n.first(fmt.Sprint(i), at.Add(2*validity-time.Second)) {
			t.Fatalf("nonce %d", i)
		}
		at = at.Add(time.Minute)
	}
	if kept := len(n.now) + len(n.old); kept > 100 {
		t.Errorf("%d nonces kept", kept)
	}
}

// open visits a page, as a browser does.
func open(t *testing.T, s *Server, url string, status int) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	if w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%s: got %d %s", url, w.Code, w.Header().Get("Content-Type"))
	}
	return w.Body.String()
}

func TestPages(t *testing.T) {
	var l Link
	s := testServer(t, Options{OnLink: func(sent Link) { l = sent }})
	s.SetBase("http://localhost:9090/")
	do(s, "PutContact", bobMail)
	older := l
	do(s, "PutContact", bobMail)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodHead, l.URL, nil))
	if c, _ := s.Contact("Bob"); c.State.Mail != cloudmonitor.Pending {
		t.Error("a look at the header activated")
	}
	for range 2 {
		text := open(t, s, older.URL, 200)
		if !strings.Contains(text, "Activated") || !strings.Contains(text, "已激活") || !strings.Contains(text, "Bob") || strings.Contains(text, l.To) {
			t.Error(text)
		}
	}
	if c, _ := s.Contact("Bob"); c.State.Mail != cloudmonitor.OK {
		t.Error("not activated")
	}
	do(s, "PutContact", strings.Replace(bobMail, "bob@", "rob@", 1))
	open(t, s, older.URL, 404) // the address was changed since
	open(t, s, "/activate/", 404)
	open(t, s, "/favicon.ico", 404)
	if !strings.Contains(open(t, s, "/", 200), "模拟器") {
		t.Error("no welcome")
	}
}

func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.json")
	var l Link
	o := Options{File: file, OnLink: func(sent Link) { l = sent }, Limit: -1}
	s := testServer(t, o)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if status, body := do(s, "PutContact", strings.Replace(bobMail, "Bob", fmt.Sprint("Eve", i), 1)+"&Channels.DingWebHook="+webhook+"x"); status != 200 {
				t.Error(body)
			}
		})
		if i == 0 {
			all.Wait() // the handler of links is not for many
			s.options.OnLink = nil
		}
	}
	all.Wait()
	do(s, "PutContactGroup", "ContactGroupName=ops&ContactNames.1=Eve7")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	again := testServer(t, o)
	if diff := cmp.Diff(s.Contacts(), again.Contacts()); diff != "" || len(again.Contacts()) != 50 {
		t.Error(diff)
	}
	open(t, again, l.URL, 200)
	if c, _ := testServer(t, o).Contact("Eve0"); c.State.Mail != cloudmonitor.OK {
		t.Errorf("activation not kept: %+v", c.State)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	kept, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(kept), `{"format":"contactbot-simulator/1",`) {
		t.Errorf("%.50s, %v", kept, err)
	}
	for _, text := range []string{"", "{", `{"format":"contactbot-simulator/1","contacts":[null]}`, `[13333333333]`, `{}`,
		`{"name":"somebody's package","version":"13333333333"}`,
		`{"contacts":[],"groups":[]}`,
		`{"format":"contactbot-simulator/2","contacts":[],"groups":[]}`,
		`{"format":"contactbot-simulator/1","contacts":[],"groups":[],"more":"13333333333"}`,
		string(kept) + "{}",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{Credentials: testKeys, File: file}); err == nil || strings.Contains(err.Error(), "13333333333") {
			t.Errorf("%s: %v", text, err)
		}
		if now, _ := os.ReadFile(file); string(now) != text {
			t.Errorf("%s: the file was changed", text)
		}
	}
}

func TestFileNotWritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	file := filepath.Join(dir, "world.json")
	if _, err := New(Options{Credentials: testKeys, File: file}); err == nil || !strings.Contains(err.Error(), "make it first") {
		t.Errorf("%v at the start", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := testServer(t, Options{File: file})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the start leaves %v behind, %v", left, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if status, body := do(s, "PutContact", bobMail); status != 500 || body["Code"] != "InternalError" {
		t.Errorf("got %d %v", status, body)
	}
}

func TestLogHasNoValues(t *testing.T) {
	var log bytes.Buffer
	s := testServer(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	do(s, "PutContact", bobMail)
	do(s, "PutContact", "ContactName=bob@example.com")
	do(s, "bob@example.com", "")
	if log.Len() == 0 || strings.Contains(log.String(), "bob") || strings.Contains(log.String(), "Bob") {
		t.Error(log.String())
	}
}

func TestCallsAreBounded(t *testing.T) {
	s := testServer(t, Options{})
	for range 2*maxCalls + 5 {
		s.tell(Call{}, 200, "200")
	}
	if n := len(s.Calls()); n != maxCalls || len(s.record.calls) > 2*maxCalls {
		t.Errorf("%d calls", n)
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{},
		{Credentials: []cloudmonitor.Credentials{{AccessKeyID: "AK"}}},
		{Credentials: testKeys, Site: "moon"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}
