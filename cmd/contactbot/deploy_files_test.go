package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/alecthomas/kong"
)

// The files of deploy, held against the program. What takes the tools that are
// made for them is in .ci/deploy, a module of its own.

// deployed are the files below deploy, by their path from there.
func deployed(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	dir := os.DirFS(filepath.Join(root, "deploy"))
	err := fs.WalkDir(dir, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(dir, p)
		files[p] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 30 {
		t.Fatalf("found only %d files: looking in the wrong place?", len(files))
	}
	return files
}

// elsewhere are names that look like settings and belong to others: the Go
// command, the builder of images, net/http, systemd.
var elsewhere = []string{"CGO_ENABLED", "GO_IMAGE", "HTTPS_PROXY", "AF_INET", "AF_INET6", "AF_UNIX"}

var variable = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b`)

// TestDeploySettings looks for each environment variable that a file names in the
// program's table of settings.
func TestDeploySettings(t *testing.T) {
	known := environment(t)
	used := map[string]bool{}
	for path, text := range deployed(t) {
		for _, name := range variable.FindAllString(text, -1) {
			if _, ok := known[name]; !ok && !slices.Contains(elsewhere, name) {
				t.Errorf("%s names %s, which the program does not know", path, name)
			}
			used[name] = true
		}
	}
	for _, name := range elsewhere {
		if !used[name] {
			t.Errorf("no file names %s any more: take it off the list", name)
		}
	}
}

// A secret is given as a file: it is in no list of processes, and in no
// description of a container.
func TestDeploySecrets(t *testing.T) {
	parser, err := kong.New(&program{}, vars)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			if !f.Tag.Has("secret") {
				continue
			}
			given := regexp.MustCompile(`\b` + f.Envs[0] + `\s*[=:]`)
			for path, text := range deployed(t) {
				if found := given.FindString(text); found != "" && !strings.HasSuffix(path, ".md") {
					t.Errorf("%s sets %q: take %s_FILE", path, found, f.Envs[0])
				}
			}
		}
	}
}

// TestDeployCommands looks for each subcommand that a file runs among the
// program's.
func TestDeployCommands(t *testing.T) {
	parser, err := kong.New(&program{}, vars)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, command := range parser.Model.Children {
		known = append(known, command.Name)
	}
	found := map[string]bool{}
	for path, text := range deployed(t) {
		for _, run := range []string{
			`(?:^|[\s"])/contactbot(?:", "| )([a-z]+)`, // in containers
			`(?m)^CMD \["([a-z]+)"`, `args: \[([a-z]+)[\],]`, `(?m)contactbot:\S+ ([a-z]+)$`, `run --build --rm contactbot ([a-z]+)`,
			`bin/contactbot ([a-z]+)`, "[`“]contactbot ([a-z]+)", `go run ./cmd/contactbot ([a-z]+)`, `sudo contactbot ([a-z]+)`,
		} {
			for _, m := range regexp.MustCompile(run).FindAllStringSubmatch(text, -1) {
				if !slices.Contains(known, m[1]) {
					t.Errorf("%s runs “contactbot %s”, which does not exist", path, m[1])
				}
				found[m[1]] = true
			}
		}
	}
	for _, name := range []string{"serve", "health", "chat", "check", "list", "backup"} {
		if !found[name] {
			t.Errorf("no file runs %s: looking in the wrong way?", name)
		}
	}
}

// TestDeployHeaders: each file says what it is for before anything else. JSON
// cannot; a README beside it does.
func TestDeployHeaders(t *testing.T) {
	files := deployed(t)
	for path, text := range files {
		switch {
		case strings.HasSuffix(path, ".json"):
			beside, described := filepath.Dir(path), false
			for _, page := range []string{"README.md", "runbook.md"} {
				described = described || strings.Contains(files[filepath.Join(beside, page)], filepath.Base(path))
			}
			if !described {
				t.Errorf("%s: no page beside it says what it is for", path)
			}
		case !strings.HasPrefix(text, "# ") || len(strings.SplitN(text, "\n", 2)[0]) < 20:
			t.Errorf("%s does not begin with what it is for", path)
		}
		if regexp.MustCompile(`(?i)(image|FROM)\b.*:latest\b|newTag: latest`).MatchString(text) {
			t.Errorf("%s names an image without its version", path)
		}
	}
}

// TestPolicies reads the RAM policies strictly: they grant these actions of
// CloudMonitor, and have no word that RAM does not know.
func TestPolicies(t *testing.T) {
	files := deployed(t)
	page := files["ram/README.md"]
	english, chinese, ok := strings.Cut(page, "\n## 中文\n")
	if !ok || !strings.ContainsFunc(chinese, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Error("ram/README.md has no Chinese part")
	}
	policies := 0
	for path, want := range map[string][]string{
		"ram/policy.json":          {"cms:PutContact", "cms:DescribeContactList", "cms:DeleteContact"},
		"ram/policy-put-only.json": {"cms:PutContact"},
	} {
		granted, err := readPolicy(files[path])
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if !slices.Equal(granted, want) {
			t.Errorf("%s grants %v, want %v", path, granted, want)
		}
		for _, text := range []string{english, chinese} {
			for _, action := range granted {
				if !strings.Contains(text, "`"+action+"`") || !strings.Contains(text, filepath.Base(path)) {
					t.Errorf("ram/README.md does not say in both languages what %s in %s is for", action, path)
				}
			}
		}
	}
	for path := range files {
		if strings.HasPrefix(path, "ram/") && strings.HasSuffix(path, ".json") {
			policies++
		}
	}
	if policies != 2 {
		t.Errorf("there are %d policies, 2 are checked", policies)
	}
	for _, text := range []string{
		`{"Version":"1","Statment":[]}`, `{"Version":"2","Statement":[{"Effect":"Allow","Action":["cms:PutContact"],"Resource":"*"}]}`,
		`{"Version":"1","Statement":[{"Effect":"Allow","Action":["cms:*"],"Resource":"*"}]}`, `{"Version":"1","Statement":[{"Effect":"Allow","Action":["cms:PutContact"],"Resource":"*"}]} x`,
	} {
		if granted, err := readPolicy(text); err == nil {
			t.Errorf("nothing is found wrong with %s: %v", text, granted)
		}
	}
}

// readPolicy reads a policy and returns the actions that it grants.
// Source: Alibaba Cloud, "RAM: Policy elements", "Policy structure and syntax".
func readPolicy(text string) (granted []string, err error) {
	var policy struct {
		Version   string
		Statement []struct {
			Effect   string
			Action   []string
			Resource string
		}
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&policy); err != nil {
		return nil, err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the policy")
	}
	if policy.Version != "1" {
		return nil, fmt.Errorf("the version is %q; RAM knows 1", policy.Version)
	}
	for _, s := range policy.Statement {
		if s.Effect != "Allow" || s.Resource != "*" { // CloudMonitor knows no narrower resources here
			return nil, fmt.Errorf("a statement is %s for %s", s.Effect, s.Resource)
		}
		for _, a := range s.Action {
			if !slices.Contains([]string{"cms:PutContact", "cms:DescribeContactList", "cms:DeleteContact"}, a) {
				return nil, fmt.Errorf("the action %s is not needed, or does not exist", a)
			}
			granted = append(granted, a)
		}
	}
	return granted, nil
}
