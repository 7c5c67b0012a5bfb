package state

import (
	"context"
	"errors"
	"fmt"
)

// resealBatch is how many records are sealed anew in one write.
const resealBatch = 256

// reseal stores the records of a table anew that are not sealed with the newest
// key.
func (s *Store) reseal(ctx context.Context, table Table) error {
	var batch Batch
	var bad error
	flush := func() error {
		if len(batch.Writes) == 0 {
			return nil
		}
		err := s.engine.Put(ctx, batch)
		if errors.Is(err, ErrConflict) {
			// Another replica has written one of them, with the newest key.
			err = s.resealSingly(ctx, batch.Writes)
		}
		batch.Writes = nil
		return err
	}
	err := s.engine.Scan(ctx, table, "", func(key string, value []byte, rev uint64) bool {
		plain, stale, err := s.keys.Open(table, key, value)
		if err != nil {
			bad = fmt.Errorf("seal a record of %s anew: %w", table, err)
			return false
		}
		if !stale || table == meta && key == keysKey { // that one is sealed anew last
			return true
		}
		w := Write{Table: table, Key: key, Revision: rev, Value: s.keys.Seal(table, key, plain)}
		if w.Due, bad = s.dues(table, key, value); bad != nil {
			return false
		}
		if batch.Writes = append(batch.Writes, w); len(batch.Writes) == resealBatch {
			bad = flush()
		}
		return bad == nil
	})
	if err == nil {
		err = bad
	}
	if err == nil {
		err = flush()
	}
	return err
}

// dues are the queues that a stored record is in.
func (s *Store) dues(table Table, key string, value []byte) ([]Due, error) {
	switch table {
	case requests:
		var r Request
		err := s.decode(table, key, value, &r)
		return r.Dues(), err
	case allowances:
		var a Allowance
		err := s.decode(table, key, value, &a)
		return a.dues(), err
	default:
		return nil, nil
	}
}

func (s *Store) resealSingly(ctx context.Context, writes []Write) error {
	for _, w := range writes {
		err := s.engine.Put(ctx, Batch{Writes: []Write{w}})
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}
