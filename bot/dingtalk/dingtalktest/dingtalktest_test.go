package dingtalktest

// The stream: tickets, acknowledgements, connections.

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestTickets(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.TicketLife = 300 * time.Millisecond
	d, _ := start(t, o)
	address := ticketOf(t, d)
	for i, want := range []int{http.StatusSwitchingProtocols, http.StatusUnauthorized} {
		conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
		if err == nil {
			defer func() { _ = conn.Close() }()
		}
		if res == nil || res.StatusCode != want {
			t.Fatalf("try %d: %v, %v", i, res, err)
		}
		_ = res.Body.Close()
	}
	breaks(t, d, "used before")
	address = ticketOf(t, d)
	time.Sleep(350 * time.Millisecond)
	if _, res, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil); err == nil {
		t.Error("an old ticket works")
	} else {
		_ = res.Body.Close()
	}
	breaks(t, d, "later than")
}

func TestOpenIsChecked(t *testing.T) {
	t.Parallel()
	d, _ := start(t, quiet())
	for _, c := range []struct {
		member string
		value  any
		status int
		rule   string
	}{
		{"clientSecret", "wrong", 401, ""},
		{"clientId", 7, 400, "clientId is a number"},
		{"clientSecret", nil, 400, "clientSecret is missing"},
		{"subscriptions", "all", 400, "subscriptions is a string"},
		{"subscriptions", []any{object{"type": "EVENT", "topic": "*"}}, 200, "no subscription to"},
		{"subscriptions", []any{object{"type": "MESSAGE", "topic": "*"}}, 400, "type is not"},
		{"localIp", "here", 200, "no IP address"},
		{"localip", "10.0.0.1", 400, "no member"},
	} {
		body := opening(d)
		body[c.member] = c.value
		if status, _ := post(t, d.URL()+PathOpen, "", body); status != c.status {
			t.Errorf("%s %v: HTTP %d, want %d", c.member, c.value, status, c.status)
		}
		if c.rule != "" {
			breaks(t, d, c.rule)
		}
	}
	whole(t, d)
}

func TestRedelivery(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.Redeliver = []time.Duration{200 * time.Millisecond, 5 * time.Second}
	d, alice := start(t, o)
	c := dial(t, d)
	v := alice.Say("登记")
	first := c.next()
	breaks(t, d, "missing after")
	second := c.next()
	if first.id() == second.id() || first.message().MsgID != v.MsgID || second.message().MsgID != v.MsgID {
		t.Errorf("delivered again: frames %s, %s, messages %s, %s", first.id(), second.id(), first.message().MsgID, second.message().MsgID)
	}
	c.ack(first, nil)
	breaks(t, d, "is late")
	c.ack(second, nil)
	if _, ok := v.Wait(); !ok || v.Frames() != 2 {
		t.Errorf("acknowledged: %v after %d frames", ok, v.Frames())
	}
	c.ack(second, nil)
	breaks(t, d, "acknowledged before")
	second.Headers["messageId"] = "frame-unknown"
	c.ack(second, nil)
	breaks(t, d, "did not come over this connection")
	if !d.Settle(time.Second) {
		t.Error("something still waits")
	}
}

func TestAcknowledgementsAreChecked(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.Redeliver = []time.Duration{}
	d, alice := start(t, o)
	c := dial(t, d)
	for _, tc := range []struct {
		changed object
		want    string
	}{
		{object{"code": 500}, "code 500"},
		{object{"code": "200"}, "code is a string"},
		{object{"data": object{}}, "data is a object"},
		{object{"data": "OK"}, "no string of JSON"},
		{object{"headers": object{"messageId": "x"}}, "contentType"},
		{object{"headers": object{}}, "contentType"},
	} {
		v := alice.Say("hi")
		f := c.next()
		c.ack(f, tc.changed)
		if tc.changed["headers"] != nil {
			d.Until(seeWithin, func() bool { return len(d.Broken()) == 2 })
			d.Forgive("acknowledgement")
		} else {
			breaks(t, d, tc.want)
		}
		c.ack(f, nil)
		if _, ok := v.Wait(); !ok {
			t.Errorf("%v: a good acknowledgement does not count", tc.changed)
		}
	}
	v := d.Push("CALLBACK", "/v1.0/unknown", object{})
	c.ack(c.next(), object{"code": 404})
	if _, ok := v.Wait(); !ok {
		t.Error("an unknown topic may be acknowledged with 404")
	}
	whole(t, d)
}

