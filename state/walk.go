package state

import (
	"context"
	"errors"
	"slices"
)

// Requests calls fn for every request that is stored, in order of their people,
// until it returns false. Records that cannot be read are passed over, and told at
// the end.
func (s *Store) Requests(ctx context.Context, fn func(Request) bool) error {
	var damaged error
	err := s.engine.Scan(ctx, requests, "", func(key string, value []byte, rev uint64) bool {
		var r Request
		if err := s.decode(requests, key, value, &r); err != nil {
			damaged = err
			return true
		}
		r.Revision = rev
		return fn(r)
	})
	return errors.Join(err, damaged)
}

// Registrations calls fn for every registration, in order of the contacts' names,
// until it returns false.
func (s *Store) Registrations(ctx context.Context, fn func(Registration) bool) error {
	var damaged error
	err := s.engine.Scan(ctx, registrations, "", func(key string, value []byte, rev uint64) bool {
		var r Registration
		if err := s.decode(registrations, key, value, &r); err != nil {
			damaged = err
			return true
		}
		r.Revision = rev
		return fn(r)
	})
	return errors.Join(err, damaged)
}

// Forget erases all that is kept of a person: what is pending, and whose contacts
// they are. The contacts stay in CloudMonitor. It returns the names of the
// contacts, which belong to nobody from now on, and whether anything was kept.
func (s *Store) Forget(ctx context.Context, p Person) (contacts []string, found bool, err error) {
	for {
		// A record that cannot be read is erased all the same.
		_, rev, err := s.engine.Get(ctx, requests, p.Key())
		if err != nil {
			return nil, false, err
		}
		r, err := s.Request(ctx, p)
		if r.Revision = rev; err == nil && slices.ContainsFunc(r.Tasks, func(t Task) bool { return !t.Lease.IsZero() }) {
			return nil, false, errors.New("a call for this person is under way: try again in a minute")
		}
		names, err := s.Owned(ctx, p)
		if err != nil {
			return nil, false, err
		}
		batch := Batch{}
		if r.Revision > 0 {
			batch.Writes = append(batch.Writes, Write{Table: requests, Key: p.Key(), Revision: r.Revision})
		}
		for _, name := range names {
			reg, err := s.Registration(ctx, name)
			if err != nil {
				return nil, false, err
			}
			if !reg.Exists() || reg.Owner != p {
				continue
			}
			writes, err := s.claim(ctx, Claim{Registration: reg, Drop: true})
			if err != nil {
				return nil, false, err
			}
			batch.Writes = append(batch.Writes, writes...)
		}
		said, err := s.Accepted(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, a := range said {
			if a.Person == p {
				batch.Writes = append(batch.Writes, a.decided())
			}
		}
		if len(batch.Writes) == 0 {
			return nil, false, nil
		}
		if err = s.engine.Put(ctx, batch); errors.Is(err, ErrConflict) {
			continue // something was just written
		}
		return names, true, err
	}
}
