package cloudmonitor

// The vendor's chain of places to look for an access key.

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// Chain gives the credentials of the vendor's default chain: environment,
// OIDC (RRSA), profile files, the metadata of the ECS instance, credentials
// URI; the first that has some. It keeps temporary ones until they expire. The
// error is ErrNoCredentials when nothing says that there is a source which may
// come back.
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
	now   func() time.Time

	// guarded by turn
	src      source // nil: to be built
	worked   bool   // it has given credentials before
	failure  error  // of the last time; nil: it succeeded
	failedAt time.Time
}

func newChain(build func() source) *chain {
	return &chain{turn: make(chan struct{}, 1), build: build, now: time.Now}
}

// failureHolds is how long a failure is the answer to others, too. To find
// nothing takes seconds of waiting for metadata, and whoever waits for a turn
// would each wait for that after all those before.
const failureHolds = time.Second

func (c *chain) Credentials(ctx context.Context) (Credentials, error) {
	if err := ctx.Err(); err != nil {
		return Credentials{}, err
	}
	came := c.now()
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return Credentials{}, ctx.Err()
	}
	if c.failure != nil && came.Before(c.failedAt.Add(failureHolds)) {
		err := c.failure
		<-c.turn
		return Credentials{}, err
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

// errChain and errAway replace the library's own text, which can hold a
// credentials URI or an answer of STS. errChain is final: nothing says that
// there is a source. errAway is not: there is one, and it may come back.
const errChain = missing("no access key from environment, OIDC, profile, instance metadata or credentials URI (set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or see the vendor's default credential chain)")

var errAway = errors.New("no access key now: its source (OIDC, profile, instance metadata or credentials URI) gives none")

// sources are the variables that name a source which is asked over the network.
// Source: Alibaba Cloud, "Credentials tool for Go", default credential chain.
var sources = []string{"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ECS_METADATA", "ALIBABA_CLOUD_CREDENTIALS_URI"}

// errHalf is the commonest mistake, told apart because it is easily mended.
const errHalf = missing("no access key: ALIBABA_CLOUD_ACCESS_KEY_ID is set without ALIBABA_CLOUD_ACCESS_KEY_SECRET")

func (c *chain) ask() (Credentials, error) {
	if c.src == nil {
		c.src = c.build()
	}
	got, err := c.src.GetCredentials()
	var found Credentials
	if err == nil && got != nil {
		found = Credentials{got.AccessKeyId, got.AccessKeySecret, got.SecurityToken}.trimmed()
	}
	if !found.complete() {
		c.src, c.failure, c.failedAt = nil, c.nothing(), c.now()
		return Credentials{}, c.failure
	}
	c.worked, c.failure = true, nil
	return found, nil
}

// nothing says what it means that no source has credentials.
func (c *chain) nothing() error {
	if c.worked {
		return errAway
	}
	if os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID") != "" && os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET") == "" {
		return errHalf
	}
	for _, name := range sources {
		if os.Getenv(name) != "" {
			return errAway
		}
	}
	return errChain
}