func TestPings(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.Ping, o.PongWithin = 50*time.Millisecond, 500*time.Millisecond
	d, _ := start(t, o)
	c := dial(t, d)
	for range 3 {
		c.ack(c.next(), nil)
	}
	whole(t, d)
	c.next() // not answered
	breaks(t, d, "is not answered")
	if !d.Until(seeWithin, func() bool { return d.Connections() == 0 }) {
		t.Error("the connection goes on")
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.Leave, o.Redeliver = 100*time.Millisecond, []time.Duration{400 * time.Millisecond, 3 * time.Second}
	d, alice := start(t, o)
	c := dial(t, d)
	other := dial(t, d)
	d.Refresh(0, func() { alice.Say("one"); alice.Say("two") })
	if f := c.next(); f.Headers["topic"] != "disconnect" {
		t.Errorf("got %v", f)
	}
	for _, want := range []string{"one", "two"} {
		f := c.next()
		if text := f.message().Text.Content; text != want {
			t.Errorf("%q behind the disconnect, want %q", text, want)
		}
		if want == "one" {
			c.ack(f, nil)
		}
	}
	for _, want := range []string{"three", "two"} { // two comes again
		if want == "three" {
			alice.Say(want)
		}
		f := other.next()
		if text := f.message().Text.Content; text != want {
			t.Errorf("%q over the other connection, want %q", text, want)
		}
		other.ack(f, nil)
	}
	if d.Connections() != 1 {
		t.Errorf("%d connections", d.Connections())
	}
	breaks(t, d, "1 callbacks were not acknowledged before")
	if !d.Settle(5 * time.Second) {
		t.Error("something still waits")
	}
}

func TestMuteAndCut(t *testing.T) {
	t.Parallel()
	o := quiet()
	o.Redeliver = []time.Duration{300 * time.Millisecond, 300 * time.Millisecond, 5 * time.Second}
	d, alice := start(t, o)
	c := dial(t, d)
	d.Mute(0)
	v := alice.Say("into the void")
	_ = c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
	_ = c.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, _, err := c.conn.ReadMessage(); err == nil {
		t.Error("something comes over a mute connection")
	}
	d.Cut(0)
	c = dial(t, d)
	c.ack(c.next(), nil)
	if _, ok := v.Wait(); !ok {
		t.Error("not delivered over the next connection")
	}
	d.SetDown(true)
	if status, _ := post(t, d.URL()+PathOpen, "", opening(d)); status != http.StatusServiceUnavailable || d.Connections() != 0 {
		t.Errorf("while down: HTTP %d, %d connections", status, d.Connections())
	}
	d.SetDown(false)
	d.Fail(PathConnect, Fault{Lose: true})
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), ticketOf(t, d), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the connection does not end at once")
	}
	_ = conn.Close()
	dial(t, d)
	d.Pong(0)
	whole(t, d)
}

func TestBurst(t *testing.T) {
	t.Parallel()
	d, alice := start(t, quiet())
	c := dial(t, d)
	const n = 500
	go func() {
		for i := range n {
			alice.Say(strconv.Itoa(i))
		}
	}()
	for i := range n {
		if text := c.hears().message().Text.Content; text != strconv.Itoa(i) {
			t.Fatalf("%s comes as number %d", text, i)
		}
	}
	if !d.Settle(seeWithin) {
		t.Error("something still waits")
	}
	whole(t, d)
}
