package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// arrows say which rooms of the house a room may use. They point inwards: what
// decides knows nothing of what carries out, and platforms do not know each
// other.
var arrows = map[string][]string{
	"cloudmonitor":           {},
	"cloudmonitor/simulator": {"cloudmonitor"},
	"commands":               {"cloudmonitor"},
	"state":                  {"cloudmonitor"},
	"state/bolt":             {"state"},
	"state/enginetest":       {"state"},
	"bot/dialog":             {"commands", "cloudmonitor", "state"},
	"bot":                    {"bot/dialog", "commands", "cloudmonitor", "state"},
	"bot/terminal":           {"bot", "bot/dialog", "commands", "cloudmonitor", "state"},
	"bot/bottest":            {"bot", "bot/dialog", "commands", "cloudmonitor", "cloudmonitor/simulator", "state", "state/bolt", "state/enginetest"},
	// A judge shares nothing with what it judges.
	"bot/slack/slacktest":       {},
	"bot/dingtalk/dingtalktest": {},
	"bot/slack":                 {"bot", "bot/dialog", "commands", "cloudmonitor", "state"},
	"bot/dingtalk":              {"bot", "bot/dialog", "commands", "state"},
	"cmd/contactbot": {
		"bot", "bot/dialog", "bot/dingtalk", "bot/slack", "bot/terminal", "commands", "cloudmonitor", "cloudmonitor/simulator", "state", "state/bolt",
	},
}

// pure are the rooms that decide: no clock, network, files or randomness.
var pure = map[string][]string{
	"bot/dialog": {"net", "net/http", "os", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "log", "log/slog", "context", "sync"},
	"commands":   {"net", "net/http", "os", "math/rand", "math/rand/v2", "crypto/rand", "time", "log", "log/slog", "context"},
}

func TestArrows(t *testing.T) {
	for file, imports := range goFiles(t) {
		room := path.Dir(file)
		allowed, known := arrows[room]
		if !known {
			t.Errorf("%s: the room %s is not in the table of arrows", file, room)
			continue
		}
		for _, i := range imports {
			if to, ok := strings.CutPrefix(i, "contactbot/"); ok && !slices.Contains(allowed, to) {
				t.Errorf("%s: %s may not use %s", file, room, to)
			}
			if slices.Contains(pure[room], i) {
				t.Errorf("%s: %s decides, and may not use %s", file, room, i)
			}
		}
	}
}

// TestTopLevel keeps the top level as it was agreed.
func TestTopLevel(t *testing.T) {
	want := []string{"README.md", "bot", "cloudmonitor", "cmd", "commands", "deploy", "go.mod", "go.sum", "state"}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		state, _ := filepath.Match("*.db*", e.Name()) // of somebody who followed the README
		if !state && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

// TestNowInDialog keeps the clock out of the rooms that decide: they may speak
// of times, and are told what time it is.
func TestNowInDialog(t *testing.T) {
	for file := range goFiles(t) {
		if path.Dir(file) != "bot/dialog" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, clock := range []string{"time.Now", "time.Since", "time.Until", "time.After", "time.Sleep", "time.NewTimer", "time.Tick"} {
			if strings.Contains(string(text), clock+"(") {
				t.Errorf("%s asks %s what time it is", file, clock)
			}
		}
	}
}

// goFiles returns what each Go file of the program imports, without tests.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && p != "." && strings.HasPrefix(e.Name(), ".") {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, p), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files[p] = nil
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			files[p] = append(files[p], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("found only %d Go files: looking in the wrong place?", len(files))
	}
	return files
}
