package dingtalktest

// A client that does nothing by itself.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// quiet are options under which little happens by itself.
func quiet() Options { return Options{Ping: time.Minute, PongWithin: 10 * time.Second} }

func start(t *testing.T, o Options) (*DingTalk, *Person) {
	t.Helper()
	d := New(o)
	t.Cleanup(d.Close)
	alice := d.Join(Person{ID: "alice", Name: "张三", Mobile: "13800138000", Mail: "zhangsan@example.com"})
	d.AddGroup("cid-ops", "运维", alice)
	return d, alice
}

// post posts JSON, and reads the answer.
func post(t *testing.T, address, token string, body any) (status int, answer map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("x-acs-dingtalk-access-token", token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil // the answer is lost
	}
	defer func() { _ = res.Body.Close() }()
	_ = json.NewDecoder(res.Body).Decode(&answer) // a bad day is no JSON
	return res.StatusCode, answer
}

type object = map[string]any

// opening is a good request for a ticket.
func opening(d *DingTalk) object {
	return object{
		"clientId": d.ClientID, "clientSecret": d.ClientSecret, "ua": "test", "localIp": "10.0.0.1",
		"subscriptions": []any{object{"type": "CALLBACK", "topic": botTopic}, object{"type": "EVENT", "topic": "*"}},
	}
}

// ticketOf gets a ticket, as the address to connect to.
func ticketOf(t *testing.T, d *DingTalk) string {
	t.Helper()
	status, a := post(t, d.URL()+PathOpen, "", opening(d))
	if status != http.StatusOK {
		t.Fatalf("no ticket: %d %v", status, a)
	}
	return a["endpoint"].(string) + "?ticket=" + a["ticket"].(string)
}

// A client is one connection.
type client struct {
	t    *testing.T
	conn *websocket.Conn
}

// A got is a frame that came.
type got struct {
	SpecVersion, Type, Data string
	Headers                 map[string]any
}

func (f got) id() string { return f.Headers["messageId"].(string) }

func (f got) message() (m struct {
	MsgID, SessionWebhook, SenderStaffID, SenderCorpID, ConversationType, Msgtype string
	Text                                                                          struct{ Content string }
	Content                                                                       json.RawMessage
	CreateAt                                                                      json.RawMessage
}) {
	_ = json.Unmarshal([]byte(f.Data), &m) // what is missing, the test misses
	return m
}

func dial(t *testing.T, d *DingTalk) *client {
	t.Helper()
	before := d.Connections()
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), ticketOf(t, d), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	d.Until(seeWithin, func() bool { return d.Connections() > before })
	c := &client{t, conn}
	if f := c.next(); f.Headers["topic"] != "ping" {
		t.Fatalf("the first frame is %v", f)
	} else {
		c.ack(f, nil)
	}
	return c
}

func (c *client) next() (f got) {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if err := c.conn.ReadJSON(&f); err != nil {
		c.t.Fatal(err)
	}
	return f
}

// ack acknowledges a frame; changed changes it.
func (c *client) ack(f got, changed object) {
	c.t.Helper()
	a := object{"code": 200, "headers": object{"messageId": f.id(), "contentType": "application/json"}, "message": "OK", "data": `{"response":{}}`}
	if f.Type == "SYSTEM" {
		a["data"] = f.Data
	}
	for key, value := range changed {
		a[key] = value
	}
	if err := c.conn.WriteJSON(a); err != nil {
		c.t.Fatal(err)
	}
}

// hears acknowledges what comes next.
func (c *client) hears() got {
	c.t.Helper()
	f := c.next()
	c.ack(f, nil)
	return f
}

// breaks waits until exactly one rule was broken, as it is said.
func breaks(t *testing.T, d *DingTalk, want string) {
	t.Helper()
	d.Until(5*time.Second, func() bool { return len(d.Broken()) > 0 })
	if all := d.Broken(); len(all) != 1 || !strings.Contains(all[0], want) {
		t.Errorf("broken rules: %q, want one with %q", all, want)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = nil
}

func whole(t *testing.T, d *DingTalk) {
	t.Helper()
	for _, rule := range d.Broken() {
		t.Errorf("broken rule: %s", rule)
	}
}
