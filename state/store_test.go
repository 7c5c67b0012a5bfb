package state_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"contactbot/cloudmonitor"
	"contactbot/state"
	"contactbot/state/enginetest"
)

var (
	alice = state.Person{Platform: "slack", Workspace: "T1", User: "U1"}
	bob   = state.Person{Platform: "dingtalk", Workspace: "corp/with slash", User: "经理%"}
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

const (
	key1 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	key2 = "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

func open(t *testing.T, engine state.Engine, keys string) *state.Store {
	t.Helper()
	ring, err := state.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Open(t.Context(), engine, ring)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// full is a request in which every field is set, so that none is forgotten by
// the encoding.
func full(p state.Person) state.Request {
	r := state.Request{Person: p}
	fill(reflect.ValueOf(&r).Elem())
	r.Person, r.Revision = p, 0
	r.Phase = state.Asking
	return r
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(noon))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	default:
		panic("fill: " + v.Kind().String())
	}
}

func TestRequestRoundTrip(t *testing.T) {
	for _, keys := range []string{"", key1} {
		s := open(t, &enginetest.Memory{}, keys)
		for _, p := range []state.Person{alice, bob} {
			want, err := s.Save(t.Context(), state.Change{Request: full(p)})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Request(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" || got.Revision != 1 {
				t.Errorf("revision %d, -saved +read:\n%s", got.Revision, d)
			}
		}
	}
}

func TestUnknownPersonIsIdle(t *testing.T) {
	r, err := open(t, &enginetest.Memory{}, "").Request(t.Context(), alice)
	if err != nil || r.Phase != state.Idle || r.Revision != 0 || r.Person != alice || !r.Empty() {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestCloneSharesNothing changes everything of a clone that a step may change.
func TestCloneSharesNothing(t *testing.T) {
	original := full(alice)
	want := full(alice)
	c := original.Clone()
	c.Origins["x"] = "changed"
	c.Skipped[0], c.Trail[0] = "changed", "changed"
	c.Held[0].Text, c.Tasks[0].Tries, c.Outbox[0].ID, c.Seen[0].ID = "changed", 99, 99, "changed"
	c.Lead[0].Text = "changed"
	c.Took[0], c.Wanted[0] = "changed", "changed"
	if d := cmp.Diff(want, original); d != "" {
		t.Error(d)
	}
}

func TestConflict(t *testing.T) {
	s := open(t, &enginetest.Memory{}, "")
	first, err := s.Save(t.Context(), state.Change{Request: full(alice)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), state.Change{Request: first}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), state.Change{Request: first}); !errors.Is(err, state.ErrConflict) {
		t.Errorf("an older revision was stored: %v", err)
	}
}

// TestClaims: a claim is stored with the request or not at all, only one person
// gets it, and it holds for every spelling.
func TestClaims(t *testing.T) {
	s := open(t, &enginetest.Memory{}, "")
	claim := func(p state.Person, name string) error {
		_, err := s.Save(t.Context(), state.Change{
			Request: full(p),
			Claims:  []state.Claim{{Registration: state.Registration{Contact: name, Owner: p, Claimed: noon}}},
		})
		return err
	}
	if err := claim(alice, "Alice"); err != nil {
		t.Fatal(err)
	}
	if err := claim(bob, "ALICE"); !errors.Is(err, state.ErrConflict) {
		t.Errorf("two people claimed one contact: %v", err)
	}
	if r, _ := s.Request(t.Context(), bob); r.Revision != 0 {
		t.Error("the request was stored without its claim")
	}
	reg, err := s.Registration(t.Context(), "alice")
	if err != nil || !reg.Exists() || reg.Owner != alice || reg.Contact != "Alice" {
		t.Errorf("got %+v, %v", reg, err)
	}
	if names, err := s.Owned(t.Context(), alice); err != nil || !cmp.Equal(names, []string{"Alice"}) {
		t.Errorf("owned: %q, %v", names, err)
	}
	r, err := s.Request(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), state.Change{Request: r, Claims: []state.Claim{{Registration: reg, Drop: true}}}); err != nil {
		t.Fatal(err)
	}
	if names, _ := s.Owned(t.Context(), alice); len(names) > 0 {
		t.Errorf("owned after it was given up: %q", names)
	}
	if err := claim(bob, "alice"); err != nil {
		t.Errorf("a contact that was given up cannot be claimed: %v", err)
	}
}

// TestOwnedIsExact: a person's list does not hold the contacts of one whose key
// begins alike.
func TestOwnedIsExact(t *testing.T) {
	s := open(t, &enginetest.Memory{}, "")
	longer := alice
	longer.User = "U12"
	_, err := s.Save(t.Context(), state.Change{Request: full(longer), Claims: []state.Claim{
		{Registration: state.Registration{Contact: "Carol", Owner: longer}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if names, err := s.Owned(t.Context(), alice); err != nil || len(names) != 0 {
		t.Errorf("owned: %q, %v", names, err)
	}
}

func TestDue(t *testing.T) {
	s := open(t, &enginetest.Memory{}, "")
	r := state.Request{Person: bob, Phase: state.Asking, Timer: noon.Add(time.Hour), Tasks: []state.Task{
		{ID: 1, Kind: state.Put, After: noon}, {ID: 2, Kind: state.Mine, After: noon, Lease: noon.Add(time.Minute)},
	}}
	r, err := s.Save(t.Context(), state.Change{Request: r})
	if err != nil {
		t.Fatal(err)
	}
	for queue, want := range map[state.Queue]time.Time{
		state.Timers: noon.Add(time.Hour), state.Puts: noon, state.Leases: noon.Add(time.Minute), state.Lookups: {},
	} {
		due, err := s.Due(t.Context(), queue, noon.Add(24*time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		if want.IsZero() != (len(due) == 0) || len(due) > 0 && (due[0].Person != bob || !due[0].At.Equal(want)) {
			t.Errorf("%s: %v, want %v", queue, due, want)
		}
	}
	r.Phase, r.Tasks = state.Idle, nil
	if r, err = s.Save(t.Context(), state.Change{Request: r}); err != nil || r.Revision != 0 {
		t.Errorf("an empty request was kept at revision %d: %v", r.Revision, err)
	}
	if due, _ := s.Due(t.Context(), state.Timers, noon.Add(24*time.Hour), 10); len(due) > 0 {
		t.Errorf("still due: %v", due)
	}
}

// TestKeys: what is sealed cannot be read without its key, and an older key
// still reads.
func TestKeys(t *testing.T) {
	engine := &enginetest.Memory{}
	s := open(t, engine, key1)
	r := full(alice)
	r.Draft = cloudmonitor.Contact{Name: "Alice", Channels: cloudmonitor.Channels{SMS: "13800138000"}}
	if _, err := s.Save(t.Context(), state.Change{Request: r}); err != nil {
		t.Fatal(err)
	}
	for _, table := range []state.Table{"requests", "meta"} {
		err := engine.Scan(t.Context(), table, "", func(key string, value []byte, _ uint64) bool {
			if strings.Contains(string(value), "13800138000") || strings.Contains(string(value), `{"v":`) {
				t.Errorf("%s %s is stored in the clear", table, key)
			}
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []string{"", key2} {
		ring, err := state.ParseKeys(wrong)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := state.Open(t.Context(), engine, ring); err == nil || !strings.Contains(err.Error(), "CONTACTBOT_DATA_KEYS") {
			t.Errorf("opened with the wrong keys: %v", err)
		}
	}
	// A rotation: with both keys everything is sealed with the new one, in its
	// queues as before, and the old one can go.
	before, err := s.Due(t.Context(), state.Timers, noon, 10)
	if err != nil || len(before) != 1 {
		t.Fatalf("due: %v, %v", before, err)
	}
	for _, keys := range []string{key2 + "," + key1, key2} {
		rotated := open(t, engine, keys)
		if got, err := rotated.Request(t.Context(), alice); err != nil || got.Draft != r.Draft {
			t.Errorf("after a rotation: %v", err)
		}
		if after, err := rotated.Due(t.Context(), state.Timers, noon, 10); err != nil || !cmp.Equal(before, after) {
			t.Errorf("due after a rotation: %v, %v", after, err)
		}
	}
	ring, err := state.ParseKeys(key1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := state.Open(t.Context(), engine, ring); err == nil {
		t.Error("opened with a key that was rotated away")
	}
}

// TestSealingIsSwitchedOn: records from before there was a key are sealed when
// there is one.
func TestSealingIsSwitchedOn(t *testing.T) {
	engine := &enginetest.Memory{}
	s := open(t, engine, "")
	for i := range 600 {
		p := alice
		p.User = fmt.Sprint(i)
		r := full(p)
		r.Draft.Channels.SMS = "13800138000"
		_, err := s.Save(t.Context(), state.Change{Request: r, Claims: []state.Claim{
			{Registration: state.Registration{Contact: fmt.Sprint("Alice", i), Owner: p}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	open(t, engine, key1)
	for _, table := range []state.Table{"requests", "registrations", "owned", "meta"} {
		n := 0
		err := engine.Scan(t.Context(), table, "", func(key string, value []byte, _ uint64) bool {
			if n++; strings.Contains(string(value), "13800138000") || strings.Contains(string(value), `{"v":`) {
				t.Errorf("%s %s is in the clear", table, key)
			}
			return !t.Failed()
		})
		if err != nil || n == 0 {
			t.Errorf("%s: %d records, %v", table, n, err)
		}
	}
}

// TestForeignRecords: records that are damaged or of a newer version are
// refused, without quoting them.
func TestForeignRecords(t *testing.T) {
	for _, test := range []struct{ value, want string }{
		{`{"v":2,"r":{"phase":"asking"}}`, "newer contactbot"},
		{`{"v":1,"r":{"phase":13800138000}}`, "damaged"},
		{`13800138000`, "damaged"},
	} {
		engine := &enginetest.Memory{}
		s := open(t, engine, "")
		var none *state.Keyring
		err := engine.Put(context.Background(), state.Batch{Writes: []state.Write{{
			Table: "requests", Key: alice.Key(), Value: none.Seal("requests", alice.Key(), []byte(test.value)),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Request(t.Context(), alice)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "138") {
			t.Errorf("%s: %v", test.value, err)
		}
	}
}
