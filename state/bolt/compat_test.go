//go:build !race

// github.com/boltdb/bolt dies under the race detector of Go 1.26 ("checkptr:
// converted pointer straddles multiple allocations"), so these tests run only
// without it.

package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"contactbot/state"

	"github.com/boltdb/bolt"
)

// Files pass both ways between this engine and github.com/boltdb/bolt itself.
func TestBoltReadsAndWritesOurFile(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, small)
	bulk(t, e)
	purge(t, e) // and compacted
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = db.Update(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("check: %v", err)
		}
		people, queue := tx.Bucket([]byte("table/people")), tx.Bucket([]byte("queue/act"))
		err := people.ForEach(func(k, v []byte) error {
			n++
			_, _, value, err := readEnvelope(v)
			if len(value) != 900 {
				t.Errorf("%s has %d bytes", k, len(value))
			}
			return err
		})
		if err != nil {
			return err
		}
		entry := appendEntry(nil, appendTime(nil, time.Unix(1<<33, 0).UnixNano()), "people", []byte("0003"))
		return errors.Join(people.Delete([]byte("0003")), queue.Delete(entry), people.Put([]byte("new"), []byte("\x07\x00by bolt")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if n != 10 {
		t.Errorf("bolt found %d records", n)
	}

	e = mustOpen(t, path, Options{})
	wantValue(t, e, "new", "by bolt")
	if r := mustRevision(t, e, "new"); r != 7 {
		t.Errorf("revision %d", r)
	}
	entries, err := e.Due(ctx, "act", time.Unix(1<<33, 0), 100)
	if err != nil || len(entries) != 9 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	mustPut(t, e, one("new", 7, "by the engine"))
	_ = e.Close()
	checkFile(t, path, true)
}

func TestWeReadAndWriteBoltsFile(t *testing.T) {
	path := newPath(t)
	db, err := bolt.Open(path, 0o644, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		var errs []error
		bucket := func(name string) *bolt.Bucket {
			b, err := tx.CreateBucket([]byte(name))
			errs = append(errs, err)
			return b
		}
		meta, people, queue := bucket("contactbot"), bucket("table/people"), bucket("queue/act")
		errs = append(errs, meta.Put([]byte("format"), []byte("1")))
		for i := range 100 {
			key, at := fmt.Appendf(nil, "%04d", i), []byte{0x80, 0, 0, 0, 0, 0, 0, byte(i)}
			dues := append([]byte("\x03act"), at...)
			envelope := append([]byte{3, byte(len(dues))}, dues...)
			envelope = append(envelope, bytes.Repeat([]byte("v"), 600)...)
			entry := append(append(bytes.Clone(at), "people\x00"...), key...)
			errs = append(errs, people.Put(key, envelope), queue.Put(entry, nil))
		}
		return errors.Join(errs...)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}

	e := mustOpen(t, path, Options{})
	entries, err := e.Due(ctx, "act", time.Unix(0, 1), 100)
	if err != nil || len(entries) != 2 || entries[1] != (state.Entry{Table: "people", Key: "0001", At: time.Unix(0, 1).UTC()}) {
		t.Errorf("due: %v, %v", entries, err)
	}
	mustPut(t, e, one("0042", 3, "changed"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path, true)

	db, err = bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_ = db.View(func(tx *bolt.Tx) error {
		if got := tx.Bucket([]byte("table/people")).Get([]byte("0042")); !bytes.HasSuffix(got, []byte("changed")) || got[0] != 4 {
			t.Errorf("bolt reads %q", got)
		}
		return nil
	})
}
