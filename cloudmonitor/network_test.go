package cloudmonitor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
)

// quiet is for servers whose clients are meant to fail.
var quiet = log.New(io.Discard, "", 0)

// What goes wrong on the way, over real connections: what it is taken for, and
// that no error shows what was sent.
func TestNetwork(t *testing.T) {
	redirected := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { redirected = true }))
	defer elsewhere.Close()
	raw := func(answer string) func(*testing.T) (string, *http.Transport) {
		return func(t *testing.T) (string, *http.Transport) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				// What was asked comes back in every part of the answer.
				_, _ = fmt.Fprint(c, strings.ReplaceAll(answer, "QUERY", r.URL.RawQuery))
			}))
			t.Cleanup(s.Close)
			return s.URL, nil
		}
	}
	fault := func(what string) func(*testing.T) (string, *http.Transport) {
		return func(t *testing.T) (string, *http.Transport) {
			s, err := simulator.New(simulator.Options{Credentials: []cloudmonitor.Credentials{key}})
			if err != nil {
				t.Fatal(err)
			}
			s.Fail(simulator.Fault{What: what, Times: simulator.Always})
			srv := httptest.NewServer(s)
			t.Cleanup(srv.Close)
			t.Cleanup(s.Close)
			return srv.URL, nil
		}
	}
	tests := []struct {
		name      string
		endpoint  func(*testing.T) (string, *http.Transport)
		status    int
		want      string // part of the text
		temporary bool
		uncertain bool
	}{
		{"nobody there", func(t *testing.T) (string, *http.Transport) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			_ = l.Close()
			return "http://" + l.Addr().String(), nil
		}, 0, "connect: connection refused", true, false},
		{"no such host", func(*testing.T) (string, *http.Transport) {
			return "", &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: address, IsNotFound: true}}
			}}
		}, 0, "no such host", true, false},
		{"proxy with a password", func(*testing.T) (string, *http.Transport) {
			return "", &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) {
				return nil, fmt.Errorf("bad proxy https://user:s3cr3t@host for %s", r.URL)
			}}
		}, 0, "no answer (*errors.errorString)", true, false},
		{"unknown certificate", func(t *testing.T) (string, *http.Transport) {
			s := httptest.NewUnstartedServer(nil)
			s.Config.ErrorLog = quiet
			s.StartTLS()
			t.Cleanup(s.Close)
			return s.URL, nil
		}, 0, "certificate is not trusted", false, false},
		{"no tls", func(t *testing.T) (string, *http.Transport) {
			s := httptest.NewServer(nil)
			t.Cleanup(s.Close)
			return strings.Replace(s.URL, "http", "https", 1), nil
		}, 0, "tls: the endpoint does not speak it", false, false},
		{"closed before", fault("drop"), 0, "connection closed before the answer", true, true},
		{"closed after", fault("lost"), 0, "connection closed before the answer", true, true},
		{"hung", fault("hang"), 0, "no answer: i/o timeout", true, true},
		{"proxy page", fault("html502"), 502, "not CloudMonitor's", true, true},
		{"half an answer", raw("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{\"Code\":\"QUERY"), 200, "connection closed before the answer", true, true},
		{"no HTTP", raw("QUERY is what you said\r\n"), 0, "no answer (", true, true},
		{"bad header", raw("HTTP/1.1 200 OK\r\nQUERY\r\n\r\n"), 0, "no answer (", true, true},
		{"redirect", raw("HTTP/1.1 307 Go\r\nLocation: " + elsewhere.URL + "/?QUERY\r\nContent-Length: 0\r\n\r\n"), 307, "not CloudMonitor's", false, false},
		{"redirect to nowhere", raw("HTTP/1.1 302 Go\r\nLocation: ::%zz QUERY\r\nContent-Length: 0\r\n\r\n"), 302, "not CloudMonitor's", false, false},
		{"echo", raw("HTTP/1.1 400 No\r\n\r\n{\"Code\":\"QUERY\",\"Message\":\"QUERY\",\"RequestId\":\"QUERY\"}"), 400, "(unreadable)", false, false},
		{"endless", raw("HTTP/1.1 200 OK\r\n\r\n{\"Code\":\"200\"," + strings.Repeat(" ", 2<<20) + "}"), 200, "not CloudMonitor's", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			endpoint, transport := tt.endpoint(t)
			o := cloudmonitor.Options{Endpoint: endpoint, Credentials: cloudmonitor.Static(key), Tries: 1, Timeout: 5 * time.Second}
			if tt.name == "hung" {
				o.Timeout = 20 * time.Millisecond
			}
			if transport != nil {
				o.Transport = transport
			}
			c, err := cloudmonitor.New(o)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.PutContact(t.Context(), bob)
			var e *cloudmonitor.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Status != tt.status || e.Temporary != tt.temporary || e.Uncertain != tt.uncertain || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v (status %d, temporary %t, uncertain %t)", err, e.Status, e.Temporary, e.Uncertain)
			}
			if tt.name == "hung" && !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("no timeout: %v", err)
			}
			harmless(t, err)
		})
	}
	if redirected {
		t.Error("a redirect was followed")
	}
}

// harmless looks for what was sent, in whatever way the error is printed.
func harmless(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			text := fmt.Sprintf(verb, e)
			for _, typed := range []string{"13333333333", "bob", "example.com", "7d49515e8ebf", "oapi", "Channels", "s3cr3t", "testSK", "Signature="} {
				if strings.Contains(text, typed) {
					t.Errorf("%s shows %q: %s", verb, typed, text)
				}
			}
		}
	}
}

func TestCancelWhileHung(t *testing.T) {
	arrived := make(chan struct{})
	s, client := serve(t, simulator.Options{OnCall: func(simulator.Call) { close(arrived) }})
	s.Fail(simulator.Fault{What: "hang"})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := client(cloudmonitor.Options{}).PutContact(ctx, bob)
	var e *cloudmonitor.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Temporary || !e.Uncertain {
		t.Errorf("got %v", err)
	}
	harmless(t, err)
}

// Connections are used again, also after refusals.
func TestConnectionsAreKept(t *testing.T) {
	s, client := serve(t, simulator.Options{})
	s.Fail(simulator.Fault{What: "NoPermission"})
	s.Fail(simulator.Fault{What: "html502"})
	dials := 0
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	c := client(cloudmonitor.Options{Transport: transport, Tries: 1})
	for range 3 {
		_, _ = c.PutContact(t.Context(), bob)
	}
	if dials != 1 || len(s.Calls()) != 3 {
		t.Errorf("%d connections for %d calls", dials, len(s.Calls()))
	}
}
