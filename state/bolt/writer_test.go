package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"contactbot/state"

	"go.etcd.io/bbolt"
)

func TestQueueOrder(t *testing.T) {
	for _, test := range []struct {
		name            string
		hurried, passed int
		patient         string
		want            string // the transactions that follow
	}{
		{name: "those that somebody waits for go first", hurried: 2, patient: "pp", want: "hh pp"},
		{name: "patient ones go when there are no others", patient: "pp", want: "pp"},
		{name: "and when they were passed over often", hurried: 1, passed: maxPassed, patient: "pp", want: "pph"},
		{name: "but not before", hurried: 1, passed: maxPassed - 1, patient: "p", want: "h p"},
		{name: "as many go as fit", patient: "PPPPPP", want: "PPPP PP"},
		{name: "and never none", patient: "Xp", want: "X p"},
	} {
		q := queue{wake: make(chan struct{}, 1), passed: test.passed}
		names := map[*call]string{}
		add := func(name string, size int, patient bool) {
			c := &call{size: size}
			names[c] = name
			q.add(c, patient)
		}
		for range test.hurried {
			add("h", 600, false)
		}
		for _, p := range test.patient {
			add(string(p), map[rune]int{'p': 600, 'P': maxGroup / 4, 'X': 2 * maxGroup}[p], true)
		}
		var got []string
		for len(q.hurried)+len(q.patient) > 0 {
			group, _ := q.take(nil, 0, true)
			s := ""
			for _, c := range group {
				s += names[c]
			}
			got = append(got, s)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestPatientBatchesDoNotStarve(t *testing.T) {
	q := queue{wake: make(chan struct{}, 1)}
	p := &call{size: 600}
	q.add(p, true)
	for n := 1; ; n++ {
		q.add(&call{size: 600}, false)
		if group, _ := q.take(nil, 0, true); slices.Contains(group, p) {
			if n != maxPassed+1 {
				t.Errorf("taken by transaction %d", n)
			}
			return
		}
	}
}

// held opens an engine whose commits wait until they are let go, with an
// outcome of the test's choice.
func held(t *testing.T) (e *Engine, entered chan struct{}, outcome chan error) {
	entered, outcome = make(chan struct{}), make(chan error)
	e = mustOpen(t, newPath(t), Options{})
	e.commit = func(tx *bbolt.Tx) error {
		entered <- struct{}{}
		if err := <-outcome; err != nil {
			_ = tx.Rollback()
			return err
		}
		return tx.Commit()
	}
	t.Cleanup(func() {
		go func() {
			for {
				select {
				case <-entered:
				case outcome <- nil:
				case <-e.done:
					return
				}
			}
		}()
		_ = e.Close()
	})
	return e, entered, outcome
}

func TestContextEndsBeforeAndAfterTheWriterTookTheBatch(t *testing.T) {
	e, entered, outcome := held(t)
	taken, endTaken := context.WithCancel(ctx)
	waiting, endWaiting := context.WithCancel(ctx)
	results := make(chan error, 1)
	go func() { results <- e.Put(taken, one("taken", 0, "one")) }()
	<-entered
	late := make(chan error, 1)
	go func() { late <- e.Put(waiting, one("waiting", 0, "one")) }()
	awaitQueue(e, 1)
	endTaken()
	endWaiting()
	if err := <-late; !errors.Is(err, context.Canceled) {
		t.Errorf("a batch that waited: %v", err)
	}
	outcome <- nil
	if err := <-results; err != nil {
		t.Errorf("a batch that was taken: %v", err)
	}
	wantValue(t, e, "taken", "one")
	if _, r, _ := e.Get(ctx, "people", "waiting"); r != 0 {
		t.Error("a batch that was given up was stored")
	}
}

func TestOneTransactionForAllThatWait(t *testing.T) {
	e, entered, outcome := held(t)
	first := make(chan error, 1)
	go func() { first <- e.Put(ctx, one("first", 0, "one")) }()
	<-entered

	// Of those that write the same record at the same revision, one wins.
	var wg sync.WaitGroup
	results := make([]error, 30)
	for i := range results {
		wg.Go(func() { results[i] = e.Put(ctx, one(fmt.Sprint(i%10), 0, fmt.Sprint(i))) })
	}
	awaitQueue(e, len(results))
	outcome <- nil
	<-entered
	outcome <- nil
	wg.Wait()
	if err := <-first; err != nil {
		t.Error(err)
	}
	stored := 0
	for i, err := range results {
		switch {
		case err == nil:
			stored++
			wantValue(t, e, fmt.Sprint(i%10), fmt.Sprint(i))
		case !errors.Is(err, state.ErrConflict):
			t.Error(err)
		}
	}
	if s := e.Stats(); stored != 10 || s.Commits != 2 || s.Batches != 11 {
		t.Errorf("%d stored, %+v", stored, s)
	}
}

func TestAFailedCommitFailsAllAndHarmsNothing(t *testing.T) {
	e, entered, outcome := held(t)
	first := make(chan error, 1)
	go func() { first <- e.Put(ctx, one("first", 0, "one")) }()
	<-entered
	var wg sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		wg.Go(func() { results[i] = e.Put(ctx, one(fmt.Sprint(i%10), 0, "x")) })
	}
	awaitQueue(e, len(results))
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	outcome <- full
	if err := <-first; !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	} else {
		wantError(t, err, "/none/x", "save to contactbot.db: write x: no space left on device (the disk is full: free some space)")
	}
	<-entered
	outcome <- full
	wg.Wait()
	for _, err := range results {
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v", err) // nobody is told of a conflict with what was not stored
		}
	}
	_ = e.Scan(ctx, "people", "", func(key string, _ []byte, _ uint64) bool {
		t.Errorf("%s was stored", key)
		return true
	})
	go func() { <-entered; outcome <- nil }()
	mustPut(t, e, one("first", 0, "two"))
	wantValue(t, e, "first", "two")
}

// If only the sync of the meta page failed, the transaction can be seen, and
// whoever was told that it failed would be in conflict with it.
func TestACommitThatFailedAtTheEndIsSettled(t *testing.T) {
	e := mustOpen(t, newPath(t), Options{})
	failures := 1
	e.commit = func(tx *bbolt.Tx) error {
		err := tx.Commit()
		if failures > 0 {
			failures--
			return syscall.EIO
		}
		return err
	}
	mustPut(t, e, one("alice", 0, "one"))
	wantValue(t, e, "alice", "one")
	failures = 2
	wantError(t, e.Put(ctx, one("alice", 1, "two")), "/none/x",
		"save to contactbot.db: input/output error (it may have been stored all the same) (the disk has errors)")
	mustPut(t, e, one("bob", 0, "one"))
}

func TestAPanicOfTheWriterEndsWritingOnly(t *testing.T) {
	path := newPath(t)
	e := mustOpen(t, path, Options{})
	mustPut(t, e, one("alice", 0, "one"))
	e.commit = func(*bbolt.Tx) error { panic("page 7 already freed") }
	for range 2 {
		if err := e.Put(ctx, one("alice", 1, "two")); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "page 7 already freed") {
			t.Errorf("got %v", err)
		}
	}
	if err := e.Ping(ctx); !errors.Is(err, ErrDamaged) || e.Stats().Damage == nil {
		t.Errorf("got %v", err)
	}
	wantValue(t, e, "alice", "one")
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	wantValue(t, mustOpen(t, path, Options{}), "alice", "one")
}
