package dingtalk

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestStreamReceives(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	arrived := make(chan arrival, 10)
	var late atomic.Int64 // how far the clock has gone
	now := func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	s, logged, end := run(t, streamOptions{APIURL: g.server.URL + "/", Now: now, Pauses: quick}, func(a arrival) {
		if strings.Contains(string(a.data), "panic") {
			panic("a mistake of " + private)
		}
		arrived <- a
	})
	p := g.next()
	eventually(t, "alive", func() bool { return s.alive() == nil })
	g.mu.Lock()
	asked := g.asked
	g.mu.Unlock()
	subscribed := ""
	for _, sub := range asked.Subscriptions {
		subscribed += sub.Type + " " + sub.Topic + "; "
	}
	if asked.ClientId != "app-1" || subscribed != "SYSTEM ping; SYSTEM disconnect; CALLBACK /v1.0/im/bot/messages/get; " || asked.UserAgent == "" {
		t.Errorf("the gateway is asked with %+v, %s", asked, subscribed)
	}

	p.send(callback("M1", "my number is "+private))
	a := await(t, arrived, "arrival")
	if a.topic != topics[0] || a.id != "M1" || a.at.IsZero() || !strings.Contains(string(a.data), private) {
		t.Errorf("arrived: %+v", a)
	}
	a.ack()
	a.ack()
	a.refuse()
	p.acked("M1")
	p.send(callback("M2", "cannot be stored"))
	a = await(t, arrived, "arrival")
	a.refuse()
	a.ack() // too late
	p.send(callback("M3", "panic"))
	p.send(`{"type":"CALLBACK","headers":{"messageId":"x","text":"` + private)
	p.send(`null`)
	p.send(private)
	for _, test := range []struct{ id, frame, data string }{
		{"P1", `{"type":"SYSTEM","headers":{"topic":"ping","messageId":"P1"},"data":"{\"opaque\":\"0-1\"}"}`, `{"opaque":"0-1"}`},
		{"2", `{"type":"SYSTEM","headers":{"topic":"ping","messageId":2,"time":1700000000000},"data":{"opaque":"0-2"}}`, `{"opaque":"0-2"}`},
		{"P3", `{"type":"SYSTEM","headers":{"topic":"ping","messageId":"P3"},"data":"` + private + ` is no JSON"}`, private + " is no JSON"},
		{"P4", `{"type":"SYSTEM","headers":{"topic":"ping","messageId":"P4"}}`, "{}"},
		{"E1", `{"type":"EVENT","headers":{"topic":"*","messageId":"E1"},"data":"{}"}`, `{"status":"SUCCESS","message":"success"}`},
		{"C1", `{"type":"CALLBACK","headers":{"topic":"/v9/moon/rose","messageId":"C1"},"data":"{}"}`, "{}"},
		{"C2", `{"type":"CALLBACK","headers":{"topic":"/v1.0/im/bot/messages/get","messageId":"C2"},"data":"{` + private + `"}`, "{}"},
		{"X1", `{"type":"` + private + ` sent","headers":{"topic":"say ` + private + `","messageId":"X1"}}`, "{}"},
		{"X2", `{"headers":{"messageId":"X2","topic":null,"other":{}},"data":null}`, "{}"},
	} {
		p.send(test.frame)
		if r := p.acked(test.id); r.Data != test.data {
			t.Errorf("%s is answered with %s, want %s", test.frame, r.Data, test.data)
		}
	}
	p.send(`{"type":"SYSTEM","headers":{"topic":"ping"},"data":"{}"}`) // no ID: nothing to answer to

	// A number among the headers, and data that is an object, lose nothing.
	p.send(`{"type":"CALLBACK","time":1,"headers":{"topic":"/v1.0/im/bot/messages/get","messageId":7,"time":1700000000000},"data":{"msgId":"m"}}`)
	a = await(t, arrived, "arrival")
	if a.id != "7" || string(a.data) != `{"msgId":"m"}` {
		t.Errorf("arrived: %s %s", a.id, a.data)
	}
	a.ack()
	p.acked("7")

	late.Store(int64(quick.Silence + time.Second))
	if err := s.alive(); err == nil || !strings.Contains(err.Error(), "silent") {
		t.Errorf("a silent connection counts as alive: %v", err)
	}
	end()
	if !strings.Contains(logged.String(), "panicked") {
		t.Error("the panic is not logged")
	}
	if n := len(g.opened()); n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// TestStreamHalfOpen: a connection over which nothing comes any more, not even
// the answer to a ping, is replaced.
func TestStreamHalfOpen(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	fast := quick
	fast.Ping, fast.Silence = 20*time.Millisecond, 150*time.Millisecond
	_, logged, end := run(t, streamOptions{APIURL: g.server.URL, Pauses: fast}, func(a arrival) { a.ack() })
	dead := g.next()
	defer func() { _ = dead.Close() }() // nobody reads it
	p := g.next()
	// This one is read, so that its pings are answered: it stays.
	pings := make(chan bool, 100)
	answer := p.PingHandler()
	p.SetPingHandler(func(data string) error { pings <- true; return answer(data) })
	go func() { _, _ = p.read() }()
	for range 20 { // longer than Silence
		await(t, pings, "ping")
	}
	if n := len(g.opened()); n != 2 {
		t.Errorf("%d connections were opened, want 2", n)
	}
	end()
	if !strings.Contains(logged.String(), "no answer in time") {
		t.Errorf("logged: %s", logged)
	}
}

// TestStreamDisconnect: what comes behind the notice that a connection is about to
// be closed is taken and acknowledged over it, while the next one is open.
func TestStreamDisconnect(t *testing.T) {
	t.Parallel()
	for _, closes := range []bool{true, false} {
		t.Run(fmt.Sprintf("dingtalk closes it %t", closes), func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			own := quick
			if !closes {
				own.Overlap = 1500 * time.Millisecond
			}
			arrived := make(chan arrival, 100)
			s, logged, _ := run(t, streamOptions{APIURL: g.server.URL, Pauses: own}, func(a arrival) { arrived <- a })
			old := g.next()
			old.send(disconnect)
			for i := range 30 {
				old.send(callback(fmt.Sprint("M", i), "hello"))
			}
			old.send(disconnect) // once more changes nothing
			young := g.next()
			young.send(callback("Y", "hello"))
			if closes {
				_ = old.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
			}
			for range 31 {
				await(t, arrived, "arrival").ack()
			}
			for i := range 30 {
				old.acked(fmt.Sprint("M", i))
			}
			young.acked("Y")
			_, err := old.read()
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("the old connection ends with %v", err)
			}
			if err := s.alive(); err != nil {
				t.Errorf("not alive: %v", err)
			}
			if n := len(g.opened()); n != 2 {
				t.Errorf("%d connections were opened, want 2; logged: %s", n, logged)
			}
		})
	}
}

