package bolt

import (
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// Old entries are not taken out one by one, but never come back as due.
func TestSweep(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, Options{sweepAt: 1 << 20}) // never by number
	soonDue := time.Now().Add(time.Hour)
	due := func(until time.Time) int {
		entries, err := e.Due(ctx, "act", until, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	entries := func() (n int) {
		err := e.view(func(tx *bbolt.Tx) error { n = tx.Bucket([]byte(queuePrefix + "act")).Stats().KeyN; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range uint64(sweepMet + 10) {
		b := one("alice", i, "x")
		b.Writes[0].Due[0].At = soonDue.Add(time.Duration(i) * time.Second)
		mustPut(t, e, b)
	}
	if n := entries(); n != sweepMet+10 {
		t.Errorf("%d entries lie in the queue", n)
	}
	if n := due(soonDue.Add(time.Minute)); n != 1 {
		t.Errorf("%d are due", n)
	}
	// Due came upon the old ones and has told the writer.
	mustPut(t, e, one("bob", 0, "x"))
	for puts := 0; entries() > 2; puts++ {
		if puts == 100 { // each sweeps many more than there are
			t.Fatalf("%d entries lie in the queue after %d transactions", entries(), puts)
		}
		mustPut(t, e, one("bob", mustRevision(t, e, "bob"), "x"))
	}

	// An entry whose time has come goes at once.
	for i := range uint64(10) {
		b := one("carol", i, "x")
		b.Writes[0].Due[0].At = time.Now().Add(-time.Duration(i) * time.Second)
		mustPut(t, e, b)
	}
	if n := entries(); n != 3 {
		t.Errorf("%d entries lie in the queue", n)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	checkFile(t, path, true)
}
