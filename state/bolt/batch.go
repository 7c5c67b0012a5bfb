package bolt

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"contactbot/state"
)

// The limits that package enginetest states.
const (
	maxName  = 64      // bytes of the name of a table or queue
	maxKey   = 1 << 10 // bytes of a key
	maxValue = 1 << 20 // bytes of a value
)

// A write is a state.Write made ready by the goroutine that asks for it, to
// leave the least work to the one that commits.
type write struct {
	table    state.Table
	key      []byte
	revision uint64 // expected
	envelope []byte // nil: delete
	dues     []byte // the part of the envelope
}

var (
	errName     = fmt.Errorf("the name of a table or queue must have 1 to %d bytes, none of them 0", maxName)
	errKey      = fmt.Errorf("a key must have 1 to %d bytes", maxKey)
	errValue    = fmt.Errorf("a value must have at most %d bytes", maxValue)
	errTwice    = errors.New("the batch writes the same record twice")
	errDueTwice = errors.New("a record can be in a queue only once")
	errDueGone  = errors.New("a deleted record cannot be due")
	errDueTime  = fmt.Errorf("a due time must lie between the years %d and %d", minTime.Year()+1, maxTime.Year()-1)
)

// prepare checks a batch and builds what will be stored. Its errors name the
// write by its place: a key may tell who somebody is.
func prepare(b state.Batch) (writes []write, size int, err error) {
	writes = make([]write, len(b.Writes))
	for i := range b.Writes {
		if err := writes[i].prepare(&b.Writes[i]); err != nil {
			return nil, 0, fmt.Errorf("write %d of %d: %w", i+1, len(b.Writes), err)
		}
		size += len(writes[i].envelope) + len(writes[i].key)
	}
	if len(writes) > 1 {
		slices.SortFunc(writes, compareWrites)
		for i := range writes[1:] {
			if compareWrites(writes[i], writes[i+1]) == 0 {
				return nil, 0, errTwice
			}
		}
	}
	return writes, size, nil
}

func compareWrites(a, b write) int {
	if c := cmp.Compare(a.table, b.table); c != 0 {
		return c
	}
	return slices.Compare(a.key, b.key)
}

func (w *write) prepare(in *state.Write) error {
	if !validName(string(in.Table)) {
		return errName
	}
	if len(in.Key) == 0 || len(in.Key) > maxKey {
		return errKey
	}
	if len(in.Value) > maxValue {
		return errValue
	}
	w.table, w.revision = in.Table, in.Revision
	if in.Value == nil {
		if len(in.Due) > 0 {
			return errDueGone
		}
		w.key = []byte(in.Key)
		return nil
	}

	dues := in.Due
	if len(dues) > 1 {
		dues = slices.SortedFunc(slices.Values(dues), func(a, b state.Due) int {
			return cmp.Compare(a.Queue, b.Queue)
		})
	}
	duesLen := 0
	for i, d := range dues {
		switch {
		case !validName(string(d.Queue)):
			return errName
		case i > 0 && d.Queue == dues[i-1].Queue:
			return errDueTwice
		case d.At.Before(minTime) || d.At.After(maxTime):
			return errDueTime
		}
		duesLen += 1 + len(d.Queue) + timeLen
	}

	// One allocation for all of it; it lives until the commit.
	b := make([]byte, 0, len(in.Key)+2*binary.MaxVarintLen64+duesLen+len(in.Value))
	b = append(b, in.Key...)
	w.key = b[:len(b):len(b)]
	b = binary.AppendUvarint(b, in.Revision+1)
	b = binary.AppendUvarint(b, uint64(duesLen))
	start := len(b)
	for _, d := range dues {
		b = append(b, byte(len(d.Queue)))
		b = append(b, d.Queue...)
		b = appendTime(b, d.At.UnixNano())
	}
	w.dues = b[start:len(b):len(b)]
	b = append(b, in.Value...)
	w.envelope = b[len(w.key):]
	return nil
}

func validName(s string) bool {
	if len(s) == 0 || len(s) > maxName {
		return false
	}
	for i := range len(s) {
		if s[i] == 0 {
			return false
		}
	}
	return true
}
