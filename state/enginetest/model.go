package enginetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"contactbot/state"

	"github.com/google/go-cmp/cmp"
)

var modelPromises = []promise{
	{"random operations do what a simple model does", func(h *harness) {
		seed := uint64(time.Now().UnixNano())
		h.Logf("seed %d", seed)
		m := &modelTest{harness: h, Rand: rand.New(rand.NewPCG(seed, 0)), records: map[string]modelRecord{}}
		for range 1500 {
			m.step()
			if h.Failed() {
				h.Fatalf("seed %d", seed)
			}
		}
		m.compare()
	}},
}

// A modelTest does the same to an engine and to a map.
type modelTest struct {
	*harness
	*rand.Rand
	records map[string]modelRecord // by table/key
}

type modelRecord struct {
	table    state.Table
	key      string
	revision uint64
	value    []byte
	due      []state.Due
}

func (m *modelTest) step() {
	switch n := m.IntN(100); {
	case n < 70:
		m.random(1 + m.IntN(4))
	case n < 85:
		m.get()
	case n < 97:
		m.due(m.time(), m.IntN(20))
	case n < 99:
		m.compare()
	default:
		m.reopen()
	}
}

func (m *modelTest) name() (state.Table, string) {
	return []state.Table{people, towns}[m.IntN(2)], fmt.Sprintf("key %d", m.IntN(40))
}

// time is in the past or in the future: engines may treat them differently.
func (m *modelTest) time() time.Time {
	return time.Now().Truncate(time.Hour).Add(time.Duration(m.IntN(41)-20) * time.Hour).UTC()
}

func (m *modelTest) random(n int) {
	var b state.Batch
	conflict := false
	after := map[string]modelRecord{}
	for range n {
		table, key := m.name()
		id := string(table) + "/" + key
		if _, twice := after[id]; twice {
			continue
		}
		w := state.Write{Table: table, Key: key, Revision: m.records[id].revision}
		if m.IntN(20) == 0 {
			w.Revision += uint64(1 + m.IntN(2))
			conflict = true
		}
		r := modelRecord{}
		if m.IntN(5) > 0 {
			w.Value = bytes.Repeat([]byte{byte(m.IntN(256))}, m.IntN(500))
			if m.IntN(20) == 0 {
				w.Value = bytes.Repeat(w.Value, 50)
			}
			for _, q := range []state.Queue{act, forget} {
				if m.IntN(3) > 0 {
					w.Due = append(w.Due, in(q, m.time()))
				}
			}
			r = modelRecord{table, key, w.Revision + 1, w.Value, w.Due}
		}
		after[id] = r
		b.Writes = append(b.Writes, w)
	}
	b.Patient = m.IntN(4) == 0
	err := m.Put(ctx, b)
	if conflict != errors.Is(err, state.ErrConflict) || !conflict && err != nil {
		m.Fatalf("put: %v, conflict wanted: %v", err, conflict)
	}
	if conflict {
		return
	}
	for id, r := range after {
		if m.records[id] = r; r.revision == 0 {
			delete(m.records, id)
		}
	}
}

func (m *modelTest) get() {
	table, key := m.name()
	value, revision, err := m.Get(ctx, table, key)
	want := m.records[string(table)+"/"+key]
	if err != nil || revision != want.revision || !bytes.Equal(value, want.value) || (value == nil) != (want.revision == 0) {
		m.Errorf("get: revision %d, want %d; %d bytes, want %d (%v)", revision, want.revision, len(value), len(want.value), err)
	}
}

func (m *modelTest) due(until time.Time, limit int) {
	for _, q := range []state.Queue{act, forget} {
		var want []state.Entry
		for _, r := range m.records {
			for _, d := range r.due {
				if d.Queue == q && !d.At.After(until) {
					want = append(want, state.Entry{Table: r.table, Key: r.key, At: d.At})
				}
			}
		}
		slices.SortFunc(want, compareEntries)
		want = want[:min(len(want), limit)]
		got, err := m.Due(ctx, q, until, limit)
		if err != nil {
			m.Error(err)
		}
		if diff := cmp.Diff(append([]state.Entry{}, want...), append([]state.Entry{}, got...)); diff != "" {
			m.Errorf("due in %s (-want +got):\n%s", q, diff)
		}
	}
}

// compare holds everything in the engine against the model.
func (m *modelTest) compare() {
	n := 0
	for _, table := range []state.Table{people, towns} {
		err := m.Scan(ctx, table, "", func(key string, value []byte, revision uint64) bool {
			n++
			if want := m.records[string(table)+"/"+key]; revision != want.revision || !bytes.Equal(value, want.value) {
				m.Errorf("%s/%s: revision %d, want %d", table, key, revision, want.revision)
			}
			return true
		})
		if err != nil {
			m.Error(err)
		}
	}
	if n != len(m.records) {
		m.Errorf("%d records, want %d", n, len(m.records))
	}
	m.due(forever, 1000)
}
