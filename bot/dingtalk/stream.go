package dingtalk

// The stream: one connection that DingTalk's messages come over, replaced as
// often as need be.
//
// It takes the place of the SDK's StreamClient.Start, which ends the process when
// a connection breaks at a bad moment, writes from several goroutines at once, and
// opens connections without a pause. One connection at a time is enough:
// DingTalk gives notice before it closes one.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"
)

// pauses are the times that a stream goes by. Zero means the default.
type pauses struct {
	First time.Duration // before the second attempt in a row; default 0.5 s
	Most  time.Duration // between attempts, at most; default 60 s
	// MinAge is how long a connection must have lived for the next one to be
	// opened without a pause; default 1 min.
	MinAge time.Duration
	// Dead is the pause after a refusal that only an operator can mend; default
	// 5 min.
	Dead time.Duration

	Gateway   time.Duration // for the gateway's answer; default 10 s
	Handshake time.Duration // default 10 s
	Write     time.Duration // for one frame; default 10 s
	Ping      time.Duration // between pings; default 20 s
	// Silence is how long nothing at all, not even the answer to a ping, may come
	// over a connection; default 30 s.
	Silence time.Duration
	// Overlap is how long a connection is read on after it was said to be closed:
	// DingTalk closes it 10 s later and may deliver until then; default 15 s.
	Overlap time.Duration
	// Linger is how long acknowledgements that are owed are waited for at the
	// end; default 1 s.
	Linger time.Duration
}

func (p pauses) filled() pauses {
	for _, d := range []struct {
		at   *time.Duration
		zero time.Duration
	}{
		{&p.First, 500 * time.Millisecond}, {&p.Most, time.Minute}, {&p.MinAge, time.Minute}, {&p.Dead, 5 * time.Minute},
		{&p.Gateway, 10 * time.Second}, {&p.Handshake, 10 * time.Second}, {&p.Write, 10 * time.Second},
		{&p.Ping, 20 * time.Second}, {&p.Silence, 30 * time.Second}, {&p.Overlap, 15 * time.Second}, {&p.Linger, time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.zero
		}
	}
	return p
}

// jitter is how far a pause is off the one that is due, either way, so that not
// everybody comes back at the same moment.
const jitter = 0.25

// streamOptions are the parts of a stream.
type streamOptions struct {
	ClientID, ClientSecret string
	APIURL                 string // default DingTalk's
	HTTP                   *http.Client
	Now                    func() time.Time
	Log                    *slog.Logger
	Pauses                 pauses
}

// A stream receives what DingTalk sends.
type stream struct {
	streamOptions
	backoff *backoff.ExponentialBackOff // of run alone

	opens atomic.Uint64 // attempts to open a connection

	mu    sync.Mutex
	links map[*link]bool // that are read
	fail  *failure       // of the last attempt; nil: it did not fail
}

func newStream(o streamOptions) *stream {
	if o.APIURL == "" {
		o.APIURL = utils.DefaultOpenApiHost
	}
	o.Pauses = o.Pauses.filled()
	s := &stream{streamOptions: o, links: map[*link]bool{}, backoff: &backoff.ExponentialBackOff{
		InitialInterval: o.Pauses.First, Multiplier: 2, RandomizationFactor: jitter,
		MaxInterval: time.Duration(float64(o.Pauses.Most) / (1 + jitter)),
	}}
	s.backoff.Reset()
	return s
}

// run receives until ctx ends. take is called by one goroutine for each
// connection, in the order in which things came over it, and must not wait long.
func (s *stream) run(ctx context.Context, take func(arrival)) error {
	var running sync.WaitGroup
	defer running.Wait()
	for pause := time.Duration(0); rest(ctx, pause); {
		s.opens.Add(1)
		conn, fail := s.open(ctx)
		if ctx.Err() != nil {
			if conn != nil {
				_ = conn.Close()
			}
			break
		}
		s.note(fail)
		if fail != nil {
			pause = s.failed(ctx, fail)
			continue
		}
		s.Log.InfoContext(ctx, "dingtalk connection is open")
		opened, l := time.Now(), s.newLink(conn)
		running.Go(func() { l.live(ctx, take) })
		// The next one is opened when this one is over, or is said to be over
		// soon: it goes on until it is.
		select {
		case <-l.leaving:
		case <-ctx.Done():
		}
		pause = s.lived(time.Since(opened))
	}
	return nil
}

// rest lets time pass; false if ctx ended.
func rest(ctx context.Context, pause time.Duration) bool {
	if pause <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// failed is the pause after an attempt that failed.
func (s *stream) failed(ctx context.Context, fail *failure) time.Duration {
	if fail.dead {
		s.Log.ErrorContext(ctx, "dingtalk does not accept the app: set the client ID and the client secret as the developer console shows them",
			"reason", fail.why, "again", s.Pauses.Dead)
		return s.Pauses.Dead
	}
	pause := max(s.backoff.NextBackOff(), fail.rest)
	s.Log.WarnContext(ctx, "dingtalk connection could not be opened, it is tried again", "reason", fail.why, "again", pause)
	return pause
}

// lived is the pause after a connection of that age.
func (s *stream) lived(age time.Duration) time.Duration {
	if age >= s.Pauses.MinAge {
		s.backoff.Reset()
		return 0
	}
	return s.backoff.NextBackOff()
}

func (s *stream) note(fail *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

// alive tells what keeps messages from arriving, or nil if a connection works.
func (s *stream) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	silent := false
	for l := range s.links {
		if s.Now().Sub(time.Unix(0, l.heard.Load())) <= s.Pauses.Silence {
			return nil
		}
		silent = true
	}
	switch {
	case s.fail != nil && s.fail.dead:
		return fmt.Errorf("the app is not accepted (%s): set the client ID and the client secret as the developer console shows them", s.fail.why)
	case s.fail != nil:
		return fmt.Errorf("no connection can be opened (%s); it is tried again", s.fail.why)
	case silent:
		return errors.New("the connection is silent; it is replaced")
	}
	return errors.New("connecting")
}
