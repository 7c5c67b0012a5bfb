package deploy

// The image: the Dockerfile as BuildKit reads it, and built as far as that goes
// without a container engine.

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

const dockerfile = "deploy/container/Dockerfile"

// stages are the stages of the Dockerfile, as BuildKit's own parser and linter
// see them.
func stages(t *testing.T) (build, final instructions.Stage) {
	t.Helper()
	tree, err := parser.Parse(strings.NewReader(read(t, dockerfile)))
	if err != nil {
		t.Fatal(err)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		t.Errorf("%s: %s: %s", dockerfile, rule, message)
	}})
	all, _, err := instructions.Parse(tree.AST, lint)
	if err != nil {
		t.Fatalf("%s: %v", dockerfile, err)
	}
	for _, w := range tree.Warnings {
		t.Errorf("%s: %s", dockerfile, w.Short)
	}
	if len(all) != 2 {
		t.Fatalf("%s has %d stages, want 2", dockerfile, len(all))
	}
	return all[0], all[1]
}

// commands are those of one kind in a stage.
func commands[C instructions.Command](s instructions.Stage) (all []C) {
	for _, c := range s.Commands {
		if c, ok := c.(C); ok {
			all = append(all, c)
		}
	}
	return all
}

// last is the last command of a kind, which is the one that counts.
func last[C instructions.Command](t *testing.T, s instructions.Stage) C {
	t.Helper()
	all := commands[C](s)
	if len(all) == 0 {
		t.Fatalf("%s has no %T", dockerfile, *new(C))
	}
	return all[len(all)-1]
}

// TestDockerfile looks at what runs: from nothing, by nobody, checked by itself.
func TestDockerfile(t *testing.T) {
	_, final := stages(t)
	if final.BaseName != "scratch" {
		t.Errorf("the image is made from %s, want scratch", final.BaseName)
	}
	if u := last[*instructions.UserCommand](t, final).User; u != "65532:65532" {
		t.Errorf("it is run by %s, want a user and a group that are numbers and not root's", u)
	}
	command := last[*instructions.EntrypointCommand](t, final)
	health := last[*instructions.HealthCheckCommand](t, final).Health
	if command.PrependShell || len(command.CmdLine) != 1 || !slices.Equal(health.Test, []string{"CMD", command.CmdLine[0], "health"}) {
		t.Errorf("the image runs %q and is checked by %q; it has no shell, and is to check itself", command.CmdLine, health.Test)
	}
	if health.Interval == 0 || health.Timeout == 0 || health.Retries == 0 {
		t.Errorf("the health check leaves its times to the engine: %+v", health)
	}
	if run := last[*instructions.CmdCommand](t, final); run.PrependShell || !slices.Equal(run.CmdLine, []string{"serve"}) {
		t.Errorf("by default it runs %q", run.CmdLine)
	}
	home := last[*instructions.WorkdirCommand](t, final).Path
	if v := last[*instructions.VolumeCommand](t, final).Volumes; !slices.Equal(v, []string{home}) {
		t.Errorf("the state is written to %s, the volumes are %v", home, v)
	}
	owned, certificates := false, false
	for _, c := range commands[*instructions.CopyCommand](final) {
		if c.From != "build" {
			t.Errorf("%v is not from the stage “build”", c)
		}
		owned = owned || c.DestPath == home && c.Chown == "65532:65532"
		certificates = certificates || c.DestPath == "/etc/ssl/certs/ca-certificates.crt"
	}
	if !owned || !certificates {
		t.Errorf("the volume belongs to its user: %v; there are certificates: %v", owned, certificates)
	}
	if _, tag, ok := strings.Cut(told(t, dockerfile, `(?m)^ARG GO_IMAGE=(\S+)$`)[0], ":"); !ok || strings.Count(tag, ".") < 2 {
		t.Errorf("the compiler's image has the tag %q, want an exact version", tag)
	}
}

// version is what the tests stamp.
const version = "v9.8.7-test"

