package state

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// A Channel is a way to somebody: a field of a contact, and its value.
type Channel struct{ Field, Value string }

// An Allowance is when activation messages were sent to a channel. It is stored
// under a hash that is made with a secret of this state: neither the value nor a
// guess at it can be found in the file.
type Allowance struct {
	Channel  `json:"-"`
	Times    []time.Time `json:"times"`
	Revision uint64      `json:"-"` // of the stored record; 0: there is none
}

// Expiring is the queue of allowances that can be forgotten.
const Expiring Queue = "expiring"

// allowanceLife is how long an allowance is kept after the last message: longer
// than any limit looks back.
const allowanceLife = 25 * time.Hour

// Allowance returns what is known of a channel.
func (s *Store) Allowance(ctx context.Context, c Channel) (Allowance, error) {
	a := Allowance{}
	key, err := s.channelKey(ctx, c)
	if err != nil {
		return a, err
	}
	rev, err := s.get(ctx, allowances, key, &a)
	a.Channel, a.Revision = c, rev
	return a, err
}

// spend is the write of an allowance.
func (s *Store) spend(ctx context.Context, a Allowance) (Write, error) {
	key, err := s.channelKey(ctx, a.Channel)
	if err != nil {
		return Write{}, err
	}
	w, err := s.write(allowances, key, a.Revision, a)
	if w.Due = a.dues(); len(a.Times) == 0 {
		w.Value = nil
	}
	return w, err
}

func (a Allowance) dues() []Due {
	if len(a.Times) == 0 {
		return nil
	}
	return []Due{{Queue: Expiring, At: a.Times[len(a.Times)-1].Add(allowanceLife)}}
}

// Expire deletes allowances that are of no use any more, at most so many, and
// returns how many it deleted.
func (s *Store) Expire(ctx context.Context, now time.Time, most int) (int, error) {
	old, err := s.engine.Due(ctx, Expiring, now, most)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	batch := Batch{Patient: true}
	for _, e := range old {
		_, rev, err := s.engine.Get(ctx, allowances, e.Key)
		if err != nil {
			return 0, err
		}
		if rev > 0 {
			batch.Writes = append(batch.Writes, Write{Table: allowances, Key: e.Key, Revision: rev})
		}
	}
	err = s.engine.Put(ctx, batch)
	if errors.Is(err, ErrConflict) { // one of them was used again: the next time
		return 0, nil
	}
	return len(batch.Writes), err
}

// channelKey is the key of a channel's allowance.
func (s *Store) channelKey(ctx context.Context, c Channel) (string, error) {
	s.secretOnce.Lock()
	defer s.secretOnce.Unlock()
	if s.secret == nil {
		secret, err := s.readSecret(ctx)
		if err != nil {
			return "", err
		}
		s.secret = secret
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(c.Field + "\x00" + c.Value))
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

// readSecret reads the secret of this state, or makes one.
func (s *Store) readSecret(ctx context.Context) ([]byte, error) {
	const key = "secret"
	for {
		var held struct{ Secret []byte }
		rev, err := s.get(ctx, meta, key, &held)
		if err != nil || rev > 0 {
			return held.Secret, err
		}
		held.Secret = make([]byte, 32)
		_, _ = rand.Read(held.Secret) // never fails: see crypto/rand
		w, err := s.write(meta, key, 0, held)
		if err != nil {
			return nil, err
		}
		err = s.engine.Put(ctx, Batch{Writes: []Write{w}})
		if errors.Is(err, ErrConflict) { // another process has made one
			continue
		}
		return held.Secret, err
	}
}