// TestStreamBurst: acknowledgements that are given all at once are written one
// after the other.
func TestStreamBurst(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	run(t, streamOptions{APIURL: g.server.URL, Pauses: quick}, func(a arrival) { go a.ack() })
	p := g.next()
	const all = 500
	go func() {
		for i := range all {
			p.send(callback(fmt.Sprint("M", i), "hello"))
			if i%10 == 0 {
				_ = p.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second))
			}
		}
	}()
	var pongs int
	p.SetPongHandler(func(data string) error {
		if data == "there?" {
			pongs++
		}
		return nil
	})
	got := map[string]int{}
	for range all {
		r, err := p.read()
		if err != nil {
			t.Fatalf("after %d acknowledgements: %v", len(got), err)
		}
		got[r.Headers["messageId"]]++
	}
	if len(got) != all || pongs < all/10-1 {
		t.Errorf("%d of %d are acknowledged, and %d pings", len(got), all, pongs)
	}
}

// TestStreamAcceptsThenCloses: a gateway that closes what it has opened is not
// asked in a circle.
func TestStreamAcceptsThenCloses(t *testing.T) {
	t.Parallel()
	for _, notice := range []bool{false, true} {
		t.Run(fmt.Sprintf("with notice %t", notice), func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			g.upgraded = func(conn *websocket.Conn) {
				if notice {
					_ = conn.WriteMessage(websocket.TextMessage, []byte(disconnect))
				} else {
					_ = conn.Close()
				}
			}
			slow := quick
			slow.First, slow.Most, slow.Overlap = 40*time.Millisecond, 320*time.Millisecond, 50*time.Millisecond
			run(t, streamOptions{APIURL: g.server.URL, Pauses: slow}, func(a arrival) { a.ack() })
			for range 6 {
				g.next()
			}
			opens := g.opened()
			// 40, 80, 160, 256 and 256 ms, less the jitter
			if took := opens[5].Sub(opens[0]); took < 590*time.Millisecond {
				t.Errorf("6 connections were opened in %v", took)
			}
		})
	}
}

