package enginetest

import (
	"context"
	"errors"
	"sync/atomic"

	"contactbot/state"
)

// ErrDead is what a killed process gets from its engine.
var ErrDead = errors.New("the process is dead")

// A Mortal is the engine of a process that can be killed in a test: once Dead is
// set it can neither read nor write.
type Mortal struct {
	state.Engine
	Dead atomic.Bool
}

// Get implements state.Engine.
func (m *Mortal) Get(ctx context.Context, t state.Table, key string) ([]byte, uint64, error) {
	if m.Dead.Load() {
		return nil, 0, ErrDead
	}
	return m.Engine.Get(ctx, t, key)
}

// Put implements state.Engine.
func (m *Mortal) Put(ctx context.Context, b state.Batch) error {
	if m.Dead.Load() {
		return ErrDead
	}
	return m.Engine.Put(ctx, b)
}
