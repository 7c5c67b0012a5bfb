package slack

// Socket Mode: connections that Slack's messages come over.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

const (
	// pingWithin is how often Slack pings at least.
	// Source: slack-go, socketmode, defaultMaxPingInterval.
	pingWithin = 30 * time.Second
	// handshakeWithin bounds the opening of a connection.
	handshakeWithin = 15 * time.Second
	// writeBuffer holds any answer in one frame; Slack does not put frames
	// together. Source: slack-go, socketmode, defaultWriteBufferSize.
	writeBuffer = 32 << 10
)

// socketOptions are the parts of a socket.
type socketOptions struct {
	APIURL, AppToken, BotToken string
	HTTP                       *http.Client
	Connections                int           // default 2: while one is replaced, the other receives
	PingWithin                 time.Duration // silence after which a connection is dead; default 30 s
	Now                        func() time.Time
	Log                        *slog.Logger
}

// A socket is a set of connections over which Slack sends each thing once.
type socket struct {
	socketOptions
	conns []*connection
}

// A connection is one of them, replaced as often as need be.
type connection struct {
	*socket
	gate  *gate
	hello atomic.Bool  // Slack has greeted
	heard atomic.Int64 // when anything came last, in nanoseconds since 1970
}

func newSocket(o socketOptions) *socket {
	if o.Connections == 0 {
		o.Connections = 2
	}
	if o.PingWithin == 0 {
		o.PingWithin = pingWithin
	}
	s := &socket{socketOptions: o}
	for range o.Connections {
		s.conns = append(s.conns, &connection{socket: s, gate: &gate{client: o.HTTP, now: o.Now}})
	}
	return s
}

// run receives until ctx ends.
func (s *socket) run(ctx context.Context, take func(arrival)) error {
	var running sync.WaitGroup
	for _, c := range s.conns {
		running.Go(func() { c.run(ctx, take) })
	}
	running.Wait()
	return nil
}

// alive tells what keeps messages from arriving, or nil if one connection works.
func (s *socket) alive() error {
	var why error
	for _, c := range s.conns {
		if why = c.alive(); why == nil {
			return nil
		}
	}
	return why
}

func (c *connection) alive() error {
	why, dead := c.gate.refused()
	silent := c.Now().Sub(time.Unix(0, c.heard.Load()))
	switch {
	case dead:
		return fmt.Errorf("the app-level token is refused (%s): make one with the scope connections:write and set SLACK_APP_TOKEN", why)
	case why != "":
		return fmt.Errorf("no connection can be opened (%s); it is tried again", why)
	case !c.hello.Load():
		return errors.New("connecting")
	case silent > c.PingWithin:
		return errors.New("the connection is silent; it is replaced")
	default:
		return nil
	}
}

// opened implements link.
func (s *socket) opened() uint64 {
	var n uint64
	for _, c := range s.conns {
		n += c.gate.opens.Load()
	}
	return n
}

// run keeps a connection open until ctx ends. The gate sets the pace.
func (c *connection) run(ctx context.Context, take func(arrival)) {
	for ctx.Err() == nil {
		// A life outlasts ctx a little, so that what is stored is acknowledged.
		life, end := context.WithCancel(context.WithoutCancel(ctx))
		owed := &acks{waiting: make(chan ack, maxAcks)}
		settled := context.AfterFunc(ctx, func() { owed.linger(); end() })
		client := c.client(life, owed)
		ended := make(chan error, 1)
		go func() { ended <- client.RunContext(life) }()
		var sending sync.WaitGroup
		sending.Go(func() { c.send(life, client, owed) })
		err := c.receive(ctx, client, ended, owed, take, end)
		settled()
		end()
		sending.Wait()
		c.hello.Store(false)
		if ctx.Err() == nil {
			why, dead := c.gate.refused()
			level := slog.LevelWarn
			if dead {
				level = slog.LevelError
			}
			c.Log.Log(ctx, level, "slack connection ended, another is opened", "reason", why, "cause", reason(err))
		}
	}
}

