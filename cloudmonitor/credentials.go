package cloudmonitor

// Whose calls these are: access keys that hide themselves, fixed ones and the
// vendor's chain of places to look for them.

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/aliyun/credentials-go/credentials/providers"
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

// A Provider gives the credentials to sign the next call with. It is asked
// before every call, retries included, by many goroutines at once. Its errors
// are logged: they may not hold a secret.
type Provider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// ErrNoCredentials is the error of a Provider that has none and will have none
// however often it is asked.
var ErrNoCredentials = errors.New("no access key (set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET)")

// Static always gives the same credentials, or ErrNoCredentials if they lack
// the key's ID or secret.
func Static(c Credentials) Provider { return static{c} }

type static struct{ c Credentials }

func (s static) Credentials(context.Context) (Credentials, error) {
	if !s.c.complete() {
		return Credentials{}, ErrNoCredentials
	}
	return s.c, nil
}

// Chain gives the credentials of the vendor's default chain: environment,
// OIDC (RRSA), profile files, the metadata of the ECS instance, credentials
// URI; the first that has some. It keeps temporary ones until they expire.
func Chain() Provider {
	return newChain(func() source { return providers.NewDefaultCredentialsProvider() })
}

// A source is the vendor's library as far as it is used.
type source interface {
	GetCredentials() (*providers.Credentials, error)
}

// A chain makes up for what credentials-go v1.4.14 lacks: it takes no context,
// it races on its last-used provider, and after one total failure it only ever
// asks the last provider again.
type chain struct {
	turn  chan struct{} // holds one token: a mutex that can be waited for under a context
	build func() source
	src   source // guarded by turn; nil: to be built
}

func newChain(build func() source) *chain {
	return &chain{turn: make(chan struct{}, 1), build: build}
}

func (c *chain) Credentials(ctx context.Context) (Credentials, error) {
	if err := ctx.Err(); err != nil {
		return Credentials{}, err
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return Credentials{}, ctx.Err()
	}
	type result struct {
		c   Credentials
		err error
	}
	done := make(chan result, 1)
	// When the context ends first the goroutine keeps its turn: the library is
	// still at work, and what it finds is kept for the next caller.
	go func() {
		got, err := c.ask()
		<-c.turn
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		return r.c, r.err
	case <-ctx.Done():
		return Credentials{}, ctx.Err()
	}
}

// errChain replaces the library's own text, which can hold a credentials URI
// or an answer of STS.
var errChain = errors.New("no access key from environment, OIDC, profile, instance metadata or credentials URI (set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or see the vendor's default credential chain)")

// errHalf is the commonest mistake, told apart because it is easily mended.
var errHalf = errors.New("no access key: ALIBABA_CLOUD_ACCESS_KEY_ID is set without ALIBABA_CLOUD_ACCESS_KEY_SECRET")

func (c *chain) ask() (Credentials, error) {
	if c.src == nil {
		c.src = c.build()
	}
	got, err := c.src.GetCredentials()
	if err != nil || got == nil || got.AccessKeyId == "" || got.AccessKeySecret == "" {
		c.src = nil
		if os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID") != "" && os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET") == "" {
			return Credentials{}, errHalf
		}
		return Credentials{}, errChain
	}
	return Credentials{
		AccessKeyID:     got.AccessKeyId,
		AccessKeySecret: got.AccessKeySecret,
		SecurityToken:   got.SecurityToken,
	}, nil
}
