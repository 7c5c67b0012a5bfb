package dingtalktest

// What DingTalk tells the app, and waits to be acknowledged.

import (
	"encoding/json"
	"sync"
	"time"
)

// ackWithin is how long the acknowledgement of what is not delivered again is
// waited for. DingTalk documents none; repeats were seen from 16 s on.
const ackWithin = 16 * time.Second

// A Delivery is one thing that DingTalk tells the app.
type Delivery struct {
	MsgID string // of a message
	Sent  time.Time

	kind, topic string
	data        any

	mu     sync.Mutex
	acked  time.Time
	answer json.RawMessage
	frames int
	done   chan struct{} // acknowledged, or given up
	got    chan struct{} // acknowledged
}

// Wait waits until it is acknowledged or given up: acked is false then.
func (v *Delivery) Wait() (took time.Duration, acked bool) {
	<-v.done
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.acked.Sub(v.Sent), !v.acked.IsZero()
}

// Answer is the data of the acknowledgement.
func (v *Delivery) Answer() json.RawMessage {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.answer
}

// Frames is how often it was sent so far.
func (v *Delivery) Frames() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.frames
}

// settle notes an acknowledgement; a second one changes nothing.
func (v *Delivery) settle(answer json.RawMessage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.acked.IsZero() {
		v.acked, v.answer = time.Now(), answer
		close(v.got)
	}
}

// deliver tells the app something. It has been sent the first time once deliver
// returns: what is delivered one after the other over one connection comes in
// that order. The caller does not hold d.mu.
func (d *DingTalk) deliver(v *Delivery) *Delivery {
	v.Sent, v.done, v.got = time.Now(), make(chan struct{}), make(chan struct{})
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		close(v.done)
		return v
	}
	d.underway++
	d.wg.Add(1)
	d.mu.Unlock()
	k, id := d.attempt(v)
	go func() {
		defer d.wg.Done()
		defer d.finish(v)
		for _, pause := range d.Redeliver {
			if d.await(v, k, id, pause) {
				return
			}
			k, id = d.attempt(v)
		}
		last := ackWithin
		if n := len(d.Redeliver); n > 0 {
			last = d.Redeliver[n-1]
		}
		d.await(v, k, id, last)
	}()
	return v
}

func (d *DingTalk) finish(v *Delivery) {
	close(v.done)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underway--
	d.ring()
}

// Again delivers a message once more, as DingTalk does when an acknowledgement
// got lost on the way: in a new frame, with the same msgId.
func (d *DingTalk) Again(v *Delivery) *Delivery {
	return d.deliver(&Delivery{MsgID: v.MsgID, kind: v.kind, topic: v.topic, data: v.data})
}

// Push delivers a frame of any kind and topic, such as an app may not know.
func (d *DingTalk) Push(kind, topic string, data any) *Delivery {
	return d.deliver(&Delivery{kind: kind, topic: topic, data: data})
}

// attempt sends once, over any connection; none: the app is not there.
func (d *DingTalk) attempt(v *Delivery) (k *socket, id string) {
	for {
		d.mu.Lock()
		if k = d.pick(v.topic); k == nil {
			d.mu.Unlock()
			return nil, ""
		}
		id, f := d.frame(k, v.kind, v.topic, v.data)
		k.frames[id] = &frame{d: v, sent: time.Now()}
		mute, forced := k.mute, k == d.via
		d.mu.Unlock()
		v.mu.Lock()
		v.frames++
		v.mu.Unlock()
		if mute || k.send(f) == nil {
			return k, id // a mute one: into the void
		}
		d.end(k)
		if forced {
			return nil, ""
		}
	}
}

// await waits for an acknowledgement.
func (d *DingTalk) await(v *Delivery, k *socket, id string, within time.Duration) bool {
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-v.got:
		return true
	case <-d.gone:
		return true
	case <-late.C:
	}
	if k != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		f := k.frames[id]
		if f.acked {
			return true
		}
		f.late = true
		if k.open && !k.mute {
			d.breaks("acknowledgement", "of a frame of %s is missing after %v", v.topic, within)
		}
	}
	return false
}

// answered takes what the app sent over a connection.
func (d *DingTalk) answered(k *socket, text []byte) {
	var ack struct {
		Code    *int `json:"code"`
		Headers struct {
			MessageID   string `json:"messageId"`
			ContentType string `json:"contentType"`
		} `json:"headers"`
		Message string  `json:"message"`
		Data    *string `json:"data"`
	}
	err := strictly(text, &ack, "code*", "headers*", "message", "data")
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.mute {
		return
	}
	switch {
	case err != nil:
		d.breaks("acknowledgement", "not understood: %v", err)
		return
	case ack.Headers.ContentType != "application/json":
		d.breaks("acknowledgement", "contentType is not application/json")
	case ack.Data == nil || !json.Valid([]byte(*ack.Data)):
		d.breaks("acknowledgement", "data is no string of JSON")
		return
	}
	id := ack.Headers.MessageID
	if p, ok := k.pings[id]; ok {
		var pong struct{ Opaque string }
		if _ = json.Unmarshal([]byte(*ack.Data), &pong); pong.Opaque != p.opaque || *ack.Code != 200 {
			d.breaks("ping", "is answered without its opaque, or not with code 200")
			return
		}
		delete(k.pings, id)
		return
	}
	f := k.frames[id]
	switch {
	case f == nil:
		d.breaks("acknowledgement", "of a frame that did not come over this connection")
	case f.acked:
		d.breaks("acknowledgement", "of a frame that was acknowledged before")
	case f.late:
		d.breaks("acknowledgement", "is late, the frame was given up")
	// Source: DingTalk, "Stream mode", section "Protocol": 404 for what the app
	// does not know.
	case *ack.Code != 200 && (f.d.topic == botTopic || *ack.Code != 404):
		d.breaks("acknowledgement", "of %s has code %d", f.d.topic, *ack.Code)
	default:
		f.acked = true
		f.d.settle(json.RawMessage(*ack.Data))
		d.ring()
	}
}
