package dingtalk

// A link is one connection: who reads it, and who writes it.

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"
)

const (
	// maxWaiting is how many answers wait for a connection.
	maxWaiting = 4096
	// lingerLook is how often it is looked whether something is owed.
	lingerLook = 20 * time.Millisecond
	// lastWrites is how long the last answers may take to be written when
	// everything ends.
	lastWrites = 300 * time.Millisecond
)

// A link is a connection with one reader and one writer.
type link struct {
	*stream
	conn *websocket.Conn

	out   chan outgoing
	owed  atomic.Int64 // how much is neither acknowledged nor refused
	heard atomic.Int64 // when anything came last, in nanoseconds since 1970

	leave, finish func()        // close, once:
	leaving       chan struct{} // another connection is wanted
	finishing     chan struct{} // the writer writes what waits, and ends
	written       chan struct{} // closed by the writer: it has ended
}

// An outgoing is one message that waits for the writer.
type outgoing struct {
	kind    int // of websocket
	text    []byte
	settled func() // it is written, or given up
}

func (s *stream) newLink(conn *websocket.Conn) *link {
	l := &link{
		stream: s, conn: conn, out: make(chan outgoing, maxWaiting),
		leaving: make(chan struct{}), finishing: make(chan struct{}), written: make(chan struct{}),
	}
	l.leave = sync.OnceFunc(func() { close(l.leaving) })
	l.finish = sync.OnceFunc(func() { close(l.finishing) })
	l.hear()
	s.mu.Lock()
	s.links[l] = true
	s.mu.Unlock()
	return l
}

// live receives until the connection is over, or ctx ends.
func (l *link) live(ctx context.Context, take func(arrival)) {
	go l.write()
	stop := context.AfterFunc(ctx, func() { l.end() })
	err := l.read(ctx, take)
	l.mu.Lock()
	delete(l.links, l)
	l.mu.Unlock()
	select {
	case <-l.leaving:
		l.Log.InfoContext(ctx, "dingtalk connection ended as it should", "reason", reason(err))
	default:
		l.Log.WarnContext(ctx, "dingtalk connection ended, another is opened", "reason", reason(err))
	}
	l.leave()
	// When DingTalk closes a connection in order, what is owed can still be sent.
	if !orderly(err) {
		_ = l.conn.Close()
		l.finish()
	}
	if stop() {
		l.end()
	}
	<-l.written
	_ = l.conn.Close()
}

// orderly tells whether DingTalk closed a connection, from that it broke.
func orderly(err error) bool {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	return ok && closed.Code != websocket.CloseAbnormalClosure
}

// end ends the connection, after what is owed was sent.
func (l *link) end() {
	l.leave()
	select {
	case <-l.written:
	default:
		l.linger()
	}
	l.finish()
	late := time.NewTimer(lastWrites)
	defer late.Stop()
	select {
	case <-l.written:
	case <-late.C:
	}
	_ = l.conn.Close()
}

// linger waits until nothing is owed, or for long enough.
func (l *link) linger() {
	late := time.NewTimer(l.Pauses.Linger)
	defer late.Stop()
	look := time.NewTicker(lingerLook)
	defer look.Stop()
	for l.owed.Load() > 0 {
		select {
		case <-look.C:
		case <-l.written:
			return
		case <-late.C:
			return
		}
	}
}

// hear notes that something came. The reader calls it, so it may move the
// reader's deadline.
func (l *link) hear() {
	l.heard.Store(l.Now().UnixNano())
	_ = l.conn.SetReadDeadline(time.Now().Add(l.Pauses.Silence)) // read says so if it is closed
}