// client is a client of the library for one life of the connection.
func (c *connection) client(ctx context.Context, owed *acks) *socketmode.Client {
	dialer := &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeWithin, WriteBufferSize: writeBuffer,
		NetDialContext: func(dialing context.Context, network, address string) (net.Conn, error) {
			raw, err := (&net.Dialer{Timeout: handshakeWithin}).DialContext(dialing, network, address)
			if err != nil {
				return nil, err
			}
			// A handshake that hangs does not look at its context.
			stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
			return &watched{Conn: raw, heard: &c.heard, wrote: owed.move, now: c.Now, stop: stop}, nil
		},
	}
	api := slackgo.New(c.BotToken, slackgo.OptionAppLevelToken(c.AppToken), slackgo.OptionAPIURL(c.APIURL),
		slackgo.OptionHTTPClient(c.gate), slackgo.OptionLog(silent{}))
	return socketmode.New(api, socketmode.OptionDialer(dialer), socketmode.OptionPingInterval(c.PingWithin), socketmode.OptionLog(silent{}))
}

// silent is a log that nothing is written to: what the library logs may quote
// messages.
type silent struct{}

func (silent) Output(int, string) error { return nil }

// watched is a connection of which it is known when anything came or went over it.
type watched struct {
	net.Conn
	heard *atomic.Int64
	wrote func()
	now   func() time.Time
	stop  func() bool
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.wrote()
	return n, err
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if n > 0 {
		w.heard.Store(w.now().UnixNano())
	}
	return n, err
}

func (w *watched) Close() error {
	w.stop()
	return w.Conn.Close()
}

// receive takes what comes until the client has ended. An attempt that fails
// ends it: the next is made by a new one, at the gate's pace, because the
// library's own pauses grow to five minutes.
func (c *connection) receive(ctx context.Context, client *socketmode.Client, ended <-chan error, owed *acks, take func(arrival), end func()) error {
	for {
		select {
		case e := <-client.Events:
			if e.Type == socketmode.EventTypeConnectionError {
				end()
			}
			if ctx.Err() == nil {
				c.event(owed, e, take)
			}
		case err := <-ended:
			return err
		}
	}
}

// event hands on what came. A mistake in what follows must not end the
// connection; what it panicked with is not logged, for it may quote a person.
func (c *connection) event(owed *acks, e socketmode.Event, take func(arrival)) {
	defer func() {
		if recover() != nil {
			c.Log.Error("receiving panicked", "type", string(e.Type), "stack", string(debug.Stack()))
		}
	}()
	at := c.Now()
	a := arrival{at: at}
	if e.Request != nil {
		// What waits for its acknowledgement must not keep all that Slack sent: in
		// a rush, that is what the garbage collector then goes through.
		id := e.Request.EnvelopeID
		settle := sync.OnceFunc(func() { owed.owed.Add(-1) })
		a.ack = func(payload any) { c.ack(owed, ack{id, payload, at, settle}) }
		a.refuse = settle // not acknowledged, events come again
	}
	switch e.Type {
	case socketmode.EventTypeConnecting:
		c.hello.Store(false)
	case socketmode.EventTypeHello:
		c.hello.Store(true)
		c.Log.Info("slack connection is open")
	case socketmode.EventTypeSlashCommand:
		if data, ok := e.Data.(slackgo.SlashCommand); ok {
			a.command = &data
			owed.owed.Add(1)
			take(a)
		}
	case socketmode.EventTypeEventsAPI:
		if data, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			a.event = &data
			owed.owed.Add(1)
			take(a)
		}
	case socketmode.EventTypeInteractive:
		if data, ok := e.Data.(slackgo.InteractionCallback); ok {
			a.callback = &data
			owed.owed.Add(1)
			take(a)
		}
	case socketmode.EventTypeErrorBadMessage:
		if data, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			c.unknown(owed, data.Message)
		}
	}
}

// unknown acknowledges what this version cannot read, so that Slack does not
// send it again and again.
func (c *connection) unknown(owed *acks, frame json.RawMessage) {
	var envelope struct {
		ID   string `json:"envelope_id"`
		Type string `json:"type"`
	}
	if json.Unmarshal(frame, &envelope) != nil || envelope.ID == "" {
		return
	}
	c.Log.Info("slack sent something unknown, it is acknowledged and left", "type", envelope.Type)
	c.ack(owed, ack{envelope.ID, nil, c.Now(), func() {}})
}
