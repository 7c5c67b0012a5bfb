package slacktest

// Socket Mode, Slack's side.

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A socket is one connection of the app.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex // of writing
	// open: new things may be sent over it. leaving: the app was asked to
	// replace it. mute: it is half-open.
	open, leaving, mute bool
	done                chan struct{}
}

func (k *socket) send(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.conn.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	return k.conn.WriteMessage(websocket.TextMessage, text)
}

// connect answers apps.connections.open. The caller holds s.mu.
func (s *Slack) connect() map[string]any {
	ticket := s.next("ticket-")
	s.tickets[ticket] = true
	return map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(s.server.URL, "http") + "/link?ticket=" + ticket + "&app_id=" + appID}
}

var upgrader = websocket.Upgrader{
	CheckOrigin: func(*http.Request) bool { return true },
	// Socket Mode is spoken by backends only.
	ReadBufferSize: 32 << 10, WriteBufferSize: 32 << 10,
}

// link takes a connection, whose ticket works once.
func (s *Slack) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	fault := s.fault("link")
	full := len(s.open()) >= maxSockets
	if full {
		s.breaks("connections", "more than %d at once", maxSockets)
	}
	s.mu.Unlock()
	if s.suffer(fault, w, r) {
		return
	}
	if !ok || full {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{conn: conn, open: true, done: make(chan struct{})}
	s.mu.Lock()
	s.sockets = append(s.sockets, k)
	n := len(s.open())
	s.ring()
	s.mu.Unlock()
	hello := map[string]any{
		"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": appID},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
	}
	if k.send(hello) != nil {
		s.end(k)
	}
	s.wg.Go(func() { s.ping(k) })
	s.wg.Go(func() { s.read(k) })
}

// open are the connections that things may be sent over. The caller holds s.mu.
func (s *Slack) open() []*socket {
	var open []*socket
	for _, k := range s.sockets {
		if k.open {
			open = append(open, k)
		}
	}
	return open
}

func (s *Slack) openSockets() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open()
}

// Connections is how many connections the app has.
func (s *Slack) Connections() int { return len(s.openSockets()) }

func (s *Slack) ping(k *socket) {
	tick := time.NewTicker(s.Ping)
	defer tick.Stop()
	for {
		s.mu.Lock()
		mute := k.mute
		s.mu.Unlock()
		if !mute && k.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second)) != nil {
			return
		}
		select {
		case <-tick.C:
		case <-k.done:
			return
		}
	}
}

// read takes the app's acknowledgements.
func (s *Slack) read(k *socket) {
	defer s.end(k)
	for {
		_, text, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		at := time.Now()
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		wrong := json.Unmarshal(text, &ack) != nil || ack.ID == ""
		if string(ack.Payload) == "{}" {
			ack.Payload = nil // Slack's own client, @slack/socket-mode, sends it for nothing
		}
		s.mu.Lock()
		if k.mute {
			s.mu.Unlock()
			continue
		}
		d := s.pending[ack.ID]
		switch {
		case wrong:
			s.breaks("acknowledgement", "not understood")
		case len(text) >= 20_000:
			s.breaks("acknowledgement", "of 20 kB or more: Slack drops it")
		case d == nil:
			s.breaks("acknowledgement", "of an envelope that is unknown, or was acknowledged before")
		default:
			delete(s.pending, ack.ID)
		}
		s.mu.Unlock()
		if d != nil {
			d.settle(at, ack.Payload)
		}
	}
}

// end forgets a connection.
func (s *Slack) end(k *socket) {
	_ = k.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.sockets, k) {
		return
	}
	close(k.done)
	k.open = false
	s.sockets = slices.DeleteFunc(s.sockets, func(other *socket) bool { return other == k })
	s.ring()
}

// pick chooses a connection, as Slack does: any. One that is being replaced is
// taken only if there is no other. The caller holds s.mu.
func (s *Slack) pick() *socket {
	open := s.open()
	if staying := slices.DeleteFunc(slices.Clone(open), func(k *socket) bool { return k.leaving }); len(staying) > 0 {
		open = staying
	}
	if len(open) == 0 {
		return nil
	}
	return open[rand.IntN(len(open))]
}

// Refresh asks the app to replace its connection number i, as Slack does every
// few hours; behind are sent over it right behind that.
func (s *Slack) Refresh(i int, behind ...*Delivery) {
	open := s.openSockets()
	if i >= len(open) {
		return // it is gone
	}
	k := open[i]
	s.mu.Lock()
	k.leaving = true
	s.mu.Unlock()
	_ = k.send(map[string]any{"type": "disconnect", "reason": "refresh_requested", "debug_info": map[string]any{"host": "applink-1"}})
	for _, d := range behind {
		s.over(k, d)
	}
}

// Cut ends connection number i without a word.
func (s *Slack) Cut(i int) {
	if open := s.openSockets(); i < len(open) {
		s.end(open[i])
	}
}

func (s *Slack) cutAll() {
	for _, k := range s.openSockets() {
		s.end(k)
	}
}

// Mute makes connection number i half-open: it stays, and nothing comes over it
// any more.
func (s *Slack) Mute(i int) {
	k := s.openSockets()[i]
	s.mu.Lock()
	defer s.mu.Unlock()
	k.mute = true
}
