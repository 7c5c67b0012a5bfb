package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"contactbot/commands"
)

var update = flag.Bool("update", false, "rewrite the parts of README.md that are made from the code")

// TestReadme holds the parts of the README that are made from the code against
// the code: the tables, and the conversations, which are played again.
//
//	go test ./cmd/contactbot -run Readme -update
func TestReadme(t *testing.T) {
	file := filepath.Join(root, "README.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	for name, make := range map[string]func(old string) string{
		"fields":     func(string) string { return commands.Markdown() },
		"settings":   func(string) string { return settingsTable(t) },
		"session":    func(old string) string { return playSession(t, old) },
		"session-zh": func(old string) string { return playSession(t, old) },
	} {
		begin, end := "<!-- "+name+": made by go test ./cmd/contactbot -run Readme -update -->\n", "<!-- /"+name+" -->"
		before, rest, ok := strings.Cut(readme, begin)
		old, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Errorf("README.md has no part %q", name)
			continue
		}
		now := make(old)
		if d := cmp.Diff(normal(old), normal(now)); d != "" && !*update {
			t.Errorf("%s in README.md is out of date (-then +now):\n%s", name, d)
		}
		readme = before + begin + now + end + after
	}
	if *update {
		if err := os.WriteFile(file, []byte(readme), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// normal takes out what differs from run to run.
func normal(text string) string {
	text = regexp.MustCompile(`http://127\.0\.0\.1:\d+/activate/\w+`).ReplaceAllString(text, "LINK")
	return regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}`).ReplaceAllString(text, "ID")
}

// playSession plays the lines of a conversation that begin with ">" to the program,
// and opens the last link where a line begins with "#".
func playSession(t *testing.T, old string) string {
	t.Helper()
	dir := t.TempDir()
	var out strings.Builder
	out.WriteString("```console\n$ go run ./cmd/contactbot chat\n")
	s := start(t, dir, "chat")
	link := regexp.MustCompile(`http://\S+`)
	for line := range strings.Lines(old) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "):
			s.says(strings.TrimPrefix(line, "> "))
		case strings.HasPrefix(line, "#"):
			s.waitFor("^PENDING")
			links := link.FindAllString(s.seen.String(), -1)
			answer, err := http.Get(links[len(links)-1])
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			s.waitFor("^$")
			s.seen.WriteString(line + "\n\n")
		}
	}
	s.end()
	out.WriteString(s.seen.String())
	return strings.TrimRight(out.String(), "\n") + "\n```\n"
}

// settingsTable lists every setting that has an environment variable, once.
func settingsTable(t *testing.T) string {
	t.Helper()
	parser, err := kong.New(&program{}, vars)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| environment | flag | default | meaning |\n|---|---|---|---|\n")
	var seen []string
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			if len(f.Envs) == 0 || slices.Contains(seen, f.Envs[0]) {
				continue
			}
			seen = append(seen, f.Envs[0])
			env := "`" + f.Envs[0] + "`"
			if f.Tag.Has("secret") {
				env += " or `" + f.Envs[0] + "_FILE`"
			}
			value := f.Default
			if value != "" {
				value = "`" + value + "`"
			}
			fmt.Fprintf(&b, "| %s | `--%s` | %s | %s |\n", env, f.Name, value, strings.ReplaceAll(f.Help, "|", `\|`))
		}
	}
	return b.String()
}
