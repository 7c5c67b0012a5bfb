package dialog_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactbot/state"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata with what is said now")

// TestTranscripts plays the conversations in testdata. A line that begins with
// ">" is what the person says, one with "*" what happens around them (see
// world.happens); all others are what follows, and are compared.
//
//	go test ./bot/dialog -run Transcripts -update
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			old, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(old))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(old), got); d != "" {
				t.Errorf("%s says something else now (-then +now); if it should, run with -update:\n%s", file, d)
			}
		})
	}
}

// play replays the script lines of a transcript and returns the whole of it.
func play(t *testing.T, script string) string {
	w := newWorld(t)
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "):
			w.line(line)
			w.says(strings.ReplaceAll(strings.TrimPrefix(line, "> "), `\n`, "\n"))
		case strings.HasPrefix(line, "* "):
			w.line(line)
			w.happens(strings.Fields(strings.TrimPrefix(line, "* ")))
		case strings.HasPrefix(line, "#"), line == "":
			w.line(line)
		}
	}
	return w.out.String()
}

func (w *world) line(s string) { fmt.Fprintln(&w.out, s) }

// show prints a reply as it reads, whatever the platform.
func (w *world) show(r state.Reply) {
	mark := "< "
	if r.Tone != state.Plain && r.Tone != state.Question {
		mark += "[" + string(r.Tone) + "] "
	}
	for _, p := range r.Parts {
		switch {
		case p.Text != "":
			w.line(mark + strings.ReplaceAll(p.Text, "\n", "\n<   "))
		case p.Hint != "":
			w.line(mark + "(" + p.Hint + ")")
		case p.Verbatim != "":
			w.line(mark + "| " + strings.ReplaceAll(p.Verbatim, "\n", "\n<   | "))
		}
		for _, f := range p.Facts {
			value := f.Value
			if f.Was != "" {
				value = f.Was + " → " + f.Value
			}
			if f.Note != "" {
				value += " (" + f.Note + ")"
			}
			w.line("<     " + f.Label + ": " + value)
		}
		mark = "<   "
	}
	var choices []string
	for _, c := range r.Choices {
		label := c.Label
		if c.Say != c.Label {
			label += "=" + c.Say
		}
		choices = append(choices, "["+label+"]")
	}
	if len(choices) > 0 {
		w.line("<   " + strings.Join(choices, " "))
	}
}
