package cloudmonitor

// Whose calls these are: access keys that hide themselves, and fixed ones. The
// vendor's chain of places to look for them is in chain.go.

import (
	"context"
	"errors"
	"log/slog"
	"strings"
)

// Credentials are an access key, temporary if they have a security token. They
// never show their secrets, whatever prints them.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // of STS; empty for a lasting key
}

// LogValue tells whether there are credentials, and nothing of them.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String tells whether there are credentials, and nothing of them.
func (c Credentials) String() string {
	switch {
	case !c.complete():
		return "no access key"
	case c.SecurityToken != "":
		return "a temporary access key"
	default:
		return "an access key"
	}
}

// GoString keeps %#v from showing the secrets.
func (c Credentials) GoString() string { return "cloudmonitor.Credentials{" + c.String() + "}" }

// MarshalText keeps JSON, so a logged struct that holds credentials, from
// showing the secrets.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c Credentials) complete() bool { return c.AccessKeyID != "" && c.AccessKeySecret != "" }

// trimmed leaves out what a file or a variable easily has around a key.
func (c Credentials) trimmed() Credentials {
	return Credentials{
		AccessKeyID:     strings.TrimSpace(c.AccessKeyID),
		AccessKeySecret: strings.TrimSpace(c.AccessKeySecret),
		SecurityToken:   strings.TrimSpace(c.SecurityToken),
	}
}

// errKeyText is the cause where a key cannot be one: net/http would refuse it
// in a header, which looks like a broken connection, or the service the
// signature.
var errKeyText = errors.New("the access key holds a space or a line end, or another character that no key has (set it again)")

// spelled reports whether the credentials consist of what keys consist of.
func (c Credentials) spelled() bool {
	for _, part := range []string{c.AccessKeyID, c.AccessKeySecret, c.SecurityToken} {
		for i := range len(part) {
			if part[i] < 0x21 || part[i] > 0x7e {
				return false
			}
		}
	}
	return true
}

// A Provider gives the credentials to sign the next call with. It is asked
// before every call, retries included, by many goroutines at once. Its errors
// are logged: they may not hold a secret.
type Provider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// ErrNoCredentials is the error of a Provider that has none, and will have none
// until somebody sets them up.
var ErrNoCredentials = errors.New("no access key (set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET)")

// A missing key is told as an ErrNoCredentials that says more.
type missing string

func (m missing) Error() string { return string(m) }
func (m missing) Unwrap() error { return ErrNoCredentials }

// Static always gives the same credentials, without the white space around
// them, or ErrNoCredentials if they lack the key's ID or secret.
func Static(c Credentials) Provider { return static{c.trimmed()} }

type static struct{ c Credentials }

func (s static) Credentials(context.Context) (Credentials, error) {
	if !s.c.complete() {
		return Credentials{}, ErrNoCredentials
	}
	return s.c, nil
}
