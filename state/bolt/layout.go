package bolt

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"contactbot/state"
)

// The layout of the file, format 1:
//
//	bucket "contactbot"     "format" → "1"
//	bucket "table/NAME"     key → envelope
//	bucket "queue/NAME"     time (8 bytes) + table + 0 + key → nothing
//
// An envelope is
//
//	uvarint   revision
//	uvarint   length of the dues
//	dues      in order of their queues, each: 1 byte length of the queue's name,
//	          the name, time (8 bytes)
//	value     the rest
//
// It says where the record stands in the queues, and is the truth about it: an
// entry that the record does not confirm is an old one, not yet swept out. A time is Unix nanoseconds, big endian,
// with the sign bit turned over, so that the order of the bytes is the order of
// the times, also before 1970.
const (
	format      = "1"
	metaBucket  = "contactbot"
	formatKey   = "format"
	pingKey     = "ping"
	tablePrefix = "table/"
	queuePrefix = "queue/"
)

const timeLen = 8

var (
	minTime = time.Unix(0, math.MinInt64)
	maxTime = time.Unix(0, math.MaxInt64)
)

func appendTime(b []byte, nano int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(nano)^1<<63)
}

func readTime(b []byte) int64 {
	return int64(binary.BigEndian.Uint64(b) ^ 1<<63)
}

// clamp gives the nanoseconds of a limit that may lie outside of what entries
// can have.
func clamp(t time.Time) int64 {
	switch {
	case t.Before(minTime):
		return math.MinInt64
	case t.After(maxTime):
		return math.MaxInt64
	}
	return t.UnixNano()
}

func appendEntry(b []byte, at []byte, table state.Table, key []byte) []byte {
	b = append(b, at...)
	b = append(b, table...)
	b = append(b, 0)
	return append(b, key...)
}

var errEntry = errors.New("an entry of a queue is malformed")

func readEntry(b []byte) (state.Entry, error) {
	if len(b) < timeLen {
		return state.Entry{}, errEntry
	}
	for i := timeLen; i < len(b); i++ {
		if b[i] == 0 {
			return state.Entry{
				Table: state.Table(b[timeLen:i]),
				Key:   string(b[i+1:]),
				At:    time.Unix(0, readTime(b)).UTC(),
			}, nil
		}
	}
	return state.Entry{}, errEntry
}

var errEnvelope = errors.New("a record is malformed")

// readEnvelope takes an envelope apart; the parts share its memory.
func readEnvelope(b []byte) (revision uint64, dues, value []byte, err error) {
	revision, n := binary.Uvarint(b)
	if n <= 0 || revision == 0 {
		return 0, nil, nil, errEnvelope
	}
	b = b[n:]
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return 0, nil, nil, errEnvelope
	}
	b = b[n:]
	return revision, b[:size], b[size:], nil
}

// nextDue takes the first of the dues of an envelope.
func nextDue(dues []byte) (queue, at, rest []byte, err error) {
	if len(dues) < 1 {
		return nil, nil, nil, errEnvelope
	}
	n := int(dues[0])
	if n == 0 || len(dues) < 1+n+timeLen {
		return nil, nil, nil, errEnvelope
	}
	return dues[1 : 1+n], dues[1+n : 1+n+timeLen], dues[1+n+timeLen:], nil
}
