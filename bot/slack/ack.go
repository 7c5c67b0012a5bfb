package slack

// Acknowledgements on their way over a connection.

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack/socketmode"
)

const (
	// ackWithin bounds how long an acknowledgement waits for a connection: Slack
	// waits for 3 s.
	ackWithin = 3 * time.Second
	// sameTime is how far apart things come that share a deadline.
	sameTime = 100 * time.Millisecond
	// maxAcks is how many acknowledgements wait for a connection.
	maxAcks = 4096
)

// An ack is an acknowledgement that waits for the connection.
type ack struct {
	envelope string
	payload  any
	at       time.Time // when what it acknowledges came
	settled  func()    // it is sent, or given up
}

// acks are the acknowledgements of one life of a connection.
type acks struct {
	waiting chan ack
	owed    atomic.Int64 // for what has come and is neither acknowledged nor refused
	moved   atomic.Int64 // when the library was given one, or wrote, in nanoseconds since 1970
}

func (a *acks) move() { a.moved.Store(time.Now().UnixNano()) }

// ack lets an acknowledgement wait for its turn. It does not block.
func (c *connection) ack(owed *acks, a ack) {
	select {
	case owed.waiting <- a:
	default:
		a.settled()
		c.Log.Warn("acknowledgement is dropped, slack may send it again", "reason", "too many wait")
	}
}

// send sends acknowledgements in turn, until the connection's life ends. One
// that is too late anyway is not waited for.
func (c *connection) send(life context.Context, client *socketmode.Client, owed *acks) {
	var patience deadline
	defer patience.end()
	for {
		select {
		case a := <-owed.waiting:
			ctx := patience.until(life, a.at.Add(ackWithin), c.Now())
			if err := client.AckCtx(ctx, a.envelope, a.payload); err != nil {
				c.Log.Warn("acknowledgement could not be sent, slack may send it again", "reason", reason(err))
			}
			owed.move()
			a.settled()
		case <-life.Done():
			return
		}
	}
}

// A deadline is a context that those share whose deadlines are about the same: in
// a rush, making one for each costs as much as sending what it is for.
type deadline struct {
	ctx    context.Context
	cancel context.CancelFunc
	at     time.Time
}

func (d *deadline) until(life context.Context, at, now time.Time) context.Context {
	if d.ctx == nil || at.Sub(d.at) > sameTime {
		d.end()
		d.at = at
		d.ctx, d.cancel = context.WithTimeout(life, at.Sub(now))
	}
	return d.ctx
}

func (d *deadline) end() {
	if d.cancel != nil {
		d.cancel()
	}
}

// At the end, acknowledgements are waited for: Slack sends no command again.
const (
	lingerMost = 2 * time.Second
	lingerLook = 20 * time.Millisecond
	// lingerQuiet is how long nothing moves once the library, which tells nobody,
	// has written what it was given.
	lingerQuiet = 100 * time.Millisecond
)

// linger waits until no acknowledgement is owed, and all are written, or for long
// enough.
func (a *acks) linger() {
	look := time.NewTicker(lingerLook)
	defer look.Stop()
	until := time.Now().Add(lingerMost)
	for now := time.Now(); now.Before(until); now = <-look.C {
		if a.owed.Load() == 0 && now.Sub(time.Unix(0, a.moved.Load())) > lingerQuiet {
			return
		}
	}
}
