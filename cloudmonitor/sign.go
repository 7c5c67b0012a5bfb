package cloudmonitor

// The signature of version 3 of Alibaba Cloud's API style, ACS3-HMAC-SHA256:
// made by the client, checked by the simulator.
// Source: Alibaba Cloud, "OpenAPI: Request syntax and signature method V3",
// held against requests captured from the vendor's own SDKs
// (simulator/testdata).

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Algorithm is the first word of an Authorization header signed here.
const Algorithm = "ACS3-HMAC-SHA256"

// Version is the version of CloudMonitor's API that is spoken here, in the
// header x-acs-version.
const Version = "2019-01-01"

// DateLayout is the form of the header x-acs-date, in UTC.
const DateLayout = "2006-01-02T15:04:05Z"

// A Signable is what a signature covers of a request.
type Signable struct {
	Method   string
	Path     string            // "/" for CloudMonitor
	Query    url.Values        // decoded: how the wire spelled it does not count
	Header   map[string]string // the signed headers and no others, names in lower case
	BodyHash string            // of BodyHash
}

// Canonical is the canonical request: the six parts, a line each (the headers
// take one each), whose hash is signed.
func (s Signable) Canonical() string {
	var b strings.Builder
	b.WriteString(s.Method + "\n" + s.Path + "\n" + EncodeQuery(s.Query) + "\n")
	for _, name := range s.names() {
		b.WriteString(name + ":" + strings.TrimSpace(s.Header[name]) + "\n")
	}
	b.WriteString("\n" + s.SignedHeaders() + "\n" + s.BodyHash)
	return b.String()
}

// SignedHeaders lists the signed headers as Authorization does.
func (s Signable) SignedHeaders() string { return strings.Join(s.names(), ";") }

func (s Signable) names() []string { return slices.Sorted(maps.Keys(s.Header)) }

// Signature is the signature by the secret, in lower-case hexadecimal.
func (s Signable) Signature(secret string) string {
	hash := sha256.Sum256([]byte(s.Canonical()))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(Algorithm + "\n" + hex.EncodeToString(hash[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// Authorization is the whole Authorization header for the credentials.
func (s Signable) Authorization(c Credentials) string {
	return Algorithm + " Credential=" + c.AccessKeyID +
		",SignedHeaders=" + s.SignedHeaders() +
		",Signature=" + s.Signature(c.AccessKeySecret)
}

// BodyHash is the value of the header x-acs-content-sha256.
func BodyHash(body []byte) string {
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:])
}

// EncodeQuery writes a query sorted and encoded by RFC 3986, the only spelling
// that is signed.
func EncodeQuery(query url.Values) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(encode(key) + "=" + encode(value))
		}
	}
	return b.String()
}

// encode differs from url.QueryEscape in the space only, which a form writes
// as a plus sign and RFC 3986 as %20.
func encode(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
