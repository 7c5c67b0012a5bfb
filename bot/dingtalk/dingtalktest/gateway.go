package dingtalktest

// The gateway: where an app gets a ticket for a connection.

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// botTopic is the topic of messages to the robot.
// Source: DingTalk, "Stream mode", section "Protocol".
const botTopic = "/v1.0/im/bot/messages/get"

// A ticket is good for one connection.
type ticket struct {
	given  time.Time
	topics []string // of callbacks
}

// openConnection gives a ticket. The caller holds d.mu.
func (d *DingTalk) openConnection(r request) reply {
	var call struct {
		ClientID      string `json:"clientId"`
		ClientSecret  string `json:"clientSecret"`
		Subscriptions []struct {
			Type  string `json:"type"`
			Topic string `json:"topic"`
		} `json:"subscriptions"`
		UA      string            `json:"ua"`
		LocalIP string            `json:"localIp"`
		Extras  map[string]string `json:"extras"`
	}
	if err := strictly(r.body, &call, "clientId*", "clientSecret*", "subscriptions*", "ua", "localIp", "extras"); err != nil {
		return d.refuses(r, http.StatusBadRequest, "invalidParameter", err.Error())
	}
	if call.ClientID != d.ClientID || call.ClientSecret != d.ClientSecret {
		return refused(http.StatusUnauthorized, "authFailed", "鉴权失败")
	}
	if call.LocalIP != "" && net.ParseIP(call.LocalIP) == nil {
		d.breaks(r.path, "localIp is no IP address")
	}
	var topics []string
	for _, s := range call.Subscriptions {
		switch {
		case !slices.Contains([]string{"SYSTEM", "EVENT", "CALLBACK"}, s.Type):
			return d.refuses(r, http.StatusBadRequest, "invalidParameter", "a subscription's type is not SYSTEM, EVENT or CALLBACK")
		case s.Topic == "":
			return d.refuses(r, http.StatusBadRequest, "invalidParameter", "a subscription has no topic")
		case s.Type == "CALLBACK":
			topics = append(topics, s.Topic)
		}
	}
	if !slices.Contains(topics, botTopic) {
		d.breaks(r.path, "no subscription to %s", botTopic)
	}
	id := d.next("ticket-")
	d.tickets[id] = ticket{given: time.Now(), topics: topics}
	return reply{http.StatusOK, map[string]any{"endpoint": "ws" + strings.TrimPrefix(d.server.URL, "http") + PathConnect, "ticket": id}}
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// connect takes a connection, whose ticket works once.
func (d *DingTalk) connect(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("ticket")
	d.mu.Lock()
	d.calls[PathConnect]++
	t, ok := d.tickets[id]
	delete(d.tickets, id)
	fault := d.fault(PathConnect)
	if !ok {
		d.breaks("ticket", "is unknown, or was used before")
	} else if time.Since(t.given) > d.TicketLife {
		d.breaks("ticket", "was used later than %v", d.TicketLife)
		ok = false
	}
	d.ring()
	d.mu.Unlock()
	if d.suffer(fault, w, r) {
		return
	}
	if !ok {
		http.Error(w, "no such ticket", http.StatusUnauthorized)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	d.mu.Lock()
	if d.closed || fault.Lose {
		d.mu.Unlock()
		_ = conn.Close()
		return
	}
	k := &socket{
		id: d.next("connection-"), conn: conn, topics: t.topics, open: true, done: make(chan struct{}),
		pings: map[string]ping{}, frames: map[string]*frame{},
	}
	d.sockets = append(d.sockets, k)
	// While closed is false, Close has yet to wait for these.
	d.wg.Go(func() { d.ping(k) })
	d.wg.Go(func() { d.read(k) })
	d.ring()
	d.mu.Unlock()
}
