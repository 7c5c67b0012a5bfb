package state_test

import (
	"testing"
	"time"

	"contactbot/bot/dialog"
	"contactbot/state"
	"contactbot/state/enginetest"
)

// FuzzRecord: whatever stands in the file, a record is read or refused, one that
// was read can be gone on with, and nothing is quoted.
func FuzzRecord(f *testing.F) {
	f.Add("requests", []byte("\x00{\"v\":1,\"r\":{\"phase\":\"asking\",\"asking\":\"mail\",\"draft\":{\"Name\":\"Alice\"}}}"))
	f.Add("requests", []byte("\x00{\"v\":1,\"r\":{\"phase\":\"sending\",\"tasks\":[{\"id\":1,\"kind\":\"put\"}],\"outbox\":[{}]}}"))
	f.Add("requests", []byte("\x00{\"v\":2}"))
	f.Add("registrations", []byte("\x00{\"v\":1,\"r\":{\"contact\":\"Alice\"}}"))
	f.Add("inbox", []byte("\x00{\"v\":1,\"r\":{\"person\":{},\"message\":7}}"))
	f.Add("allowances", []byte("\x01sealed"))
	f.Fuzz(func(t *testing.T, table string, value []byte) {
		engine := &enginetest.Memory{}
		store, err := state.Open(t.Context(), engine, nil)
		if err != nil {
			t.Fatal(err)
		}
		me := state.Person{Platform: "slack", Workspace: "T1", User: "U1"}
		key := me.Key()
		if table == "registrations" {
			key = "alice"
		}
		if err := engine.Put(t.Context(), state.Batch{Writes: []state.Write{{Table: state.Table(table), Key: key, Value: value}}}); err != nil {
			return
		}
		r, err := store.Request(t.Context(), me)
		if err == nil {
			_ = r.Dues()
			if _, err := store.Save(t.Context(), state.Change{Request: r}); err != nil {
				t.Fatalf("what was read cannot be stored: %v", err)
			}
			if known(r) {
				_, _ = (dialog.Rules{}).Step(r, dialog.Wake{}, time.Now())
			}
		}
		_, _ = store.Registration(t.Context(), "Alice")
		_, _ = store.Accepted(t.Context())
		_, _ = store.Owned(t.Context(), me)
		_ = store.Requests(t.Context(), func(state.Request) bool { return true })
		if _, _, err := store.Forget(t.Context(), me); err != nil && table == "requests" && len(r.Tasks) == 0 {
			t.Fatalf("a damaged record cannot be erased: %v", err)
		}
	})
}

// known reports whether a request is in a phase that this program knows, with the
// tasks that belong to it: others are not written by it.
func known(r state.Request) bool {
	switch r.Phase {
	case state.Idle, state.Asking, state.Confirming:
		return len(r.Tasks) == 0
	default:
		return false
	}
}
