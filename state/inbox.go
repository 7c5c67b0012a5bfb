package state

import (
	"context"
	"encoding/json"
	"errors"
)

// An Accepted message was stored as it came, because there was no time to decide
// on it before it had to be acknowledged. It is deleted in the write that stores
// the decision.
type Accepted struct {
	Key      string `json:"-"` // keys are in the order in which messages came
	Revision uint64 `json:"-"` // of the stored record
	Person   Person `json:"person"`
	Message  any    `json:"message"` // what the bot gave; when it is read, a *json.RawMessage
}

// Accept stores messages in one durable write, under keys that are new, and
// notes their revisions.
func (s *Store) Accept(ctx context.Context, all []Accepted) error {
	batch := Batch{Writes: make([]Write, len(all))}
	for i, a := range all {
		w, err := s.write(inbox, a.Key, 0, a)
		if err != nil {
			return err
		}
		batch.Writes[i] = w
	}
	if err := s.engine.Put(ctx, batch); err != nil {
		return err
	}
	for i := range all {
		all[i].Revision = 1
	}
	return nil
}

// Accepted returns the messages that were accepted and not decided on, in the
// order in which they came. There are none but after a crash. One that is damaged
// has no Message: it must not stop everybody.
func (s *Store) Accepted(ctx context.Context) ([]Accepted, error) {
	var all []Accepted
	var bad error
	err := s.engine.Scan(ctx, inbox, "", func(key string, value []byte, rev uint64) bool {
		a := Accepted{Key: key, Revision: rev, Message: new(json.RawMessage)}
		if err := s.decode(inbox, key, value, &a); errors.Is(err, ErrVersion) {
			bad = err
			return false
		} else if err != nil {
			a.Message = nil
		}
		all = append(all, a)
		return true
	})
	if err == nil {
		err = bad
	}
	return all, err
}

// Waits reports whether an accepted message still waits for a decision.
func (s *Store) Waits(ctx context.Context, key string) (bool, error) {
	_, rev, err := s.engine.Get(ctx, inbox, key)
	return rev > 0, err
}

// Drop deletes an accepted message of which nothing follows.
func (s *Store) Drop(ctx context.Context, a Accepted) error {
	return s.engine.Put(ctx, Batch{Writes: []Write{a.decided()}, Patient: true})
}

// decided is the write that deletes an accepted message.
func (a Accepted) decided() Write { return Write{Table: inbox, Key: a.Key, Revision: a.Revision} }
