package dingtalk

// Opening a connection: the gateway gives a ticket, and the ticket opens it.

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"
)

const (
	// maxAnswer is far more than the gateway says.
	maxAnswer = 1 << 20
	// maxFrame is far more than a message holds: text ends at some 20 kB.
	maxFrame = 4 << 20
	// mostRest is how long DingTalk may ask to be left alone.
	mostRest = 5 * time.Minute
)

// A failure is why no connection could be opened, as it may be logged.
type failure struct {
	why  string
	dead bool          // only an operator can mend it
	rest time.Duration // DingTalk wants to be left alone for so long
}

func (f *failure) Error() string { return f.why }

// open opens a connection. What it says of a failure quotes no URL and no answer:
// the ticket stands in them.
func (s *stream) open(ctx context.Context) (*websocket.Conn, *failure) {
	link, fail := s.ticket(ctx)
	if fail != nil {
		return nil, fail
	}
	return s.dial(ctx, link)
}

// ticket asks the gateway for a connection. The SDK's GetConnectionEndpoint is
// not used: it writes the client secret and the ticket to a global logger, and
// its errors are answers' bodies without the status, by which a wrong secret
// could not be told from a passing fault.
func (s *stream) ticket(ctx context.Context) (link string, fail *failure) {
	app := client.NewAppCredentialConfig(s.ClientID, s.ClientSecret)
	if app.Valid() != nil {
		return "", &failure{why: "the client ID or the client secret is empty", dead: true}
	}
	ask := payload.ConnectionEndpointRequest{
		ClientId: app.ClientId, ClientSecret: app.ClientSecret, UserAgent: client.NewDingtalkGoSDKUserAgent().UserAgent,
		Subscriptions: []*payload.SubscriptionModel{
			{Type: utils.SubscriptionTypeKSystem, Topic: topicPing}, {Type: utils.SubscriptionTypeKSystem, Topic: topicDisconnect},
		},
	}
	for _, topic := range topics {
		ask.Subscriptions = append(ask.Subscriptions, &payload.SubscriptionModel{Type: utils.SubscriptionTypeKCallback, Topic: topic})
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return "", &failure{why: "the call of the gateway cannot be written"}
	}
	ctx, cancel := context.WithTimeout(ctx, s.Pauses.Gateway)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(s.APIURL, "/")+utils.GetConnectionEndpointAPIUrl, bytes.NewReader(body))
	if err != nil {
		return "", &failure{why: "the URL of DingTalk's API is none", dead: true}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	// The secret is for this host and no other.
	direct := *s.HTTP
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := direct.Do(r)
	if err != nil {
		return "", &failure{why: reason(err)}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return "", &failure{why: reason(err)}
	case res.StatusCode != http.StatusOK:
		return "", s.refusal(res, text)
	}
	var endpoint payload.ConnectionEndpointResponse
	if json.Unmarshal(text, &endpoint) != nil || endpoint.Valid() != nil {
		return "", &failure{why: "the gateway's answer is not DingTalk's"}
	}
	return s.link(endpoint)
}

// link is the URL that a ticket opens a connection at.
func (s *stream) link(endpoint payload.ConnectionEndpointResponse) (string, *failure) {
	u, err := url.Parse(endpoint.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return "", &failure{why: "the gateway's endpoint is none"}
	}
	if u.Scheme == "ws" && strings.HasPrefix(s.APIURL, "https:") {
		return "", &failure{why: "the gateway's endpoint is not encrypted"}
	}
	query := u.Query()
	query.Set("ticket", endpoint.Ticket)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// refusal tells what only an operator can mend from what passes.
func (s *stream) refusal(res *http.Response, text []byte) *failure {
	var answer struct{ Code json.RawMessage }
	_ = json.Unmarshal(text, &answer)
	code := scalar(answer.Code)
	fail := &failure{why: fmt.Sprintf("HTTP %d", res.StatusCode)}
	if code != "" && !strings.Contains(code, s.ClientSecret) {
		fail.why += " " + name(code)
	}
	switch res.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		// Too many calls are answered with 403 too. Without a code it was not
		// DingTalk who answered, but something on the way.
		fail.dead = code != "" && !strings.Contains(code, "QpsLimit") && !strings.Contains(code, "Throttling")
	}
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
		fail.rest = min(time.Duration(min(n, 3600))*time.Second, mostRest)
	}
	return fail
}

// dial opens the connection itself.
func (s *stream) dial(ctx context.Context, link string) (*websocket.Conn, *failure) {
	ctx, cancel := context.WithTimeout(ctx, s.Pauses.Handshake)
	defer cancel()
	var stops []func() bool
	dialer := &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: s.Pauses.Handshake,
		NetDialContext: func(dialing context.Context, network, address string) (net.Conn, error) {
			raw, err := (&net.Dialer{}).DialContext(dialing, network, address)
			if err != nil {
				return nil, err
			}
			// A handshake that hangs does not look at its context.
			stops = append(stops, context.AfterFunc(ctx, func() { _ = raw.Close() }))
			return raw, nil
		},
	}
	conn, res, err := dialer.DialContext(ctx, link, nil)
	for _, stop := range stops {
		if !stop() && err == nil {
			_ = conn.Close()
			err = ctx.Err()
		}
	}
	switch {
	case err == nil:
		conn.SetReadLimit(maxFrame)
		return conn, nil
	case ctx.Err() != nil:
		return nil, &failure{why: reason(ctx.Err())}
	case res != nil:
		return nil, &failure{why: fmt.Sprintf("the handshake is refused with HTTP %d", res.StatusCode)}
	}
	return nil, &failure{why: reason(err)}
}

// reason is an error as it may be logged: what kind of failure it was. The errors
// of net/http and websocket quote URLs and what was sent.
func reason(err error) string {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok && orderly(err) {
		return fmt.Sprintf("DingTalk closed it with %d", closed.Code)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "no answer in time"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host's name cannot be resolved"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the host's certificate is not trusted"
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, net.ErrClosed):
		return "it was closed here"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the host refuses connections"
	case websocket.IsCloseError(err, websocket.CloseAbnormalClosure), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection broke"
	}
	return "DingTalk cannot be reached"
}
