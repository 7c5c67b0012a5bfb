package cloudmonitor

// One request: its pace, its tries, and each HTTP call of it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"
)

const (
	// spacing is the time between two HTTP calls of an action. The service
	// takes 20 a second; at exactly 50 ms the slightest jitter on the way would
	// crowd 21 into one of its seconds, so there are 40 ms to spare in each.
	// Source: Alibaba Cloud, "CloudMonitor: PutContact", 20 calls a second an
	// API and account, shared by all its RAM users.
	spacing = 52 * time.Millisecond

	maxAnswer = 1 << 20 // bytes; a page of 100 contacts takes about 60 kB

	// The waits between tries, before randomizing by half.
	firstWait   = 500 * time.Millisecond
	longestWait = 10 * time.Second
)

// call makes a request until it succeeds, fails for good, or has used its
// tries or its time up. Its error is an *Error.
func (c *Client) call(ctx context.Context, action string, query url.Values) (requestID string, body []byte, err error) {
	wait := backoff.ExponentialBackOff{
		InitialInterval:     firstWait,
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         longestWait,
	}
	var last *Error // of the try before
	for try := 1; ; try++ {
		requestID, body, failure := c.try(ctx, action, query)
		if failure == nil {
			return requestID, body, nil
		}
		if last != nil {
			if wait, ok := failure.Err.(whileWaiting); ok {
				return "", nil, last.endedBy(wait.error)
			}
			// What an earlier try may have done, a later failure does not undo.
			failure.Uncertain = failure.Uncertain || last.Uncertain
		}
		last = failure
		pause := max(wait.NextBackOff(), last.RetryAfter)
		if !last.Temporary || try >= c.options.Tries || ctx.Err() != nil || !fits(ctx, pause) {
			return "", nil, last
		}
		if err := sleep(ctx, pause); err != nil {
			return "", nil, last.endedBy(err)
		}
	}
}

// errNoTime is the cause when the caller's deadline is nearer than the next
// free place in the pace. It is a deadline error for errors.Is.
var errNoTime = fmt.Errorf("no time left for another call: %w", context.DeadlineExceeded)

// whileWaiting marks the end of a context before a call was made.
type whileWaiting struct{ error }

func (w whileWaiting) Unwrap() error { return w.error }

// ended is the error of a try that made no call, since its context ended while
// it waited.
func ended(action string, err error) *Error {
	return &Error{
		Action:    action,
		Temporary: !errors.Is(err, context.Canceled),
		Err:       whileWaiting{err},
	}
}

// endedBy is the error of a try, after which the context ended in the wait for
// the next: what the service said is worth more than that, but both count.
func (e *Error) endedBy(err error) *Error {
	both := *e
	both.Temporary = e.Temporary && !errors.Is(err, context.Canceled)
	if both.Err = fmt.Errorf("not tried again: %w", err); e.Err != nil {
		both.Err = fmt.Errorf("%w; not tried again: %w", e.Err, err)
	}
	return &both
}

// fits reports whether a pause ends before the context's deadline.
func fits(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || pause < time.Until(deadline)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try makes one HTTP call. The credentials are fetched before the call takes
// its place in the pace, since fetching can take seconds, and the date and
// the nonce are taken after it, since waiting can too.
func (c *Client) try(ctx context.Context, action string, query url.Values) (string, []byte, *Error) {
	credentials, err := c.options.Credentials.Credentials(ctx)
	if ctx.Err() != nil {
		return "", nil, ended(action, ctx.Err())
	}
	if err != nil {
		// Metadata and STS come back; a key that is not set does not.
		return "", nil, &Error{Action: action, Temporary: !errors.Is(err, ErrNoCredentials), Err: fmt.Errorf("credentials: %w", err)}
	}
	if !credentials.spelled() {
		return "", nil, &Error{Action: action, Err: errKeyText}
	}
	if err := c.limiter(action).Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return "", nil, ended(action, ctx.Err())
		}
		return "", nil, ended(action, errNoTime)
	}
	return c.exchange(ctx, action, query, credentials)
}

func (c *Client) limiter(action string) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.pace[action]
	if l == nil {
		l = rate.NewLimiter(rate.Every(spacing), 1)
		c.pace[action] = l
	}
	return l
}

// exchange sends the signed request and reads the answer. It uses the
// RoundTripper itself: an http.Client would follow redirects, so send a signed
// request elsewhere, and put the URL into its errors.
func (c *Client) exchange(ctx context.Context, action string, query url.Values, credentials Credentials) (string, []byte, *Error) {
	var dialing, connected atomic.Bool
	timed, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	timed = httptrace.WithClientTrace(timed, &httptrace.ClientTrace{
		GetConn: func(string) { dialing.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	// From an error alone one cannot tell how much of a request was written:
	// once there was a connection, all of it may have been. A RoundTripper of
	// another make that never traces is taken to have had one.
	_, traces := c.options.Transport.(*http.Transport)
	sent := func() bool { return connected.Load() || !traces && !dialing.Load() }

	response, err := c.options.Transport.RoundTrip(c.request(timed, action, query, credentials))
	if err != nil {
		return "", nil, c.broken(ctx, &Error{Action: action}, err, sent())
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return "", nil, c.broken(ctx, &Error{Action: action, Status: response.StatusCode}, err, true)
	}
	if len(body) > maxAnswer {
		body = nil // no answer of CloudMonitor's; judged by its status
	}
	requestID, failure := readAnswer(response.StatusCode, response.Header, body)
	if failure != nil {
		failure.Action = action
		return "", nil, failure
	}
	return requestID, body, nil
}

// broken completes the error of an exchange that gave no usable answer.
func (c *Client) broken(ctx context.Context, e *Error, err error, sent bool) *Error {
	why := explain(err)
	e.Uncertain = sent && !why.dial
	if ctx.Err() != nil {
		e.Err = ctx.Err()
		e.Temporary = !errors.Is(e.Err, context.Canceled)
		return e
	}
	e.Err = why.err
	e.Temporary = !why.final || e.Uncertain
	return e
}

// request makes one signed request. All parameters are in the query and the
// body is empty, as the vendor's SDKs send it.
func (c *Client) request(ctx context.Context, action string, query url.Values, credentials Credentials) *http.Request {
	signed := Signable{
		Method: http.MethodPost,
		Path:   "/",
		Query:  query,
		Header: map[string]string{
			"host":                  c.host,
			"x-acs-action":          action,
			"x-acs-version":         Version,
			"x-acs-date":            c.options.Now().UTC().Format(DateLayout),
			"x-acs-signature-nonce": c.options.Nonce(),
			"x-acs-content-sha256":  BodyHash(nil),
		},
		BodyHash: BodyHash(nil),
	}
	if credentials.SecurityToken != "" {
		signed.Header["x-acs-accesskey-id"] = credentials.AccessKeyID
		signed.Header["x-acs-security-token"] = credentials.SecurityToken
	}
	header := make(http.Header, len(signed.Header)+3)
	for name, value := range signed.Header {
		if name != "host" {
			header.Set(name, strings.TrimSpace(value))
		}
	}
	header.Set("Authorization", signed.Authorization(credentials))
	header.Set("Accept", "application/json")
	header.Set("User-Agent", c.options.UserAgent)
	r := &http.Request{
		Method:     http.MethodPost,
		URL:        &url.URL{Scheme: c.scheme, Host: c.host, Path: "/", RawQuery: EncodeQuery(query)},
		Host:       c.host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     header,
		Body:       http.NoBody,
	}
	return r.WithContext(ctx)
}
