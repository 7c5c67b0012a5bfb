package simulator

import (
	"bufio"
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
)

// Whatever comes over a connection is answered, and never by a fault of the
// server's own.
func FuzzSimulator(f *testing.F) {
	for _, name := range captures {
		f.Add(capture(f, name), "")
	}
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), bobMail)
	f.Add([]byte("GET /activate/x HTTP/1.1\r\nHost: x\r\n\r\n"), "ContactGroupName=x&ContactNames.1=Bob")
	f.Fuzz(func(t *testing.T, raw []byte, query string) {
		s := testServer(t, Options{Now: clock(captureTime)})
		if r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw))); err == nil {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
		// Rightly signed, any parameters get through to every action.
		for _, action := range slices.Sorted(maps.Keys(actions)) {
			if _, err := url.ParseQuery(query); err != nil {
				return
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, signed(s, http.MethodPost, action, query))
			if w.Code >= 500 || codeOf(w.Body.Bytes()) == "SignatureDoesNotMatch" {
				t.Errorf("%s: %d %s", action, w.Code, w.Body)
			}
		}
	})
}
