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
		if !stale {
			return true
		}
		w := Write{Table: table, Key: key, Revision: rev, Value: s.keys.Seal(table, key, plain)}
		if table == requests { // the only ones that are in queues
			var r Request
			if bad = s.decode(table, key, value, &r); bad != nil {
				return false
			}
			w.Due = r.Dues()
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

func (s *Store) resealSingly(ctx context.Context, writes []Write) error {
	for _, w := range writes {
		err := s.engine.Put(ctx, Batch{Writes: []Write{w}})
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}
