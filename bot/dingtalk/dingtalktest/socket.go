package dingtalktest

// Connections, DingTalk's side.

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// writeWithin bounds how long a frame may take to be written.
const writeWithin = 10 * time.Second

// A socket is one connection of the app.
type socket struct {
	id     string
	conn   *websocket.Conn
	topics []string
	mu     sync.Mutex // of writing
	// open: it is there. leaving: the app was asked to replace it. mute: it is
	// half-open.
	open, leaving, mute bool
	done                chan struct{}
	pings               map[string]ping   // that wait for an answer, by frame
	frames              map[string]*frame // that were sent, by ID
}

// A ping waits for its answer.
type ping struct {
	opaque string
	sent   time.Time
}

// A frame is one that must be acknowledged.
type frame struct {
	d           *Delivery
	sent        time.Time
	acked, late bool
}

func (k *socket) send(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return k.conn.WriteMessage(websocket.TextMessage, text)
}

// frame makes a frame. The caller holds d.mu.
func (d *DingTalk) frame(k *socket, kind, topic string, data any) (id string, f map[string]any) {
	text, err := json.Marshal(data)
	if err != nil {
		panic(err) // of what the test gave
	}
	id = d.next("frame-")
	var at any = strconv.FormatInt(time.Now().UnixMilli(), 10)
	if d.NumericTime {
		at = time.Now().UnixMilli()
	}
	return id, map[string]any{
		"specVersion": "1.0", "type": kind, "data": string(text), "headers": map[string]any{
			"appId": "app-1", "connectionId": k.id, "contentType": "application/json", "messageId": id, "time": at, "topic": topic,
		},
	}
}

// open are the connections that are there. The caller holds d.mu.
func (d *DingTalk) open() []*socket {
	return slices.DeleteFunc(slices.Clone(d.sockets), func(k *socket) bool { return !k.open })
}

func (d *DingTalk) openSockets() []*socket {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open()
}

// Connections is how many connections the app has.
func (d *DingTalk) Connections() int { return len(d.openSockets()) }

// ping asks again and again whether the app is there.
func (d *DingTalk) ping(k *socket) {
	tick := time.NewTicker(d.Ping)
	defer tick.Stop()
	for {
		d.mu.Lock()
		mute := k.mute
		opaque := d.next("opaque-")
		id, f := d.frame(k, "SYSTEM", "ping", map[string]any{"opaque": opaque})
		if !mute {
			k.pings[id] = ping{opaque, time.Now()}
		}
		d.mu.Unlock()
		if !mute {
			if k.send(f) != nil {
				d.end(k)
				return
			}
			d.wg.Go(func() { d.awaitPong(k, id) })
		}
		select {
		case <-tick.C:
		case <-k.done:
			return
		}
	}
}

// awaitPong ends the connection if a ping is not answered.
func (d *DingTalk) awaitPong(k *socket, id string) {
	late := time.NewTimer(d.PongWithin)
	defer late.Stop()
	select {
	case <-late.C:
	case <-k.done:
		return
	}
	d.mu.Lock()
	_, waits := k.pings[id]
	if waits = waits && !k.mute && k.open; waits {
		d.breaks("ping", "is not answered after %v", d.PongWithin)
	}
	d.mu.Unlock()
	if waits {
		d.end(k)
	}
}

// read takes what the app sends.
func (d *DingTalk) read(k *socket) {
	defer d.end(k)
	k.conn.SetPingHandler(func(data string) error {
		d.mu.Lock()
		mute := k.mute
		d.mu.Unlock()
		if !mute {
			_ = k.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		}
		return nil
	})
	for {
		_, text, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		d.answered(k, text)
	}
}

// end forgets a connection.
func (d *DingTalk) end(k *socket) {
	_ = k.conn.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !k.open {
		return
	}
	k.open = false
	close(k.done)
	d.sockets = slices.DeleteFunc(d.sockets, func(other *socket) bool { return other == k })
	if len(d.sockets) == 0 {
		d.renew = true // perhaps the app was ended, and its token with it
	}
	d.ring()
}

// pick chooses a connection, as DingTalk does: any. One that is being replaced is
// taken only if there is no other. The caller holds d.mu.
func (d *DingTalk) pick(topic string) *socket {
	if d.via != nil {
		return d.via
	}
	open := slices.DeleteFunc(d.open(), func(k *socket) bool { return topic == botTopic && !slices.Contains(k.topics, topic) })
	if staying := slices.DeleteFunc(slices.Clone(open), func(k *socket) bool { return k.leaving }); len(staying) > 0 {
		open = staying
	}
	if len(open) == 0 {
		return nil
	}
	return open[rand.IntN(len(open))]
}

// Refresh asks the app to replace its connection number i, as DingTalk does every
// few hours. What people do in behind, which may be nil, is told over it right
// behind that. It ends after Options.Leave.
func (d *DingTalk) Refresh(i int, behind func()) {
	open := d.openSockets()
	if i >= len(open) {
		return // it is gone
	}
	k := open[i]
	d.mu.Lock()
	k.leaving = true
	_, f := d.frame(k, "SYSTEM", "disconnect", map[string]any{"reason": "connection is expired"})
	d.mu.Unlock()
	_ = k.send(f)
	d.wg.Go(func() {
		wait := time.NewTimer(d.Leave)
		defer wait.Stop()
		select {
		case <-wait.C:
			d.leave(k)
		case <-k.done:
		}
	})
	if behind == nil {
		return
	}
	d.setVia(k)
	defer d.setVia(nil)
	behind()
}

func (d *DingTalk) setVia(k *socket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.via = k
}

// leave ends a connection that the app was asked to replace.
func (d *DingTalk) leave(k *socket) {
	d.mu.Lock()
	missing := 0
	for _, f := range k.frames {
		// What was sent in the last moment may be on its way.
		if !f.acked && !f.late && !k.mute && time.Since(f.sent) > min(time.Second, d.Leave/2) {
			missing++
		}
	}
	if missing > 0 {
		d.breaks("disconnect", "%d callbacks were not acknowledged before the connection ended, %v later", missing, d.Leave)
	}
	d.mu.Unlock()
	d.end(k)
}

// Cut ends connection number i without a word.
func (d *DingTalk) Cut(i int) {
	if open := d.openSockets(); i < len(open) {
		d.end(open[i])
	}
}

func (d *DingTalk) cutAll() {
	for _, k := range d.openSockets() {
		d.end(k)
	}
}

// Mute makes connection number i half-open: it stays, and nothing comes over it
// any more.
func (d *DingTalk) Mute(i int) {
	k := d.openSockets()[i]
	d.mu.Lock()
	defer d.mu.Unlock()
	k.mute = true
}

// Pong sends a pong that nobody asked for over connection number i.
func (d *DingTalk) Pong(i int) {
	_ = d.openSockets()[i].conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second))
}
