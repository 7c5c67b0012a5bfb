package enginetest

import (
	"errors"
	"testing"

	"contactbot/state"
)

func TestMemory(t *testing.T) {
	Run(t, func(*testing.T, string) state.Engine { return &Memory{} })
}

func TestMemoryFails(t *testing.T) {
	full := errors.New("the disk is full")
	m := &Memory{}
	h := &harness{T: t, Engine: m}
	m.FailNext(full)
	if err := m.Ping(ctx); !errors.Is(err, full) {
		t.Errorf("ping: %v", err)
	}
	b := state.Batch{Writes: []state.Write{write(people, "alice", 0, "one")}}
	if err := m.Put(ctx, b); !errors.Is(err, full) {
		t.Errorf("put: %v", err)
	}
	h.gone(people, "alice")
	h.put(b.Writes...)

	m.BeforePut = func(b state.Batch) error {
		if b.Patient {
			return full
		}
		return nil
	}
	if err := m.Put(ctx, state.Batch{Patient: true}); !errors.Is(err, full) {
		t.Errorf("put: %v", err)
	}
	h.put(write(people, "alice", 1, "two"))
}
