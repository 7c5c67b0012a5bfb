package enginetest

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"contactbot/state"

	"github.com/google/go-cmp/cmp"
)

// childDir tells a child process of Crash where its engine's files are.
const childDir = "ENGINETEST_CRASH_DIR"

// Crash tests that what an engine acknowledged survives the sudden end of its
// process, that no batch is stored in part, and that the queues agree with the
// records. It runs the calling test once more in a child process, which writes
// as fast as it can and reports what was acknowledged, and kills that in the
// middle. The test must do nothing but call Crash.
func Crash(t *testing.T, open func(t *testing.T, dir string) state.Engine) {
	if dir := os.Getenv(childDir); dir != "" {
		crashChild(t, open(t, dir), os.NewFile(3, "acknowledged"))
		return
	}
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 3 {
		acknowledged := runAndKill(t, dir, 100+random.IntN(300))
		h := &harness{T: t, Engine: open(t, dir)}
		h.checkCrashed(acknowledged)
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}

// runAndKill runs a child until it has acknowledged so many steps, kills it,
// and returns the last step that it acknowledged of each writer.
func runAndKill(t *testing.T, dir string, steps int) (acknowledged [crashWriters]int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	child := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.count=1")
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.ExtraFiles = []*os.File{w}
	child.Stdout, child.Stderr = t.Output(), t.Output()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()

	lines := bufio.NewScanner(r)
	n := 0
	for ; lines.Scan(); n++ {
		if n == steps {
			_ = child.Process.Kill() // SIGKILL; what is in the pipe is still read
		}
		var writer, step int
		if _, err := fmt.Sscan(lines.Text(), &writer, &step); err != nil {
			t.Fatalf("the child wrote %q", lines.Text())
		}
		acknowledged[writer] = step
	}
	_ = child.Wait()
	if n < steps {
		t.Fatalf("the child ended by itself after %d steps", n)
	}
	return acknowledged
}

const crashWriters = 8

// crashDues are the dues of a step: near, far, none, and back again.
func crashDues(step int) []state.Due {
	var due []state.Due
	if step%3 != 0 {
		due = append(due, in(act, at(step%7)))
	}
	if step%4 != 0 {
		due = append(due, in(forget, at(step%5).AddDate(100, 0, 0)))
	}
	return due
}

// crashChild writes until it is killed. Each writer has a person and a town,
// and steps both in one batch; every fifth step takes the town away.
func crashChild(t *testing.T, e state.Engine, out io.Writer) {
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			key := strconv.Itoa(w)
			for {
				_, step, err := e.Get(ctx, people, key)
				if err != nil {
					t.Error(err)
					return
				}
				_, town, err := e.Get(ctx, towns, key)
				if err != nil {
					t.Error(err)
					return
				}
				next := int(step) + 1
				b := state.Batch{Writes: []state.Write{
					write(people, key, step, strconv.Itoa(next), crashDues(next)...),
					write(towns, key, town, strconv.Itoa(next), crashDues(next)...),
				}}
				if next%5 == 0 {
					b.Writes[1] = remove(towns, key, town)
				}
				if err := e.Put(ctx, b); err != nil {
					t.Error(err)
					return
				}
				if _, err := fmt.Fprintf(out, "%d %d\n", w, next); err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

func (h *harness) checkCrashed(acknowledged [crashWriters]int) {
	h.Helper()
	want := map[state.Queue][]state.Entry{}
	for w, last := range acknowledged {
		key := strconv.Itoa(w)
		value, revision, err := h.Get(ctx, people, key)
		if err != nil {
			h.Fatal(err)
		}
		step := int(revision)
		if step < last || step > last+1 {
			h.Errorf("writer %d: step %d is stored, %d was acknowledged", w, step, last)
		}
		if step == 0 {
			continue
		}
		if string(value) != strconv.Itoa(step) {
			h.Errorf("writer %d: %q at step %d", w, value, step)
		}
		tables := []state.Table{people}
		if step%5 != 0 {
			tables = append(tables, towns)
			if town, _, err := h.Get(ctx, towns, key); err != nil || string(town) != strconv.Itoa(step) {
				h.Errorf("writer %d: the town is at %q, the person at %d (%v)", w, town, step, err)
			}
		} else {
			h.gone(towns, key)
		}
		for _, d := range crashDues(step) {
			for _, table := range tables {
				want[d.Queue] = append(want[d.Queue], state.Entry{Table: table, Key: key, At: d.At})
			}
		}
	}
	for _, q := range []state.Queue{act, forget} {
		slices.SortFunc(want[q], compareEntries)
		got, err := h.Due(ctx, q, forever, 1000)
		if err != nil {
			h.Fatal(err)
		}
		if diff := cmp.Diff(want[q], got); diff != "" {
			h.Errorf("due in %s (-want +got):\n%s", q, diff)
		}
	}
}
