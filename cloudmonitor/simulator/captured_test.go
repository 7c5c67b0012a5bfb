package simulator

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"contactbot/cloudmonitor"
)

// The requests in testdata were captured, byte for byte, from the vendor's own
// SDKs: Go cms-20190101 v8.0.0 and npm @alicloud/cms20190101 4.0.10.
var (
	captures = []string{"go-v8.0.0.raw", "go-v8.0.0-sts.raw", "npm-4.0.10.raw"}
	testKeys = []cloudmonitor.Credentials{
		{AccessKeyID: "testAK", AccessKeySecret: "testSK"},
		{AccessKeyID: "testAK", AccessKeySecret: "testSK", SecurityToken: "tokenXYZ"},
	}
	captureTime = time.Date(2026, 11, 23, 18, 2, 30, 0, time.UTC)
)

func testServer(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Credentials == nil {
		o.Credentials = testKeys
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func capture(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

func TestCapturedAccepted(t *testing.T) {
	s := testServer(t, Options{Now: clock(captureTime)})
	srv := httptest.NewServer(s)
	defer srv.Close()
	for _, name := range captures {
		if code := send(t, srv.Listener.Addr().String(), capture(t, name)); code != "200" {
			t.Errorf("%s: got %s", name, code)
		}
		if code := send(t, srv.Listener.Addr().String(), capture(t, name)); code != "SignatureNonceUsed" {
			t.Errorf("%s again: got %s", name, code)
		}
	}
	c, found := s.Contact("alice 爱丽丝")
	if want := `on-call engineer +*~ /?&="quoted"`; !found || c.Describe != want || c.Channels.Mail != "test+tag@aliyun.com" {
		t.Errorf("got %q, want %q", c.Describe, want)
	}
}

// send writes bytes to a connection of its own and gives the code of the
// answer.
func send(t *testing.T, address string, raw []byte) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(raw); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return codeOf(body)
}

func TestCapturedAtOtherTimes(t *testing.T) {
	sent := time.Date(2026, 11, 23, 18, 2, 21, 0, time.UTC)
	for offset, want := range map[time.Duration]string{
		0:                           "200",
		validity:                    "200",
		-validity:                   "200",
		validity + time.Second:      "InvalidTimeStamp.Expired",
		-validity - time.Second:     "InvalidTimeStamp.Expired",
		365 * 24 * time.Hour:        "InvalidTimeStamp.Expired",
		-200 * 365 * 24 * time.Hour: "InvalidTimeStamp.Expired",
	} {
		s := testServer(t, Options{Now: clock(sent.Add(offset))})
		if code := inProcess(s, capture(t, captures[0])); code != want {
			t.Errorf("%v later: got %s, want %s", offset, code, want)
		}
	}
}

// Every bit of every signed byte counts: the method, the path and the query,
// the values of the signed headers, and Authorization itself. What decodes to
// the same request, such as %e7 for %E7, is accepted: it is found by decoding,
// not by a list of exceptions.
func TestCapturedWithOneBitChanged(t *testing.T) {
	accepted := 0
	for _, name := range captures {
		raw := capture(t, name)
		want := meaningOf(t, raw)
		s := testServer(t, Options{Now: clock(captureTime)})
		for _, at := range signedBytes(t, raw) {
			for bit := range 8 {
				changed := bytes.Clone(raw)
				changed[at] ^= 1 << bit
				if same := meaningOf(t, changed) == want; same {
					accepted++
					// Another server: on this one it would use the nonce up.
					if code := inProcess(testServer(t, Options{Now: clock(captureTime)}), changed); code != "200" {
						t.Errorf("%s, byte %d, bit %d means the same and is refused: %s", name, at, bit, code)
					}
				} else if code := inProcess(s, changed); code == "200" {
					t.Fatalf("%s, byte %d, bit %d: accepted\n%s", name, at, bit, changed)
				}
			}
		}
		if code := inProcess(s, raw); code != "200" {
			t.Errorf("%s: unchanged, and refused after all: %s", name, code)
		}
	}
	// The letters of hexadecimal digits in three queries, in the other case.
	if accepted != hexLetters(t) {
		t.Errorf("%d changes mean the same, but there are %d hexadecimal letters", accepted, hexLetters(t))
	}
}

// Other spellings of the same query are the same request.
func TestCapturedSpelledOtherwise(t *testing.T) {
	for _, replace := range [][2]string{{"+", "%20"}, {"%2A", "*"}, {"~", "%7E"}, {"%40", "@"}, {"?Ch", "?&&Ch"}, {"alice", "%61lice"}} {
		raw := capture(t, captures[0])
		line, rest, _ := bytes.Cut(raw, []byte(" HTTP/1.1"))
		line = bytes.ReplaceAll(line, []byte(replace[0]), []byte(replace[1]))
		s := testServer(t, Options{Now: clock(captureTime)})
		if code := inProcess(s, slicesJoin(line, []byte(" HTTP/1.1"), rest)); code != "200" {
			t.Errorf("%s for %s: %s", replace[1], replace[0], code)
		}
	}
}

// What is added to a signed request makes it another.
func TestCapturedWithMore(t *testing.T) {
	for _, tt := range []struct{ after, more, want string }{
		{"Lang=zh-cn", "&Lang=en", "SignatureDoesNotMatch"},
		{"Lang=zh-cn", "&X", "SignatureDoesNotMatch"},
		{"Lang=zh-cn", "%zz", "MalformedRequest"},
		{"x-acs-action: PutContact\r\n", "x-acs-action: DeleteContact\r\n", "SignatureDoesNotMatch"},
		{"x-acs-action: PutContact\r\n", "x-acs-security-token: t\r\n", "IncompleteSignature"},
		{"x-acs-action: PutContact\r\n", "X-Acs-Anything: t\r\n", "IncompleteSignature"},
		{"x-acs-action: PutContact\r\n", "Authorization: t\r\n", "IncompleteSignature"},
		{"x-acs-action: PutContact\r\n", "x-other: t\r\n", "200"},
	} {
		raw := bytes.Replace(capture(t, captures[0]), []byte(tt.after), []byte(tt.after+tt.more), 1)
		if code := inProcess(testServer(t, Options{Now: clock(captureTime)}), raw); code != tt.want {
			t.Errorf("with %q: got %s, want %s", tt.more, code, tt.want)
		}
	}
	// A body, which the hash that was signed does not cover.
	raw := bytes.Replace(capture(t, captures[0]), []byte("Content-Length: 0"), []byte("Content-Length: 1"), 1)
	if code := inProcess(testServer(t, Options{Now: clock(captureTime)}), append(raw, 'x')); code != "SignatureDoesNotMatch" {
		t.Errorf("with a body: %s", code)
	}
}

// signedBytes are the places of the bytes that must not change. Header names
// are left out: their case is free.
func signedBytes(t *testing.T, raw []byte) (places []int) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	_, names, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	signed := map[string]bool{"authorization": true}
	for name := range strings.SplitSeq(names, ";") {
		signed[name] = true
	}
	start, found := 0, 0
	for line := range bytes.Lines(raw) {
		text := strings.TrimRight(string(line), "\r\n")
		from, to := 0, strings.LastIndex(text, " HTTP/1.1")
		if start > 0 {
			name, value, _ := strings.Cut(text, ": ")
			from, to = len(name)+2, 0
			if signed[strings.ToLower(name)] && value != "" {
				found++
				to = len(text)
			}
		}
		for at := from; at < to; at++ {
			if start > 0 || text[at] != ' ' { // the space between method and path
				places = append(places, start+at)
			}
		}
		start += len(line)
	}
	if found != len(signed) {
		t.Fatalf("%d of %d signed headers found", found, len(signed))
	}
	return places
}

// meaningOf is what a request says once it is decoded, or that it is none.
func meaningOf(t *testing.T, raw []byte) string {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return "no request"
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "no query"
	}
	return fmt.Sprintf("%q %q %q %q %q", r.Method, r.URL.EscapedPath(), query, r.Host, maps.Clone(r.Header))
}

func hexLetters(t *testing.T) (n int) {
	for _, name := range captures {
		line, _, _ := strings.Cut(string(capture(t, name)), " HTTP")
		for i, r := range line {
			escape := i >= 1 && line[i-1] == '%' || i >= 2 && line[i-2] == '%'
			if escape && strings.ContainsRune("ABCDEF", r) {
				n++
			}
		}
	}
	return n
}

// inProcess gives the raw request to the handler, without a connection, and
// gives the code of its answer, or its status where it has none.
func inProcess(s *Server, raw []byte) string {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return "no request"
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if code := codeOf(w.Body.Bytes()); code != "" {
		return code
	}
	return fmt.Sprint(w.Code)[1:] // of a page; never taken for a code
}

func slicesJoin(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
