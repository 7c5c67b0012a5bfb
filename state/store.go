package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Tables of the store.
const (
	requests      Table = "requests"      // by Person.Key
	registrations Table = "registrations" // by the folded name of the contact
	owned         Table = "owned"         // by Person.Key, 0 and the folded name: whose contacts are whose
	inbox         Table = "inbox"         // by the order in which messages came
	allowances    Table = "allowances"    // by a keyed hash of the channel
	meta          Table = "meta"
)

// keysKey is the record that tells at start whether the keys fit.
const keysKey = "keys"

// version is the version of the records that this program writes. Records of
// an older version are brought up to date when they are read; those of a newer
// one are refused.
const version = 1

// ErrVersion says that a record was written by a newer contactbot.
var ErrVersion = errors.New("the record was written by a newer contactbot: upgrade this one")

// A Store keeps requests and registrations in an engine.
type Store struct {
	engine Engine
	keys   *Keyring

	secretOnce sync.Mutex
	secret     []byte // of the hashes of channels; nil: not read yet
}

// Open returns a store over the engine. It fails if the engine's records are
// sealed with a key that keys does not have, before anything is read or written
// by mistake. If there is a newer key than the one they are sealed with, they
// are sealed anew, so that the older key can be left out from then on.
func Open(ctx context.Context, engine Engine, keys *Keyring) (*Store, error) {
	s, stale, rev, err := look(ctx, engine, keys)
	if err != nil || rev > 0 && !stale {
		return s, err
	}
	if rev > 0 {
		// The record that tells whether the keys fit is sealed anew last.
		for _, table := range []Table{requests, registrations, owned, inbox, allowances, meta} {
			if err := s.reseal(ctx, table); err != nil {
				return nil, err
			}
		}
	}
	err = engine.Put(ctx, Batch{Writes: []Write{{
		Table: meta, Key: keysKey, Revision: rev, Value: keys.Seal(meta, keysKey, []byte(`{"v":1}`)),
	}}})
	if errors.Is(err, ErrConflict) { // another replica did the same
		err = nil
	}
	return s, err
}

// Look is Open for somebody who only looks: nothing is sealed anew.
func Look(ctx context.Context, engine Engine, keys *Keyring) (*Store, error) {
	s, _, _, err := look(ctx, engine, keys)
	return s, err
}

func look(ctx context.Context, engine Engine, keys *Keyring) (s *Store, stale bool, rev uint64, err error) {
	s = &Store{engine: engine, keys: keys}
	value, rev, err := engine.Get(ctx, meta, keysKey)
	if err != nil || rev == 0 {
		return s, false, rev, err
	}
	if _, stale, err = keys.Open(meta, keysKey, value); err != nil {
		return nil, false, rev, err
	}
	return s, stale, rev, nil
}

// Request returns what a person has pending; for an unknown person, an idle
// request.
func (s *Store) Request(ctx context.Context, p Person) (Request, error) {
	r := Request{}
	rev, err := s.get(ctx, requests, p.Key(), &r)
	r.Person, r.Revision = p, rev
	return r, err
}

// Registration returns whose a contact is; its revision is 0 if nobody has
// claimed it.
func (s *Store) Registration(ctx context.Context, contact string) (Registration, error) {
	r := Registration{}
	rev, err := s.get(ctx, registrations, folded(contact), &r)
	if rev == 0 {
		r.Contact = contact
	}
	r.Revision = rev
	return r, err
}

// Owned returns the names of a person's contacts, in order.
func (s *Store) Owned(ctx context.Context, p Person) ([]string, error) {
	var names []string
	var bad error
	prefix := p.Key() + "\x00"
	err := s.engine.Scan(ctx, owned, prefix, func(key string, value []byte, _ uint64) bool {
		var r Registration
		if bad = s.decode(owned, key, value, &r); bad != nil {
			return false
		}
		names = append(names, r.Contact)
		return true
	})
	return names, errors.Join(err, bad)
}

// A Change is what one step changes: a person's request, and the claims that
// must be true together with it.
type Change struct {
	Request Request
	Claims  []Claim
	// Allowances are what is left of them after the step.
	Allowances []Allowance
	// Decided is the accepted message that the change decides on; nil: none is.
	Decided *Accepted
	Patient bool // nobody waits for it
}