// build carries the first stage out in a directory of its own, with what it
// copies from the context and nothing else, and returns the binary. Paths of the
// image become paths in that directory; the commands are the Dockerfile's.
func build(t *testing.T, context, dir string) string {
	t.Helper()
	first, _ := stages(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ignored := ignoring(t)
	env := append(os.Environ(), "TARGETOS=linux", "TARGETARCH=", "GOFLAGS=")
	src := dir
	for _, c := range first.Commands {
		switch c := c.(type) {
		case *instructions.WorkdirCommand:
			src = filepath.Join(dir, c.Path)
			if err := os.MkdirAll(src, 0o755); err != nil {
				t.Fatal(err)
			}
		case *instructions.CopyCommand:
			for _, from := range c.SourcePaths {
				if hidden, err := ignored.MatchesOrParentMatches(from); err != nil || hidden {
					t.Fatalf("%s is copied, and hidden by Dockerfile.dockerignore (%v)", from, err)
				}
				run(t, src, env, "cp", "-r", abs(t, filepath.Join(context, from)), filepath.Join(src, c.DestPath))
			}
		case *instructions.ArgCommand:
			for _, a := range c.Args {
				if a.Key == "VERSION" {
					env = append(env, "VERSION="+version)
				}
			}
		case *instructions.RunCommand:
			script := strings.ReplaceAll(strings.Join(c.CmdLine, " "), "/out/", dir+"/out/")
			if script != "go mod download" { // the next command does, too
				run(t, src, env, "sh", "-ec", script)
			}
		default:
			t.Fatalf("%s: do not know what %s does", dockerfile, c.Name())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out/state")); err != nil {
		t.Error(err)
	}
	return filepath.Join(dir, "out/contactbot")
}

// binary is the program as the Dockerfile builds it, built once.
func binary(t *testing.T) string {
	t.Helper()
	built.Do(func() { built.path = build(t, top, filepath.Join(scratch, "build")) })
	if _, err := os.Stat(built.path); err != nil {
		t.Fatal("the Dockerfile does not build, see TestBuild")
	}
	return built.path
}

var built struct {
	sync.Once
	path string
}

// TestBuild builds: a static binary with its version stamped, the same one byte
// for byte in another directory.
func TestBuild(t *testing.T) {
	path := binary(t)
	out, err := exec.Command(path, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "contactbot "+version+" ") {
		t.Errorf("contactbot version: %s %v", out, err)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the binary is not static: it has a %v", p.Type)
		}
	}
	zone := exec.Command(path, "version")
	zone.Env = []string{"TZ=Asia/Shanghai", "ZONEINFO=/nowhere"}
	if out, err := zone.CombinedOutput(); err != nil {
		t.Errorf("without an environment: %v %s", err, out)
	}
	again := build(t, filepath.Join(scratch, "build/src"), filepath.Join(scratch, "somewhere/else"))
	if a, b := bytesOf(t, path), bytesOf(t, again); !slices.Equal(a, b) {
		t.Errorf("two builds in two directories differ (%d and %d bytes)", len(a), len(b))
	}
}

// TestBuildContext looks at what the builder never gets to see.
func TestBuildContext(t *testing.T) {
	ignored := ignoring(t)
	for path, hidden := range map[string]bool{
		"cmd/contactbot/main.go": false, "go.sum": false, "bot/slack/slack.go": false,
		".git/config": true, "contactbot.db": true, "cmd/contactbot.db": true, "state/contactbot.db.simulator.json": true,
		"deploy/container/secrets/slack-bot-token": true, "deploy/container/.env": true, "README.md": true,
	} {
		if got, err := ignored.MatchesOrParentMatches(path); err != nil || got != hidden {
			t.Errorf("%s: hidden from the builder: %v (%v), want %v", path, got, err, hidden)
		}
	}
}

// ignoring reads Dockerfile.dockerignore as BuildKit does.
func ignoring(t *testing.T) *patternmatcher.PatternMatcher {
	t.Helper()
	patterns, err := ignorefile.ReadAll(strings.NewReader(read(t, dockerfile+".dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func run(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir, c.Env = dir, env
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func abs(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
