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
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
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
	if _, err := c.Credentials(t.Context()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
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
	if _, err := c.Credentials(t.Context()); !errors.Is(err, errHalf) {
		t.Errorf("without the secret: %v", err)
	}
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

func TestCredentialErrors(t *testing.T) {
	tests := []struct {
		provider  Provider
		temporary bool
	}{
		{Static(Credentials{}), false},
		{Static(Credentials{AccessKeyID: "AK"}), false},
		{failing{errChain}, true},
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
