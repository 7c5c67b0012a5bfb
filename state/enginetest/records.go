package enginetest

import (
	"bytes"
	"strings"

	"contactbot/state"
)

var recordPromises = []promise{
	{"a record that does not exist has revision 0", func(h *harness) {
		h.gone(people, "alice")
		h.scan(people, "")
		h.queue(act, forever, 10)
	}},
	{"a record is made, changed and deleted", func(h *harness) {
		h.put(write(people, "alice", 0, "one"))
		h.want(people, "alice", 1, "one")
		h.put(write(people, "alice", 1, "two"))
		h.want(people, "alice", 2, "two")
		h.reopen()
		h.want(people, "alice", 2, "two")
		h.put(remove(people, "alice", 2))
		h.gone(people, "alice")
		h.put(write(people, "alice", 0, "again"))
		h.want(people, "alice", 1, "again")
	}},
	{"a write at another revision is a conflict", func(h *harness) {
		h.conflict(write(people, "alice", 1, "too soon"))
		h.conflict(remove(people, "alice", 1))
		h.gone(people, "alice")
		h.put(write(people, "alice", 0, "one"))
		h.put(write(people, "alice", 1, "two"))
		for _, revision := range []uint64{0, 1, 3, 1<<64 - 1} {
			h.conflict(write(people, "alice", revision, "late"))
			h.conflict(remove(people, "alice", revision))
		}
		h.want(people, "alice", 2, "two")
	}},
	{"tables are independent", func(h *harness) {
		h.put(write(people, "x", 0, "person"))
		h.gone(towns, "x")
		h.put(write(towns, "x", 0, "town"))
		h.put(write(towns, "x", 1, "city"))
		h.want(people, "x", 1, "person")
		h.want(towns, "x", 2, "city")
	}},
	{"what is returned and given can be changed", func(h *harness) {
		value := []byte("one")
		w := state.Write{Table: people, Key: "alice", Value: value}
		h.put(w)
		copy(value, "xxx")
		got, _, err := h.Get(ctx, people, "alice")
		if err != nil {
			h.Fatal(err)
		}
		copy(append(got, '!'), "yyyy")
		h.want(people, "alice", 1, "one")
		// What was read stays what it was, whatever is written later.
		kept, _, _ := h.Get(ctx, people, "alice")
		for i := range uint64(50) {
			h.put(write(people, "alice", 1+i, strings.Repeat("z", 3000)))
		}
		if string(kept) != "one" {
			h.Errorf("kept: %q", kept)
		}
	}},
	{"a scan is in order of the keys and can be stopped", func(h *harness) {
		h.put(write(people, "b", 0, ""), write(people, "a/2", 0, ""), write(people, "a", 0, ""), write(people, "a/1", 0, ""), write(people, "a\xff", 0, ""), write(towns, "a/3", 0, ""))
		h.scan(people, "", "a", "a/1", "a/2", "a\xff", "b")
		h.scan(people, "a/", "a/1", "a/2")
		h.scan(people, "a\xff", "a\xff")
		h.scan(people, "c")
		n := 0
		if err := h.Scan(ctx, people, "", func(string, []byte, uint64) bool { n++; return n < 2 }); err != nil || n != 2 {
			h.Errorf("a scan to be stopped at 2 called %d times (%v)", n, err)
		}
	}},
	{"a scan gives values and revisions of many records", func(h *harness) {
		var writes []state.Write
		var keys []string
		for i := range 1000 {
			key := string([]byte{byte(i / 250), byte(i % 250)})
			keys = append(keys, key)
			writes = append(writes, write(people, key, 0, strings.Repeat(key, i)))
		}
		h.put(writes...)
		h.put(write(people, keys[7], 1, "changed"))
		i := 0
		err := h.Scan(ctx, people, "", func(key string, value []byte, revision uint64) bool {
			want, at := strings.Repeat(keys[i], i), uint64(1)
			if i == 7 {
				want, at = "changed", 2
			}
			if key != keys[i] || string(value) != want || revision != at {
				h.Errorf("record %d: revision %d with %d bytes", i, revision, len(value))
			}
			i++
			return true
		})
		if err != nil || i != len(keys) {
			h.Errorf("%d records (%v)", i, err)
		}
	}},
	{"a scan may use the engine", func(h *harness) {
		var writes []state.Write
		for i := range 600 {
			writes = append(writes, write(people, string([]byte{byte(i / 250), byte(i % 250)}), 0, "one"))
		}
		h.put(writes...)
		seen := map[string]int{}
		big := bytes.Repeat([]byte("big "), 1000)
		err := h.Scan(ctx, people, "", func(key string, value []byte, revision uint64) bool {
			seen[key]++
			h.put(state.Write{Table: people, Key: key, Revision: revision, Value: big})
			_, _, err := h.Get(ctx, people, key)
			return err == nil
		})
		if err != nil {
			h.Fatal(err)
		}
		for key, n := range seen {
			if n != 1 {
				h.Errorf("%q was seen %d times", key, n)
			}
		}
		if len(seen) != 600 {
			h.Errorf("%d records were seen", len(seen))
		}
	}},
}

var batchPromises = []promise{
	{"a batch is stored as a whole", func(h *harness) {
		h.put(write(people, "alice", 0, "one", in(act, at(1))), write(towns, "rome", 0, "one", in(act, at(2))))
		h.reopen()
		h.want(people, "alice", 1, "one")
		h.want(towns, "rome", 1, "one")
		h.queue(act, forever, 10, "people/alice@1", "towns/rome@2")
		h.put(remove(people, "alice", 1), write(towns, "rome", 1, "two"))
		h.gone(people, "alice")
		h.want(towns, "rome", 2, "two")
		h.queue(act, forever, 10)
	}},
	{"or not at all", func(h *harness) {
		h.put(write(towns, "rome", 0, "one", in(act, at(5))))
		h.conflict(write(people, "alice", 0, "one", in(act, at(1))), write(towns, "rome", 0, "two", in(act, at(2))))
		h.conflict(remove(towns, "rome", 1), write(people, "alice", 9, "one", in(act, at(1))))
		h.conflict(write(towns, "rome", 1, "two", in(forget, at(1))), remove(towns, "oslo", 4))
		h.gone(people, "alice")
		h.want(towns, "rome", 1, "one")
		h.queue(act, forever, 10, "towns/rome@5")
		h.queue(forget, forever, 10)
	}},
	{"to delete at revision 0 asks that there is no record", func(h *harness) {
		h.put(remove(people, "bob", 0), write(people, "alice", 0, "one"))
		h.put(remove(people, "bob", 0))
		h.gone(people, "bob")
		h.conflict(remove(people, "alice", 0), write(people, "bob", 0, "one"))
		h.want(people, "alice", 1, "one")
		h.gone(people, "bob")
	}},
	{"a batch without writes does nothing", func(h *harness) {
		h.put()
	}},
	{"a batch that writes a record twice is refused", func(h *harness) {
		h.refused(write(people, "alice", 0, "one"), write(people, "alice", 1, "two"))
		h.refused(write(people, "alice", 0, "one"), write(towns, "x", 0, ""), remove(people, "alice", 0))
		h.put(write(people, "alice", 0, "one"), write(towns, "alice", 0, "another table"))
	}},
	{"patient batches are stored too", func(h *harness) {
		for i := range uint64(20) {
			if err := h.Put(ctx, state.Batch{Patient: i%2 == 0, Writes: []state.Write{write(people, "alice", i, "x")}}); err != nil {
				h.Fatal(err)
			}
		}
		h.want(people, "alice", 20, "x")
	}},
}
