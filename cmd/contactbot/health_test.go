package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestHealth: the answer is the program's own, or one line that says what to do.
func TestHealth(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := gone.Addr().String()
	_ = gone.Close()
	serves := func(h http.HandlerFunc) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	page := strings.Repeat("<p>Welcome!</p>\n", 100)
	sick := errors.New("the state cannot be written\nslack: connecting")
	for _, test := range []struct{ what, address, want string }{
		{"well", serves(func(w http.ResponseWriter, _ *http.Request) { tell(w, nil) }), ""},
		{"sick", serves(func(w http.ResponseWriter, _ *http.Request) { tell(w, sick) }), sick.Error()},
		{"nobody", nobody, "nobody listens at " + nobody + ": start “contactbot serve”, or set CONTACTBOT_LISTEN"},
		{"another program", serves(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(page)) }), "another program answers at "},
		{"its error", serves(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, page, http.StatusNotFound) }), "(HTTP 404): set CONTACTBOT_LISTEN"},
		{"its redirect", serves(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }), "another program answers at "},
		{"no HTTP", speaks(t, "220 mail.example.com ESMTP\r\n"), "does CONTACTBOT_LISTEN say where"},
		{"no address", "nowhere", "CONTACTBOT_LISTEN: want HOST:PORT"},
	} {
		err := healthCommand{Listen: test.address}.ask(t.Context())
		switch {
		case test.want == "" && err == nil:
		case err == nil || test.want == "" || !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: %v", test.what, err)
		case test.what != "sick" && strings.ContainsAny(err.Error(), "\n<") || len(err.Error()) > 250:
			t.Errorf("%s: that is more than a line: %v", test.what, err)
		}
	}
}

// speaks is the address of what says something else than HTTP.
func speaks(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(text))
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// TestSpan: days or hours, and nothing that is neither.
func TestSpan(t *testing.T) {
	for _, test := range []struct {
		text string
		want time.Duration // 0: it is refused
	}{
		{"90d", 2160 * time.Hour}, {"1d", 24 * time.Hour}, {"2160h", 2160 * time.Hour}, {"1h30m", 90 * time.Minute},
		{"106751d", 106751 * 24 * time.Hour}, {"106752d", 0}, {"99999999999999999999d", 0}, {"-1d", 0}, {"1.5d", 0}, {"d", 0}, {"90", 0}, {"90 days", 0}, {"", 0},
	} {
		var s span
		if err := s.UnmarshalText([]byte(test.text)); time.Duration(s) != test.want || (err == nil) != (test.want != 0) {
			t.Errorf("%q is %v, %v", test.text, time.Duration(s), err)
		}
	}
}
