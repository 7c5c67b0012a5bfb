package state

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func testKey(fill byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, keySize))
}

func ring(t testing.TB, keys ...string) *Keyring {
	t.Helper()
	k, err := ParseKeys(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestParseKeys(t *testing.T) {
	a, b := testKey('a'), testKey('b')
	for _, test := range []struct{ in, want string }{
		{in: "", want: "no keys"},
		{in: " \n", want: "no keys"},
		{in: a, want: "1 key"},
		{in: strings.TrimRight(a, "="), want: "1 key"},
		{in: a + "," + b, want: "2 keys"},
		{in: " " + a + " ,\n" + b + "\n", want: "2 keys"},
		{in: a + ",", want: "error: key 2: has 0 bytes instead of 32 (make one with: openssl rand -base64 32)"},
		{in: a + "," + a, want: "error: key 2: is the same as key 1"},
		{in: "sesame!", want: "error: key 1: not base64 (make one with: openssl rand -base64 32)"},
		{in: a[:40], want: "error: key 1: has 30 bytes instead of 32 (make one with: openssl rand -base64 32)"},
	} {
		k, err := ParseKeys(test.in)
		got := k.String()
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != test.want {
			t.Errorf("ParseKeys(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestSealAndOpen(t *testing.T) {
	a, b := testKey('a'), testKey('b')
	for _, test := range []struct {
		name       string
		seal, open *Keyring
		stale      bool
		err        error
	}{
		{name: "no keys", seal: nil, open: nil},
		{name: "zero rings", seal: &Keyring{}, open: &Keyring{}},
		{name: "one key", seal: ring(t, a), open: ring(t, a)},
		{name: "the key became the older one", seal: ring(t, a), open: ring(t, b, a), stale: true},
		{name: "the older key is there, the newest seals", seal: ring(t, b, a), open: ring(t, b)},
		{name: "a key came to a clear record", seal: nil, open: ring(t, a), stale: true},
		{name: "the key is gone", seal: ring(t, a), open: ring(t, b), err: ErrNoKey},
		{name: "all keys are gone", seal: ring(t, a), open: nil, err: ErrNoKey},
	} {
		for _, plain := range []string{"", "x", strings.Repeat("contact ", 1000)} {
			stored := test.seal.Seal("request", "slack/T1/U1", []byte(plain))
			got, stale, err := test.open.Open("request", "slack/T1/U1", stored)
			if !errors.Is(err, test.err) || stale != test.stale {
				t.Errorf("%s: stale %v, error %v", test.name, stale, err)
			}
			if err == nil && (string(got) != plain || got == nil) {
				t.Errorf("%s: got %q back for %q", test.name, got, plain)
			}
		}
	}
}

func TestSealIsBoundToItsRecord(t *testing.T) {
	k := ring(t, testKey('a'))
	stored := k.Seal("request", "U1", []byte("secret"))
	for _, test := range []struct {
		name  string
		table Table
		key   string
		make  func([]byte) []byte
	}{
		{"another record", "request", "U2", nil},
		{"another table", "registration", "U1", nil},
		{"a shifted border", "reques", "tU1", nil},
		{"cut off", "request", "U1", func(b []byte) []byte { return b[:len(b)-1] }},
		{"only a head", "request", "U1", func(b []byte) []byte { return b[:5] }},
		{"nothing", "request", "U1", func([]byte) []byte { return nil }},
		{"a later form", "request", "U1", func(b []byte) []byte { b[0] = 9; return b }},
		{"a flipped bit", "request", "U1", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
		{"a flipped bit of the nonce", "request", "U1", func(b []byte) []byte { b[6] ^= 1; return b }},
	} {
		changed := bytes.Clone(stored)
		if test.make != nil {
			changed = test.make(changed)
		}
		if plain, _, err := k.Open(test.table, test.key, changed); !errors.Is(err, ErrUnsealable) || plain != nil {
			t.Errorf("%s: got %q, %v", test.name, plain, err)
		}
	}
}

func TestSealedHidesThePlain(t *testing.T) {
	k := ring(t, testKey('a'))
	one, two := k.Seal("t", "k", []byte("alice@example.com")), k.Seal("t", "k", []byte("alice@example.com"))
	if bytes.Contains(one, []byte("alice")) {
		t.Error("the plain text can be read")
	}
	if bytes.Equal(one, two) {
		t.Error("the same nonce was used twice")
	}
}

func TestKeyringHidesItself(t *testing.T) {
	k := ring(t, testKey('a'), testKey('b'))
	var log bytes.Buffer
	withoutTime := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey { // its digits may be those that are looked for
			return slog.Attr{}
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&log, withoutTime)).Info("start", "keys", k)
	for _, shown := range []string{log.String(), fmt.Sprint(k), fmt.Sprintf("%v %+v %#v %s", k, k, k, k)} {
		if !strings.Contains(shown, "2 keys") || strings.Contains(shown, "97") || strings.Contains(shown, "YWFh") {
			t.Errorf("shown: %s", shown)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k, plainRing := ring(f, testKey('a')), (*Keyring)(nil)
	f.Add(k.Seal("t", "k", []byte("value")))
	f.Add(plainRing.Seal("t", "k", []byte("value")))
	f.Add([]byte{})
	f.Add([]byte{formSealed})
	f.Fuzz(func(t *testing.T, stored []byte) {
		for _, r := range []*Keyring{k, plainRing} {
			plain, _, err := r.Open("t", "k", stored)
			if (err == nil) != (plain != nil) {
				t.Errorf("plain %q with error %v", plain, err)
			}
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	k := ring(b, testKey('a'))
	plain := make([]byte, 600)
	stored := k.Seal("request", "slack/T1/U1", plain)
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			k.Seal("request", "slack/T1/U1", plain)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := k.Open("request", "slack/T1/U1", stored); err != nil {
				b.Fatal(err)
			}
		}
	})
}