// read takes what comes until the connection is over.
func (l *link) read(ctx context.Context, take func(arrival)) error {
	// The handlers are called within ReadMessage. The library's own write.
	l.conn.SetPongHandler(func(string) error { l.hear(); return nil })
	l.conn.SetPingHandler(func(data string) error {
		l.hear()
		l.put(outgoing{websocket.PongMessage, []byte(data), func() {}})
		return nil
	})
	l.conn.SetCloseHandler(func(int, string) error { return nil })
	for {
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			return err
		}
		if ctx.Err() == nil { // later, nobody would store what follows
			l.frame(text, take)
		}
		l.hear()
	}
}

// frame hands on what came. A mistake in what follows must not end the
// connection; what it panicked with is not logged, for it may quote a person.
func (l *link) frame(text []byte, take func(arrival)) {
	defer func() {
		if recover() != nil {
			l.Log.Error("receiving panicked", "stack", string(debug.Stack()))
		}
	}()
	f, err := decode(text)
	if err != nil {
		l.Log.Warn("dingtalk sent something that cannot be read, it is left", "bytes", len(text))
		return
	}
	switch {
	case f.kind == utils.SubscriptionTypeKSystem && f.topic == topicPing:
		l.acknowledge(f, func() {})
	case f.kind == utils.SubscriptionTypeKSystem && f.topic == topicDisconnect: // wants no answer
		l.retire()
	case f.kind == utils.SubscriptionTypeKCallback && slices.Contains(topics, f.topic) && json.Valid(f.data):
		l.owed.Add(1)
		once := sync.OnceFunc(func() { l.owed.Add(-1) })
		var said atomic.Bool
		take(arrival{
			topic: f.topic, data: f.data, id: f.id, at: l.Now(),
			ack: func() {
				if said.CompareAndSwap(false, true) {
					l.acknowledge(f, once)
				}
			},
			refuse: func() {
				if said.CompareAndSwap(false, true) {
					once()
				}
			},
		})
	default:
		l.Log.Info("dingtalk sent something unknown, it is acknowledged and left", "type", name(f.kind), "topic", name(f.topic))
		l.acknowledge(f, func() {})
	}
}

// retire has another connection opened, and this one ended when DingTalk does
// not do it.
func (l *link) retire() {
	select {
	case <-l.leaving:
		return // said before
	default:
	}
	l.Log.Info("dingtalk is about to close the connection, another is opened")
	l.leave()
	late := time.AfterFunc(l.Pauses.Overlap, l.end)
	go func() {
		<-l.written
		late.Stop()
	}()
}

// acknowledge answers a frame.
func (l *link) acknowledge(f frame, settled func()) {
	if f.id == "" { // there is nothing to answer to
		settled()
		return
	}
	l.put(outgoing{websocket.TextMessage, f.answer(), settled})
}

// put lets a message wait for its turn. It does not block.
func (l *link) put(o outgoing) {
	select {
	case <-l.written:
		o.settled()
		l.Log.Warn("an answer came too late for its connection, dingtalk may send it again")
		return
	default:
	}
	select {
	case l.out <- o:
	default:
		o.settled()
		l.Log.Warn("an answer is dropped, dingtalk may send it again", "reason", "too many wait")
	}
}

// write writes what waits, and pings, until it is told to finish or cannot.
func (l *link) write() {
	defer close(l.written)
	tick := time.NewTicker(l.Pauses.Ping)
	defer tick.Stop()
	for {
		var o outgoing
		select {
		case o = <-l.out:
		case <-tick.C:
			o = outgoing{websocket.PingMessage, nil, func() {}}
		case <-l.finishing:
			select {
			case o = <-l.out: // it waited before
			default:
				_ = l.conn.SetWriteDeadline(time.Now().Add(lastWrites))
				_ = l.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
				return
			}
		}
		_ = l.conn.SetWriteDeadline(time.Now().Add(l.Pauses.Write)) // the write says so if it is closed
		err := l.conn.WriteMessage(o.kind, o.text)
		o.settled()
		if err != nil {
			l.Log.Warn("an answer could not be written, dingtalk may send it again", "reason", reason(err), "waiting", len(l.out))
			_ = l.conn.Close() // so that the reader ends
			return
		}
	}
}
