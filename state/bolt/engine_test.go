package bolt

import (
	"bytes"
	"path/filepath"
	"testing"

	"contactbot/state"
	"contactbot/state/enginetest"

	"go.etcd.io/bbolt"
)

// openWith opens engines whose files are checked in the end; tidy says that
// nothing ended suddenly.
func openWith(o Options, tidy bool) func(t *testing.T, dir string) state.Engine {
	return func(t *testing.T, dir string) state.Engine {
		t.Helper()
		path := filepath.Join(dir, "contactbot.db")
		e, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = e.Close()
			checkFile(t, path, tidy)
		})
		return e
	}
}

// eager sweeps and compacts all the time.
var eager = Options{sweepAt: 5, CompactMin: 32 << 10, CompactFree: 0.2}

func TestEngine(t *testing.T)      { enginetest.Run(t, openWith(Options{}, true)) }
func TestEngineEager(t *testing.T) { enginetest.Run(t, openWith(eager, true)) }
func TestCrash(t *testing.T)       { enginetest.Crash(t, openWith(Options{}, false)) }
func TestCrashEager(t *testing.T)  { enginetest.Crash(t, openWith(eager, false)) }

// checkFile looks at a closed file with bbolt alone: its pages must be sound,
// every due of a record must have its entry, and if nothing ended suddenly there
// must be no other entries.
func checkFile(t *testing.T, path string, tidy bool) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("check: %v", err)
		}
		entries, dues := 0, 0
		_ = tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if bytes.HasPrefix(name, []byte(queuePrefix)) {
				entries += b.Stats().KeyN
			}
			table, ok := bytes.CutPrefix(name, []byte(tablePrefix))
			if !ok {
				return nil
			}
			return b.ForEach(func(k, v []byte) error {
				_, due, _, err := readEnvelope(v)
				for len(due) > 0 && err == nil {
					var queue, at []byte
					if queue, at, due, err = nextDue(due); err != nil {
						break
					}
					dues++
					q := tx.Bucket(append([]byte(queuePrefix), queue...))
					if q == nil || q.Get(appendEntry(nil, at, state.Table(table), k)) == nil {
						t.Errorf("a due in %s has no entry", queue)
					}
				}
				return err
			})
		})
		if entries < dues || tidy && entries != dues {
			t.Errorf("%d entries for %d dues", entries, dues)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
