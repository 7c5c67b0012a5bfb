package state_test

import (
	"strings"
	"testing"
	"time"

	"contactbot/state"
	"contactbot/state/enginetest"
)

// TestForget: all of a person is erased, what waits for a decision too, and
// nothing of others.
func TestForget(t *testing.T) {
	engine := &enginetest.Memory{}
	store, err := state.Open(t.Context(), engine, nil)
	if err != nil {
		t.Fatal(err)
	}
	me, other := state.Person{Platform: "slack", Workspace: "T1", User: "U1"}, state.Person{Platform: "slack", Workspace: "T1", User: "U2"}
	for i, p := range []state.Person{me, other} {
		name := []string{"Mine", "Theirs"}[i]
		if err := store.Accept(t.Context(), []state.Accepted{{Key: name, Person: p, Message: "hello"}}); err != nil {
			t.Fatal(err)
		}
		claim := state.Claim{Registration: state.Registration{Contact: name, Owner: p, Claimed: time.Now()}}
		if _, err := store.Save(t.Context(), state.Change{Request: state.Request{Person: p, Phase: state.Asking, Chosen: true}, Claims: []state.Claim{claim}}); err != nil {
			t.Fatal(err)
		}
	}
	names, found, err := store.Forget(t.Context(), me)
	if err != nil || !found || len(names) != 1 || names[0] != "Mine" {
		t.Fatalf("forgot %q, %v", names, err)
	}
	all := strings.Join(engine.Values(), "\n")
	if strings.Contains(all, "U1") || strings.Contains(all, "Mine") || strings.Count(all, "Theirs") < 3 {
		t.Errorf("left:\n%s", all)
	}
	if names, found, err := store.Forget(t.Context(), me); err != nil || found || len(names) > 0 {
		t.Errorf("forgot %q, %v", names, err)
	}
	r, err := store.Request(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	r.Tasks = []state.Task{{ID: 1, Kind: state.Put, Lease: time.Now().Add(time.Minute)}}
	if _, err := store.Save(t.Context(), state.Change{Request: r}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Forget(t.Context(), other); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("forgot in the middle of a call: %v", err)
	}
}

// TestAllowancesKeepTheirKeys: a channel is found again under its hash, also after
// the keys were changed, and nowhere in the file; another state has another hash.
func TestAllowancesKeepTheirKeys(t *testing.T) {
	const older, newer = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="
	engine := &enginetest.Memory{}
	channel := state.Channel{Field: "mail", Value: "alice@example.com"}
	now := time.Now()
	keys := func(text string) *state.Keyring {
		k, err := state.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	open := func(engine state.Engine, text string) *state.Store {
		store, err := state.Open(t.Context(), engine, keys(text))
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	save := func(store *state.Store) {
		a, err := store.Allowance(t.Context(), channel)
		if err != nil {
			t.Fatal(err)
		}
		a.Times = append(a.Times, now)
		r := state.Request{Person: state.Person{Platform: "slack", Workspace: "T1", User: "U1"}}
		if _, err := store.Save(t.Context(), state.Change{Request: r, Allowances: []state.Allowance{a}}); err != nil {
			t.Fatal(err)
		}
	}
	save(open(engine, older))
	save(open(engine, newer+","+older)) // sealed anew
	last := open(engine, newer)         // the older key is gone
	if a, err := last.Allowance(t.Context(), channel); err != nil || len(a.Times) != 2 {
		t.Errorf("%d times, %v", len(a.Times), err)
	}
	other := &enginetest.Memory{}
	save(open(other, ""))
	keyOf := func(e *enginetest.Memory) string {
		for _, v := range e.Values() {
			if rest, ok := strings.CutPrefix(v, "allowances "); ok {
				return strings.Fields(rest)[0]
			}
		}
		return ""
	}
	if keyOf(engine) == "" || keyOf(engine) == keyOf(other) {
		t.Error("the hash has no secret of its own: it can be guessed")
	}
	if n, err := last.Expire(t.Context(), now.Add(26*time.Hour), 10); err != nil || n != 1 {
		t.Errorf("%d expired, %v", n, err)
	}
}
