// Package deploy checks what is in deploy/ with the tools that are made for it:
// the libraries of kustomize, Kubernetes, Compose, BuildKit, systemd, Prometheus
// and Grafana. They are many, so this is a module of its own; .ci/run runs it:
//
//	cd .ci/deploy && go test -count=1 -vet=off ./...
//
// -count=1, for a remembered result knows nothing of files outside this module;
// -vet=off, for go test would vet all those libraries, too.
package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// top is the top of the repository.
const top = "../.."

// scratch holds what is made once for several tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "contactbot-deploy-*"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// read is the text of a file, named from the top of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// told is what an expression finds in a file: what its instructions tell an
// operator to do.
func told(t *testing.T, path, expression string) []string {
	t.Helper()
	var all []string
	for _, found := range regexp.MustCompile(expression).FindAllStringSubmatch(read(t, path), -1) {
		all = append(all, found[1])
	}
	if len(all) == 0 {
		t.Fatalf("%s says nothing that matches %s", path, expression)
	}
	return all
}

// uncommented takes the “#” off the lines that the instructions of a YAML file
// tell to take it off, where the expression matches what is behind it.
func uncommented(text, expression string) string {
	behind := regexp.MustCompile(`^(\s*)# (` + expression + `.*)$`)
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(behind.ReplaceAllString(strings.TrimSuffix(line, "\n"), "$1$2") + "\n")
	}
	return b.String()
}
