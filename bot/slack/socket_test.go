package slack

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// exchange is a Slack that does nothing but open sockets: each is handed to the
// test.
func exchange(t *testing.T) (url string, sockets chan *websocket.Conn) {
	t.Helper()
	sockets = make(chan *websocket.Conn, 10)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer xapp-1" {
			t.Error("another token than the app-level one")
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(server.URL, "http") + "/link"})
	})
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		sockets <- conn
	})
	return server.URL + "/api/", sockets
}

// dial runs a socket; what arrives goes to take.
func dial(t *testing.T, url string, connections int, now func() time.Time, take func(arrival)) (s *socket, end func()) {
	t.Helper()
	s = newSocket(socketOptions{
		APIURL: url, AppToken: "xapp-1", BotToken: "xoxb-1", HTTP: http.DefaultClient, Connections: connections,
		Now: now, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.run(ctx, take) }()
	end = func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Error("the socket does not end")
		}
	}
	return s, end
}

// send puts a frame on a socket.
func send(t *testing.T, conn *websocket.Conn, frame string) {
	t.Helper()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		t.Fatal(err)
	}
}

// ackedOver is the next acknowledgement that comes over a socket.
func ackedOver(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, text, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

const (
	greeting  = `{"type":"hello","num_connections":1}`
	slashLine = `{"type":"slash_commands","envelope_id":"E1","accepts_response_payload":true,"payload":{"command":"/contact","text":"register","user_id":"U1","team_id":"T1"}}`
)

func TestSocketReceives(t *testing.T) {
	url, sockets := exchange(t)
	var late atomic.Int64 // how far the clock has gone
	arrived := make(chan arrival, 1)
	s, end := dial(t, url, 1, func() time.Time { return time.Now().Add(time.Duration(late.Load())) }, func(a arrival) {
		if a.command != nil && a.command.Text == "panic" {
			panic("a mistake")
		}
		arrived <- a
	})
	defer end()
	if err := s.alive(); err == nil {
		t.Error("alive before there is a connection")
	}
	conn := <-sockets
	send(t, conn, greeting)
	send(t, conn, strings.Replace(slashLine, "register", "panic", 1))
	send(t, conn, slashLine)
	a := <-arrived
	if a.command == nil || a.command.Text != "register" || a.at.IsZero() {
		t.Fatalf("arrived: %+v", a)
	}
	a.ack(map[string]string{"text": "hello"})
	if got := ackedOver(t, conn); got != `{"envelope_id":"E1","payload":{"text":"hello"}}` {
		t.Errorf("acknowledged with %s", got)
	}
	if err := s.alive(); err != nil {
		t.Errorf("not alive: %v", err)
	}
	send(t, conn, `{"type":"events_api","envelope_id":"E2","payload":{"type":"event_callback","event":{"type":"moon_rose"}}}`)
	if got := ackedOver(t, conn); !strings.Contains(got, "E2") {
		t.Errorf("something unknown is acknowledged with %s", got)
	}
	late.Store(int64(pingWithin + time.Second))
	if err := s.alive(); err == nil || !strings.Contains(err.Error(), "silent") {
		t.Errorf("a half-open connection counts as alive: %v", err)
	}
}

// TestSocketDisconnect: while one connection is replaced, the other receives.
func TestSocketDisconnect(t *testing.T) {
	url, sockets := exchange(t)
	arrived := make(chan arrival, 1)
	s, end := dial(t, url, 2, time.Now, func(a arrival) { arrived <- a })
	defer end()
	one, two := <-sockets, <-sockets
	send(t, one, greeting)
	send(t, two, greeting)
	send(t, one, `{"type":"disconnect","reason":"warning"}`)
	send(t, two, slashLine)
	a := <-arrived
	a.ack(nil)
	if got := ackedOver(t, two); !strings.Contains(got, "E1") {
		t.Errorf("acknowledged with %s", got)
	}
	if err := s.alive(); err != nil {
		t.Errorf("not alive with one connection: %v", err)
	}
	send(t, <-sockets, greeting) // the one that replaces it
}

// TestSocketHandshakeHangs: a shutdown does not wait for a Slack that accepts
// connections and says nothing.
func TestSocketHandshakeHangs(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	accepted := make(chan net.Conn, 1)
	go func() {
		if conn, err := mute.Accept(); err == nil {
			accepted <- conn
		}
	}()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "url": "ws://" + mute.Addr().String()})
	}))
	defer server.Close()
	_, end := dial(t, server.URL+"/api/", 1, time.Now, func(arrival) {})
	conn := <-accepted
	defer func() { _ = conn.Close() }()
	end()
}

func TestSocketRefused(t *testing.T) {
	logged := make(lines, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": "token_revoked"})
	}))
	defer server.Close()
	s := newSocket(socketOptions{
		APIURL: server.URL + "/api/", AppToken: "xapp-1", BotToken: "xoxb-1", HTTP: http.DefaultClient, Connections: 1,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(logged, nil)),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.run(ctx, func(arrival) {}) }()
	if line := <-logged; !strings.Contains(line, "level=ERROR") || !strings.Contains(line, "token_revoked") || strings.Contains(line, "xapp-1") {
		t.Errorf("logged: %s", line)
	}
	if err := s.alive(); err == nil || !strings.Contains(err.Error(), "token_revoked") || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") {
		t.Errorf("alive: %v", err)
	}
	cancel()
	<-ended
}

// lines are what is logged.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}