// TestStreamGatewayFails: a gateway that fails is asked again, ever more slowly,
// at the beginning as well as later.
func TestStreamGatewayFails(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	var down atomic.Bool
	down.Store(true)
	g.answers(func(_ int, w http.ResponseWriter) bool {
		if down.Load() {
			http.Error(w, "<html>ticket-"+private, http.StatusServiceUnavailable)
		}
		return down.Load()
	})
	slow := quick
	slow.First, slow.Most, slow.MinAge = 20*time.Millisecond, 160*time.Millisecond, time.Nanosecond
	s, logged, end := run(t, streamOptions{APIURL: g.server.URL, Pauses: slow}, func(a arrival) { a.ack() })
	first := 0 // of the attempts that fail
	for range 2 {
		eventually(t, "five attempts", func() bool { return len(g.opened()) >= first+5 })
		if err := s.alive(); err == nil || !strings.Contains(err.Error(), "HTTP 503") {
			t.Errorf("alive: %v", err)
		}
		opens := g.opened()[first:]
		// 20, 40, 80 and 128 ms, less the jitter
		if took := opens[4].Sub(opens[0]); took < 200*time.Millisecond {
			t.Errorf("asked 5 times in %v", took)
		}
		down.Store(false)
		p := g.next()
		p.send(callback("M", "hello"))
		p.acked("M")
		if err := s.alive(); err != nil {
			t.Errorf("not alive: %v", err)
		}
		down.Store(true)
		first = len(g.opened())
		_ = p.Close()
	}
	end()
	if strings.Contains(logged.String(), "level=ERROR") {
		t.Errorf("logged: %s", logged)
	}
}

// TestStreamRefused: a wrong secret is for an operator, who is told so.
func TestStreamRefused(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	own := quick
	own.Dead = 300 * time.Millisecond
	s, logged, end := run(t, streamOptions{APIURL: g.server.URL, ClientSecret: "wr0ng-secret", Pauses: own}, func(arrival) {})
	eventually(t, "a second attempt", func() bool { return len(g.opened()) >= 2 })
	if opens := g.opened(); opens[1].Sub(opens[0]) < own.Dead {
		t.Errorf("asked again after %v", opens[1].Sub(opens[0]))
	}
	if err := s.alive(); err == nil || !strings.Contains(err.Error(), "HTTP 401 authFailed") || !strings.Contains(err.Error(), "client secret") {
		t.Errorf("alive: %v", err)
	}
	end()
	if !strings.Contains(logged.String(), "level=ERROR") || !strings.Contains(logged.String(), "client secret") {
		t.Errorf("logged: %s", logged)
	}
}

// TestStreamEnds: when everything ends, what is owed is acknowledged, and the
// stream does not come back.
func TestStreamEnds(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	arrived := make(chan arrival, 10)
	_, _, end := run(t, streamOptions{APIURL: g.server.URL, Pauses: quick}, func(a arrival) { arrived <- a })
	p := g.next()
	p.send(callback("M1", "hello"))
	a := await(t, arrived, "arrival")
	ended := make(chan bool)
	go func() { defer close(ended); end() }()
	select {
	case <-ended:
		t.Error("ended with an acknowledgement owed")
	case <-time.After(100 * time.Millisecond):
	}
	p.send(callback("M2", "nobody would store it"))
	a.ack()
	p.acked("M1")
	if _, err := p.read(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the connection ends with %v", err)
	}
	await(t, ended, "end")
	select {
	case <-g.conns:
		t.Error("the stream came back")
	case <-arrived:
		t.Error("something was taken after the end")
	case <-time.After(200 * time.Millisecond):
	}
	a.refuse() // late calls do no harm
}

