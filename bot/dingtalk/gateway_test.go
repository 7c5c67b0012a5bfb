package dingtalk

// A DingTalk that does nothing but open connections, for the tests of the stream.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
)

const (
	testSecret = "s3cret-of-the-app"
	// private stands in what people write.
	private = "13800138000"
	within  = time.Minute
)

// A gateway gives tickets that work once, and hands each connection to the test.
type gateway struct {
	t      *testing.T
	server *httptest.Server
	conns  chan *peer

	mu      sync.Mutex
	opens   []time.Time
	tickets map[string]bool
	kept    []*websocket.Conn // or the collector closes them
	asked   payload.ConnectionEndpointRequest
	// answer may answer call number n in place of a ticket.
	answer func(n int, w http.ResponseWriter) bool
	// upgraded, if there is one, has a connection before the test has it.
	upgraded func(*websocket.Conn)
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{t: t, conns: make(chan *peer, 100), tickets: map[string]bool{}}
	mux := http.NewServeMux()
	g.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		g.server.Close()
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, conn := range g.kept {
			_ = conn.Close()
		}
	})
	mux.HandleFunc("POST /v1.0/gateway/connections/open", g.open)
	mux.HandleFunc("GET /connect", g.connect)
	return g
}

func (g *gateway) open(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.opens = append(g.opens, time.Now())
	n := len(g.opens)
	answer := g.answer
	err := json.NewDecoder(r.Body).Decode(&g.asked)
	secret := g.asked.ClientSecret
	ticket := fmt.Sprintf("ticket-%d&%%", n) // must be escaped
	g.tickets[ticket] = true
	g.mu.Unlock()
	if err != nil {
		g.t.Errorf("the gateway is asked with %v", err)
	}
	if answer != nil && answer(n, w) {
		return
	}
	if secret != testSecret {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"code":"authFailed","message":"鉴权失败 `+secret+`"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"endpoint": "ws" + strings.TrimPrefix(g.server.URL, "http") + "/connect", "ticket": ticket})
}

func (g *gateway) connect(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	g.mu.Lock()
	ok, upgraded := g.tickets[ticket], g.upgraded
	delete(g.tickets, ticket)
	g.mu.Unlock()
	if !ok {
		g.t.Error("a ticket that is unknown or was used")
		http.Error(w, "no such ticket", http.StatusUnauthorized)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		g.t.Error(err)
		return
	}
	g.mu.Lock()
	g.kept = append(g.kept, conn)
	g.mu.Unlock()
	if upgraded != nil {
		upgraded(conn)
	}
	g.conns <- &peer{g.t, conn}
}

// opened is when the gateway was asked.
func (g *gateway) opened() []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]time.Time(nil), g.opens...)
}

// answers sets what answers in place of a ticket.
func (g *gateway) answers(answer func(n int, w http.ResponseWriter) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = answer
}

// next is the next connection.
func (g *gateway) next() *peer {
	g.t.Helper()
	return await(g.t, g.conns, "connection")
}

func await[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(within):
		t.Fatalf("no %s", what)
	}
	return v
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for until := time.Now().Add(within); !is(); <-look.C {
		if time.Now().After(until) {
			t.Fatalf("never: %s", what)
		}
	}
}

// A peer is DingTalk's end of a connection.
type peer struct {
	t *testing.T
	*websocket.Conn
}

func (p *peer) send(frame string) {
	p.t.Helper()
	if err := p.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		p.t.Errorf("send: %v", err)
	}
}

// read is the next answer, or why there is none.
func (p *peer) read() (payload.DataFrameResponse, error) {
	if err := p.SetReadDeadline(time.Now().Add(within)); err != nil {
		return payload.DataFrameResponse{}, err
	}
	_, text, err := p.ReadMessage()
	if err != nil {
		return payload.DataFrameResponse{}, err
	}
	r, err := payload.DecodeDataFrameResponse(text)
	if err != nil {
		return payload.DataFrameResponse{}, fmt.Errorf("corrupt frame: %w", err)
	}
	return *r, nil
}

// acked wants the next answer to be to that frame.
func (p *peer) acked(id string) payload.DataFrameResponse {
	p.t.Helper()
	r, err := p.read()
	if err != nil {
		p.t.Fatalf("no answer to %s: %v", id, err)
	}
	if r.Code != 200 || r.Message != "OK" || r.Headers["messageId"] != id || r.Headers["contentType"] != "application/json" {
		p.t.Fatalf("answer %+v, want one to %s", r, id)
	}
	return r
}

// callback is a frame with a message.
func callback(id, text string) string {
	data := fmt.Sprintf(`{"msgId":"of-%s","text":{"content":%q}}`, id, text)
	return fmt.Sprintf(`{"specVersion":"1.0","type":"CALLBACK","headers":{"topic":"/v1.0/im/bot/messages/get","messageId":%q,"time":"1700000000000","contentType":"application/json"},"data":%s}`,
		id, strconv.Quote(data))
}

const disconnect = `{"type":"SYSTEM","headers":{"topic":"disconnect","messageId":"D"},"data":"{\"reason\":\"expired\"}"}`

// quick are pauses for tests.
var quick = pauses{
	First: 5 * time.Millisecond, Most: 50 * time.Millisecond, MinAge: time.Hour, Dead: time.Hour, Gateway: 2 * time.Second,
	Handshake: 2 * time.Second, Write: 2 * time.Second, Ping: time.Second, Silence: 3 * time.Second, Overlap: 3 * time.Second, Linger: 3 * time.Second,
}

// A log is what was logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// run runs a stream until end is called, which the test's end does too. What it
// logs must hold no secret, whatever the test is about.
func run(t *testing.T, o streamOptions, take func(arrival)) (s *stream, logged *log, end func()) {
	t.Helper()
	logged = &log{}
	o.HTTP, o.Log, o.ClientID = &http.Client{}, slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})), "app-1"
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ClientSecret == "" {
		o.ClientSecret = testSecret
	}
	s = newStream(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx, take) }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := await(t, ended, "end of the stream"); err != nil {
			t.Errorf("run: %v", err)
		}
		for _, secret := range []string{o.ClientSecret, "ticket-", private, "/connect"} {
			if strings.Contains(logged.String(), secret) {
				t.Errorf("%q is in the log: %s", secret, logged)
			}
			if err := s.alive(); err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%q is shown: %v", secret, err)
			}
		}
	})
	t.Cleanup(end)
	return s, logged, end
}
