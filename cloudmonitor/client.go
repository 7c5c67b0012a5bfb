package cloudmonitor

// The client: its settings and its actions. How a call is made and tried
// again is in call.go.

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// DefaultEndpoint is where CloudMonitor's API is documented to be.
// Source: Alibaba Cloud, "CloudMonitor: Endpoints".
const DefaultEndpoint = "https://metrics.cn-hangzhou.aliyuncs.com"

const (
	// defaultTimeout is generous: the console shows calls of several seconds,
	// and a call cut short may have been carried out.
	defaultTimeout = 15 * time.Second
	defaultTries   = 3 // HTTP calls: a resend may send an activation message again
)

// Options say how to reach CloudMonitor. Only Credentials are required.
type Options struct {
	Endpoint    string            // scheme and host; default DefaultEndpoint; http:// only for loopback hosts
	Credentials Provider          // whose contacts these are: Static or Chain
	Transport   http.RoundTripper // default: like http.DefaultTransport, keeping more connections
	Timeout     time.Duration     // of one HTTP call; default 15 s
	Tries       int               // HTTP calls a request at most, 1: never tried again here; default 3
	Now         func() time.Time  // dates the signatures; default time.Now
	Nonce       func() string     // makes each signature unique; default 128 random bits
	UserAgent   string            // default "contactbot"
}

// A Client calls CloudMonitor. It may be used by many goroutines at once, and
// keeps them together within the service's limit of calls.
type Client struct {
	scheme, host string
	options      Options // complete

	mu   sync.Mutex
	pace map[string]*rate.Limiter // by action
}

// New makes a client, without any call. Its errors do not repeat the endpoint,
// which could hold a password.
func New(o Options) (*Client, error) {
	if o.Credentials == nil {
		return nil, errors.New("cloudmonitor: no credentials (use Static or Chain)")
	}
	scheme, host, err := endpoint(cmp.Or(o.Endpoint, DefaultEndpoint))
	if err != nil {
		return nil, fmt.Errorf("cloudmonitor endpoint: %w", err)
	}
	if o.Timeout < 0 || o.Tries < 0 {
		return nil, errors.New("cloudmonitor: timeout and tries cannot be negative")
	}
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.Tries = cmp.Or(o.Tries, defaultTries)
	o.UserAgent = cmp.Or(o.UserAgent, "contactbot")
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConns, t.IdleConnTimeout = 256, 30*time.Second
		t.MaxIdleConnsPerHost = 256 // one host only: the default of 2 would dial anew for every call of a burst
		o.Transport = t
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Nonce == nil {
		o.Nonce = rand.Text
	}
	return &Client{scheme: scheme, host: host, options: o, pace: map[string]*rate.Limiter{}}, nil
}

// endpoint splits an endpoint. One without a scheme is meant to be https, as
// the documentation lists them.
func endpoint(text string) (scheme, host string, err error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(u.Host, ":") {
		return "", "", errors.New("want https://host, without user, path or query")
	}
	for _, r := range u.Host {
		if r > 0x7e || r == '%' { // net/http would send another spelling than the signed one
			return "", "", errors.New("want a host name in ASCII")
		}
	}
	switch u.Scheme {
	case "https":
	case "http":
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return "", "", errors.New("http is for this machine only: want https://host")
		}
	default:
		return "", "", errors.New("want https://host")
	}
	return u.Scheme, strings.ToLower(u.Host), nil
}

// PutContact creates the contact, or modifies the one of that name. Its
// channels may still have to be activated when it returns; what happens to
// channels that a modifying call leaves out is not documented, so send all.
// Every failure is an *Error.
func (c *Client) PutContact(ctx context.Context, contact Contact) (requestID string, err error) {
	const action = "PutContact"
	if contact.Name == "" {
		return "", &Error{Action: action, Err: errNoName}
	}
	query := url.Values{}
	for name, value := range map[string]string{
		"ContactName":          contact.Name,
		"Describe":             contact.Describe,
		"Channels.SMS":         contact.Channels.SMS,
		"Channels.Mail":        contact.Channels.Mail,
		"Channels.AliIM":       contact.Channels.AliIM,
		"Channels.DingWebHook": contact.Channels.DingWebHook,
		"Lang":                 contact.Lang,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	requestID, _, err = c.call(ctx, action, query)
	return requestID, err
}

// DeleteContact deletes the contact of that name, which is then in no contact
// group any more. Every failure is an *Error; a contact that does not exist is
// one of status 404.
// Source: Alibaba Cloud, "CloudMonitor: DeleteContact".
func (c *Client) DeleteContact(ctx context.Context, name string) (requestID string, err error) {
	const action = "DeleteContact"
	if name == "" {
		return "", &Error{Action: action, Err: errNoName}
	}
	requestID, _, err = c.call(ctx, action, url.Values{"ContactName": {name}})
	return requestID, err
}

var errNoName = errors.New("the contact has no name")

// Lookup reads the contact of that name. Every failure is an *Error.
func (c *Client) Lookup(ctx context.Context, name string) (contact Listed, found bool, err error) {
	if name == "" {
		return Listed{}, false, &Error{Action: describe, Err: errNoName}
	}
	for contact, err := range c.list(ctx, url.Values{"ContactName": {name}}) {
		if err != nil {
			return Listed{}, false, err
		}
		if contact.Name == name { // should the service ever match less exactly
			return contact, true, nil
		}
	}
	return Listed{}, false, nil
}

// Contacts reads all contacts of the account, page by page as they are asked
// for. An error, always an *Error, ends the sequence.
func (c *Client) Contacts(ctx context.Context) iter.Seq2[Listed, error] {
	return c.list(ctx, nil)
}

const (
	describe = "DescribeContactList"
	pageSize = 100 // contacts; source: DescribeContactList, PageSize, maximum and default
	maxPages = 1000
)

func (c *Client) list(ctx context.Context, filter url.Values) iter.Seq2[Listed, error] {
	return func(yield func(Listed, error) bool) {
		seen, last := 0, ""
		for page := 1; page <= maxPages; page++ { // a bound, should the service not know where its list ends
			query := url.Values{"PageNumber": {strconv.Itoa(page)}, "PageSize": {strconv.Itoa(pageSize)}}
			for name, values := range filter {
				query[name] = values
			}
			requestID, body, err := c.call(ctx, describe, query)
			if err != nil {
				yield(Listed{}, err)
				return
			}
			var p listPage
			if json.Unmarshal(body, &p) != nil {
				yield(Listed{}, &Error{Action: describe, Status: http.StatusOK, RequestID: requestID, Err: errNoList})
				return
			}
			for _, l := range p.Contacts.Contact {
				if !yield(l.listed(), nil) {
					return
				}
			}
			seen += len(p.Contacts.Contact)
			total, err := strconv.Atoi(string(p.Total))
			if len(p.Contacts.Contact) == 0 || err == nil && seen >= total || err != nil && len(p.Contacts.Contact) < pageSize {
				return
			}
			last = requestID
		}
		// Whoever takes a part for the whole finds contacts missing.
		yield(Listed{}, &Error{Action: describe, Status: http.StatusOK, RequestID: last, Err: errEndless})
	}
}

var errEndless = fmt.Errorf("the list of contacts does not end (after %d pages)", maxPages)

var errNoList = errors.New("the answer's list of contacts has another shape than documented")
