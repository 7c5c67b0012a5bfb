package cloudmonitor

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// fakeSource is the vendor's library, as touchy as that: it races unless it is
// guarded, and once it has failed it fails for ever.
type fakeSource struct {
	calls int
	fail  func() error
	wait  time.Duration
	dead  bool
}

func (f *fakeSource) GetCredentials() (*providers.Credentials, error) {
	f.calls++
	time.Sleep(f.wait) // under synctest only, or none
	if f.dead {
		return nil, errors.New("dead")
	}
	if f.fail != nil {
		if err := f.fail(); err != nil {
			f.dead = true
			return nil, err
		}
	}
	return &providers.Credentials{AccessKeyId: "AK", AccessKeySecret: "SK", SecurityToken: "T"}, nil
}

func TestChainTogether(t *testing.T) {
	built := 0
	c := newChain(func() source { built++; return &fakeSource{} })
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			got, err := c.Credentials(context.Background())
			if err != nil || got != (Credentials{"AK", "SK", "T"}) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
	if built != 1 {
		t.Errorf("built %d times", built)
	}
}

func TestChainRebuiltAfterError(t *testing.T) {
	noSources(t)
	outage := true
	c := newChain(func() source {
		return &fakeSource{fail: func() error {
			if outage {
				return errors.New("get http://100.100.100.200/?token=s3cr3t failed")
			}
			return nil
		}}
	})
	if _, err := c.Credentials(t.Context()); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Fatalf("got %v", err)
	}
	outage = false
	later(c)
	if _, err := c.Credentials(t.Context()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// noSources leaves no variable that names a source of access keys.
func noSources(t *testing.T) {
	t.Helper()
	for _, name := range append([]string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"}, sources...) {
		t.Setenv(name, "")
	}
}

// later lets the last failure of a chain be over.
func later(c *chain) {
	now := c.now
	c.now = func() time.Time { return now().Add(failureHolds) }
}

// Only a source that may come back is worth trying again.
func TestChainWithoutCredentials(t *testing.T) {
	tests := []struct {
		set, value string
		worked     bool
		want       error
		final      bool
	}{
		{want: errChain, final: true},
		{set: "ALIBABA_CLOUD_ACCESS_KEY_ID", value: "AK", want: errHalf, final: true},
		{set: "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", value: "acs:ram::1:oidc-provider/p", want: errAway},
		{set: "ALIBABA_CLOUD_ECS_METADATA", value: "role", want: errAway},
		{set: "ALIBABA_CLOUD_CREDENTIALS_URI", value: "http://localhost", want: errAway},
		{worked: true, want: errAway},
	}
	for _, tt := range tests {
		t.Run(tt.set, func(t *testing.T) {
			noSources(t)
			if tt.set != "" {
				t.Setenv(tt.set, tt.value)
			}
			fail := !tt.worked
			c := newChain(func() source {
				return &fakeSource{fail: func() error {
					if fail {
						return errors.New("nothing")
					}
					return nil
				}}
			})
			if tt.worked {
				if _, err := c.Credentials(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			fail = true
			if _, err := c.Credentials(t.Context()); err != tt.want || errors.Is(err, ErrNoCredentials) != tt.final {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// To find nothing takes long: who waits for a turn meanwhile does not ask anew.
func TestChainSharesAFailure(t *testing.T) {
	noSources(t)
	synctest.Test(t, func(t *testing.T) {
		const search = 5 * time.Second
		asked := 0
		c := newChain(func() source {
			asked++
			return &fakeSource{wait: search, fail: func() error { return errors.New("nothing") }}
		})
		ask := func() { _, _ = c.Credentials(context.Background()) }
		begin := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(ask)
		}
		all.Wait()
		ask() // and who comes at once
		if took := time.Since(begin); asked != 1 || took != search {
			t.Errorf("asked %d times, for %v", asked, took)
		}
		<-time.After(failureHolds)
		if ask(); asked != 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestKeysAreTrimmed(t *testing.T) {
	want := Credentials{"AK", "SK", "T"}
	loose := Credentials{" AK\n", "\tSK\r\n", "T "}
	if got, err := Static(loose).Credentials(t.Context()); err != nil || got != want {
		t.Errorf("got %#v, %v", got, err)
	}
	c := newChain(func() source { return looseSource(loose) })
	if got, err := c.Credentials(t.Context()); err != nil || got != want {
		t.Errorf("got %#v, %v", got, err)
	}
}

type looseSource Credentials

func (l looseSource) GetCredentials() (*providers.Credentials, error) {
	return &providers.Credentials{AccessKeyId: l.AccessKeyID, AccessKeySecret: l.AccessKeySecret, SecurityToken: l.SecurityToken}, nil
}

func TestChainUnderDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(func() source { return &fakeSource{wait: time.Minute} })
		begin := time.Now()
		var all sync.WaitGroup
		for range 3 { // one asks the library, two wait for their turn
			all.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				if _, err := c.Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
					t.Errorf("got %v after %v", err, time.Since(begin))
				}
			})
		}
		all.Wait()
		if _, err := c.Credentials(context.Background()); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestChainFromEnvironment(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true") // no call to the network
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "envAK")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "")
	c := Chain()
	if _, err := c.Credentials(t.Context()); !errors.Is(err, errHalf) || !errors.Is(err, ErrNoCredentials) {
		t.Errorf("without the secret: %v", err)
	}
	later(c.(*chain))
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "envSK")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "envT")
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if got, err := c.Credentials(context.Background()); err != nil || got != (Credentials{"envAK", "envSK", "envT"}) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
}

type failing struct{ err error }

func (f failing) Credentials(context.Context) (Credentials, error) { return Credentials{}, f.err }

type giving Credentials

func (g giving) Credentials(context.Context) (Credentials, error) { return Credentials(g), nil }

func TestCredentialErrors(t *testing.T) {
	tests := []struct {
		provider  Provider
		temporary bool
	}{
		{Static(Credentials{}), false},
		{Static(Credentials{AccessKeyID: "AK"}), false},
		{Static(Credentials{AccessKeyID: "AK", AccessKeySecret: " \n"}), false},
		{failing{errChain}, false},
		{failing{errHalf}, false},
		{failing{errAway}, true},
		{giving{AccessKeyID: "AK\n", AccessKeySecret: "SK"}, false},
		{giving{AccessKeyID: "A K", AccessKeySecret: "SK"}, false},
		{giving{AccessKeyID: "AK", AccessKeySecret: "SK\r"}, false},
		{giving{AccessKeyID: "AK", AccessKeySecret: "SK", SecurityToken: "\x00"}, false},
		{giving{AccessKeyID: "密钥", AccessKeySecret: "SK"}, false},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c := testClient(t, Options{Credentials: tt.provider, Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				t.Error("called without credentials")
				return nil, errors.New("no")
			})})
			_, err := c.PutContact(t.Context(), alice)
			var e *Error
			if !errors.As(err, &e) || e.Temporary != tt.temporary || e.Uncertain {
				t.Errorf("got %v (%+v)", err, e)
			}
		})
	}
}