// TestStreamEndsAnyway: nothing makes the end wait for long.
func TestStreamEndsAnyway(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	for _, test := range []struct {
		name  string
		url   func(*gateway) string
		setup func(*gateway)
		ready func(*gateway)
	}{
		{name: "an acknowledgement never comes", ready: func(g *gateway) { g.next().send(callback("M", "hello")) }},
		{name: "the gateway says nothing", url: func(*gateway) string { return "http://" + mute.Addr().String() }},
		{name: "the handshake hangs", setup: func(g *gateway) {
			g.answer = func(_ int, w http.ResponseWriter) bool {
				_, _ = fmt.Fprintf(w, `{"endpoint":"ws://%s/connect","ticket":"ticket-1"}`, mute.Addr())
				return true
			}
		}, ready: func(g *gateway) { eventually(g.t, "an attempt", func() bool { return len(g.opened()) > 0 }) }},
		{name: "in a pause", setup: func(g *gateway) {
			g.answer = func(_ int, w http.ResponseWriter) bool {
				w.Header().Set("Retry-After", "200")
				w.WriteHeader(http.StatusTooManyRequests)
				return true
			}
		}, ready: func(g *gateway) { eventually(g.t, "an attempt", func() bool { return len(g.opened()) > 0 }) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			if test.setup != nil {
				test.setup(g)
			}
			url := g.server.URL
			if test.url != nil {
				url = test.url(g)
			}
			never := quick
			never.Gateway, never.Handshake, never.Linger = time.Hour, time.Hour, 500*time.Millisecond
			arrived := make(chan arrival, 1)
			_, _, end := run(t, streamOptions{APIURL: url, Pauses: never}, func(a arrival) { arrived <- a })
			if test.ready != nil {
				test.ready(g)
			}
			select {
			case <-arrived:
			case <-time.After(100 * time.Millisecond):
			}
			before := time.Now()
			end()
			if took := time.Since(before); took > 2*time.Second {
				t.Errorf("ended after %v", took)
			}
		})
	}
}

// TestStreamDeadlines: neither a gateway nor a host that says nothing is waited
// for for ever.
func TestStreamDeadlines(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	g := newGateway(t)
	g.answer = func(_ int, w http.ResponseWriter) bool {
		_, _ = fmt.Fprintf(w, `{"endpoint":"ws://%s/connect","ticket":"ticket-1"}`, mute.Addr())
		return true
	}
	own := quick
	own.Gateway, own.Handshake = 100*time.Millisecond, 100*time.Millisecond
	for _, url := range []string{"http://" + mute.Addr().String(), g.server.URL} {
		s, _, _ := run(t, streamOptions{APIURL: url, Pauses: own}, func(arrival) {})
		eventually(t, "it is given up", func() bool { err := s.alive(); return err != nil && strings.Contains(err.Error(), "no answer in time") })
	}
}

// TestStreamUnsolicitedPong: a pong that nobody asked for does no harm.
func TestStreamUnsolicitedPong(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	run(t, streamOptions{APIURL: g.server.URL, Pauses: quick}, func(a arrival) { a.ack() })
	p := g.next()
	for i := range 20 {
		if err := p.WriteControl(websocket.PongMessage, []byte("x"), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		p.send(callback(fmt.Sprint("M", i), "hello"))
		p.acked(fmt.Sprint("M", i))
	}
	if n := len(g.opened()); n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// TestStreamBusy: who takes long does not make the connection look dead.
func TestStreamBusy(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	own := quick
	own.Ping, own.Silence = 20*time.Millisecond, 200*time.Millisecond
	run(t, streamOptions{APIURL: g.server.URL, Pauses: own}, func(a arrival) { <-time.After(300 * time.Millisecond); a.ack() })
	p := g.next()
	p.send(callback("M1", "hello"))
	p.send(callback("M2", "hello"))
	p.acked("M1")
	p.acked("M2")
	p.send(callback("M3", "hello"))
	p.acked("M3")
	if n := len(g.opened()); n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// TestLinkFull: acknowledgements that find no room are dropped, and nobody waits.
func TestLinkFull(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	s, logged, end := run(t, streamOptions{APIURL: g.server.URL, Pauses: quick}, func(arrival) {})
	g.next()
	eventually(t, "alive", func() bool { return s.alive() == nil })
	l := &link{stream: s, out: make(chan outgoing, 1), written: make(chan struct{})} // nobody writes
	settled := 0
	for range 3 {
		l.put(outgoing{settled: func() { settled++ }})
	}
	close(l.written)
	l.put(outgoing{settled: func() { settled++ }})
	end()
	if settled != 3 || !strings.Contains(logged.String(), "too many wait") || !strings.Contains(logged.String(), "too late") {
		t.Errorf("%d of 3 are settled; logged: %s", settled, logged)
	}
}

// TestReason: what is logged of an error quotes nothing.
func TestReason(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&websocket.CloseError{Code: 1001, Text: private}, "DingTalk closed it with 1001"},
		{&websocket.CloseError{Code: 1006, Text: private}, "the connection broke"},
		{&net.DNSError{Err: "no such host", Name: private}, "the host's name cannot be resolved"},
		{errors.New(private), "DingTalk cannot be reached"},
	} {
		if got := reason(test.err); got != test.want {
			t.Errorf("%T: %s, want %s", test.err, got, test.want)
		}
	}
}
