package state_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"contactbot/state"
	"contactbot/state/enginetest"
)

// TestInbox: accepted messages are read in the order in which they came, and are
// gone with the change that decides on them, or not at all.
func TestInbox(t *testing.T) {
	engine := &enginetest.Memory{}
	s := open(t, engine, key1)
	type message struct{ Text string }
	if err := s.Accept(t.Context(), []state.Accepted{
		{Key: "2", Person: bob, Message: message{"two"}}, {Key: "1", Person: alice, Message: message{"one"}}, {Key: "3", Person: bob, Message: message{"three"}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Accept(t.Context(), []state.Accepted{{Key: "4", Person: bob}, {Key: "1", Person: bob}}); !errors.Is(err, state.ErrConflict) {
		t.Errorf("a key that is taken: %v", err)
	}
	texts := func(s *state.Store) string {
		t.Helper()
		all, err := s.Accepted(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, a := range all {
			var m message
			if text, ok := a.Message.(*json.RawMessage); !ok || json.Unmarshal(*text, &m) != nil {
				t.Fatalf("read %T", a.Message)
			}
			words = append(words, a.Key, a.Person.User, m.Text)
		}
		return strings.Join(words, " ")
	}
	if got := texts(s); got != "1 U1 one 2 经理% two 3 经理% three" {
		t.Errorf("accepted: %s", got)
	}
	// Sealed anew with the others.
	open(t, engine, key2+","+key1)
	s = open(t, engine, key2)
	all, err := s.Accepted(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, two := all[0], all[1]
	if _, err := s.Save(t.Context(), state.Change{Request: full(alice), Decided: &one}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), state.Change{Request: full(bob), Decided: &one}); !errors.Is(err, state.ErrConflict) {
		t.Errorf("decided on twice: %v", err)
	}
	if r, err := s.Request(t.Context(), bob); err != nil || r.Revision != 0 {
		t.Errorf("a decision on nothing was stored: %v, %v", r, err)
	}
	if err := s.Drop(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	if got := texts(s); got != "3 经理% three" {
		t.Errorf("accepted: %s", got)
	}
	for key, want := range map[string]bool{"1": false, "2": false, "3": true} {
		if waits, err := s.Waits(t.Context(), key); err != nil || waits != want {
			t.Errorf("%s waits: %t, %v", key, waits, err)
		}
	}
}