// Save stores a change in one durable write and returns the request at its new
// revision. It returns ErrConflict if the request or a claimed registration was
// changed by somebody else since it was read.
func (s *Store) Save(ctx context.Context, c Change) (Request, error) {
	r := c.Request
	w, err := s.write(requests, r.Person.Key(), r.Revision, r)
	if err != nil {
		return r, err
	}
	if w.Due = r.Dues(); r.Empty() {
		w.Value, w.Due = nil, nil
	}
	batch := Batch{Patient: c.Patient}
	if w.Value != nil || r.Revision > 0 {
		batch.Writes = append(batch.Writes, w)
	}
	for _, claim := range c.Claims {
		writes, err := s.claim(ctx, claim)
		if err != nil {
			return r, err
		}
		batch.Writes = append(batch.Writes, writes...)
	}
	for _, a := range c.Allowances {
		w, err := s.spend(ctx, a)
		if err != nil {
			return r, err
		}
		if w.Value != nil || w.Revision > 0 {
			batch.Writes = append(batch.Writes, w)
		}
	}
	if c.Decided != nil {
		batch.Writes = append(batch.Writes, c.Decided.decided())
	}
	if len(batch.Writes) == 0 {
		return r, nil
	}
	if err := s.engine.Put(ctx, batch); err != nil {
		return r, err
	}
	if r.Revision++; w.Value == nil {
		r.Revision = 0
	}
	return r, nil
}

// claim returns the writes of a registration and of its entry in the owner's
// list, which always change together.
func (s *Store) claim(ctx context.Context, c Claim) ([]Write, error) {
	name := folded(c.Contact)
	listed := c.Owner.Key() + "\x00" + name
	_, rev, err := s.engine.Get(ctx, owned, listed)
	if err != nil {
		return nil, err
	}
	whose, err := s.write(registrations, name, c.Revision, c.Registration)
	if err != nil {
		return nil, err
	}
	mine, err := s.write(owned, listed, rev, Registration{Contact: c.Contact})
	if err != nil {
		return nil, err
	}
	if c.Drop {
		whose.Value, mine.Value = nil, nil
		if rev == 0 {
			return []Write{whose}, nil
		}
	}
	return []Write{whose, mine}, nil
}

// Due returns the people whose requests are due in a queue at or before until,
// the earliest first, at most limit, and when each was due.
func (s *Store) Due(ctx context.Context, q Queue, until time.Time, limit int) ([]DuePerson, error) {
	entries, err := s.engine.Due(ctx, q, until, limit)
	if err != nil {
		return nil, err
	}
	people := make([]DuePerson, 0, len(entries))
	for _, e := range entries {
		// A key that is nobody's is passed over: one damaged entry must not stop
		// everybody.
		if p, ok := ParsePerson(e.Key); ok {
			people = append(people, DuePerson{p, e.At})
		}
	}
	return people, nil
}

// A DuePerson is a person whose request is due.
type DuePerson struct {
	Person
	At time.Time
}

// Ping reports whether the store could be written to now.
func (s *Store) Ping(ctx context.Context) error { return s.engine.Ping(ctx) }

// record is how a value is encoded.
type record[T any] struct {
	Version int `json:"v"`
	Value   T   `json:"r"`
}

func (s *Store) get(ctx context.Context, table Table, key string, into any) (uint64, error) {
	value, rev, err := s.engine.Get(ctx, table, key)
	if err != nil || rev == 0 {
		return 0, err
	}
	return rev, s.decode(table, key, value, into)
}

func (s *Store) decode(table Table, key string, value []byte, into any) error {
	plain, _, err := s.keys.Open(table, key, value)
	if err != nil {
		return fmt.Errorf("read a record of %s: %w", table, err)
	}
	// A decoding error may quote what it stumbled over: it is not passed on.
	rec := record[any]{Value: into}
	if err := json.NewDecoder(bytes.NewReader(plain)).Decode(&rec); err != nil {
		return fmt.Errorf("read a record of %s: it is damaged", table)
	}
	switch {
	case rec.Version > version:
		return fmt.Errorf("read a record of %s: %w", table, ErrVersion)
	case rec.Version < 1:
		return fmt.Errorf("read a record of %s: it is damaged", table)
	}
	return nil
}

func (s *Store) write(table Table, key string, rev uint64, v any) (Write, error) {
	plain, err := json.Marshal(record[any]{version, v})
	if err != nil {
		return Write{}, fmt.Errorf("encode a record of %s: %w", table, err)
	}
	return Write{Table: table, Key: key, Revision: rev, Value: s.keys.Seal(table, key, plain)}, nil
}

// folded is a contact's name as a key. It is not known whether CloudMonitor
// tells Alice from alice; if it does not, a claim to one must hold for both.
func folded(name string) string { return strings.ToLower(name) }

// ParsePerson reads a person as [Person.Key] writes them.
func ParsePerson(key string) (Person, bool) {
	parts := strings.Split(key, "/")
	for i := range parts {
		plain, err := url.PathUnescape(parts[i])
		if err != nil {
			return Person{}, false
		}
		parts[i] = plain
	}
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Person{}, false
	}
	return Person{Platform: parts[0], Workspace: parts[1], User: parts[2]}, true
}
