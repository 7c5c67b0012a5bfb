package state

import (
	"context"
	"encoding/json"
)

// An Accepted message was stored as it came, because there was no time to decide
// on it before it had to be acknowledged. It is deleted in the write that stores
// the decision.
type Accepted struct {
	Key     string `json:"-"` // keys are in the order in which messages came
	Person  Person `json:"person"`
	Message any    `json:"message"` // what the bot gave; when it is read, a *json.RawMessage
}

// Accept stores messages in one durable write, under keys that are new.
func (s *Store) Accept(ctx context.Context, all []Accepted) error {
	batch := Batch{Writes: make([]Write, len(all))}
	for i, a := range all {
		w, err := s.write(inbox, a.Key, 0, a)
		if err != nil {
			return err
		}
		batch.Writes[i] = w
	}
	return s.engine.Put(ctx, batch)
}

// Accepted returns the messages that were accepted and not decided on, in the
// order in which they came. There are none but after a crash.
func (s *Store) Accepted(ctx context.Context) ([]Accepted, error) {
	var all []Accepted
	var bad error
	err := s.engine.Scan(ctx, inbox, "", func(key string, value []byte, _ uint64) bool {
		a := Accepted{Key: key, Message: new(json.RawMessage)}
		if bad = s.decode(inbox, key, value, &a); bad != nil {
			return false
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
func (s *Store) Drop(ctx context.Context, key string) error {
	return s.engine.Put(ctx, Batch{Writes: []Write{decided(key)}, Patient: true})
}

// decided is the write that deletes an accepted message.
func decided(key string) Write {
	return Write{Table: inbox, Key: key, Revision: 1} // it was written once
}
