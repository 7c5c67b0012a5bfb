package simulator

// Checking signatures, as the gateway does before it looks at anything else.

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"contactbot/cloudmonitor"
)

// validity is how far the date of a request may be from now, both ways.
// Source: Alibaba Cloud, InvalidTimeStamp.Expired, "15 minutes".
const validity = 15 * time.Minute

// mustSign are the headers without which a signature says too little.
// Source: Alibaba Cloud, "Request syntax and signature method V3".
var mustSign = []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}

// verify gives nil for a request that a known key signed, as it is, recently
// and for the first time.
func (s *Server) verify(r *http.Request, query url.Values, body []byte) *answer {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return &errMethod
	}
	auth, ok := parseAuthorization(r.Header.Values("Authorization"))
	if !ok {
		return &errIncomplete
	}
	signed := cloudmonitor.Signable{
		Method:   r.Method,
		Path:     r.URL.EscapedPath(),
		Query:    query,
		Header:   make(map[string]string, len(auth.headers)),
		BodyHash: cloudmonitor.BodyHash(body),
	}
	for _, name := range auth.headers {
		values := r.Header.Values(name)
		if name == "host" {
			values = []string{r.Host}
		}
		if len(values) == 0 {
			return &errIncomplete
		}
		signed.Header[name] = strings.Join(values, ",")
	}
	for _, name := range mustSign {
		if strings.TrimSpace(signed.Header[name]) == "" {
			return &errIncomplete
		}
	}
	// An x-acs- header that is not signed was put there by somebody else.
	for name := range r.Header {
		name = strings.ToLower(name)
		if _, ok := signed.Header[name]; !ok && strings.HasPrefix(name, "x-acs-") {
			return &errIncomplete
		}
	}

	keys := s.keys[auth.key]
	if len(keys) == 0 {
		return &errKey
	}
	token := signed.Header["x-acs-security-token"]
	at := slices.IndexFunc(keys, func(c cloudmonitor.Credentials) bool { return same(c.SecurityToken, token) })
	if at < 0 {
		return &errToken
	}
	if id, ok := signed.Header["x-acs-accesskey-id"]; ok && id != auth.key {
		return &errIncomplete
	}
	now := s.options.Now()
	date, err := time.Parse(cloudmonitor.DateLayout, signed.Header["x-acs-date"])
	if err != nil {
		return &errDate
	}
	if age := now.Sub(date); age > validity || age < -validity {
		return &errExpired
	}
	if !same(signed.Header["x-acs-content-sha256"], signed.BodyHash) ||
		!same(signed.Signature(keys[at].AccessKeySecret), auth.signature) {
		return &errSignature
	}
	// Only now: others must not be able to use up a nonce.
	if !s.nonces.first(auth.key+"\n"+signed.Header["x-acs-signature-nonce"], now) {
		return &errNonce
	}
	if signed.Header["x-acs-version"] != cloudmonitor.Version {
		return &errVersion
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

type authorization struct {
	key       string
	headers   []string // strictly ascending
	signature string
}

func parseAuthorization(values []string) (a authorization, ok bool) {
	if len(values) != 1 {
		return a, false
	}
	rest, ok := strings.CutPrefix(values[0], cloudmonitor.Algorithm+" ")
	if !ok {
		return a, false
	}
	parts := strings.Split(rest, ",")
	if len(parts) != 3 {
		return a, false
	}
	var found [3]string
	for i, name := range []string{"Credential=", "SignedHeaders=", "Signature="} {
		found[i], ok = strings.CutPrefix(strings.TrimSpace(parts[i]), name)
		if !ok || found[i] == "" {
			return a, false
		}
	}
	a = authorization{key: found[0], headers: strings.Split(found[1], ";"), signature: found[2]}
	for i, name := range a.headers {
		if name == "" || name != strings.ToLower(name) || i > 0 && name <= a.headers[i-1] {
			return a, false
		}
	}
	return a, true
}

// nonces remembers what was used, for as long as a request could be replayed:
// one dated 15 minutes ahead is valid for 30. Two generations forget in bulk,
// without looking at each nonce.
type nonces struct {
	mu       sync.Mutex
	now, old map[string]struct{}
	since    time.Time // when now was begun
}

func (n *nonces) first(nonce string, at time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now == nil || at.Sub(n.since) > 2*validity {
		n.old, n.now, n.since = n.now, map[string]struct{}{}, at
	}
	_, inNow := n.now[nonce]
	_, inOld := n.old[nonce]
	if inNow || inOld {
		return false
	}
	n.now[nonce] = struct{}{}
	return true
}
