package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be contactbot itself, for the scripts and for
// the tests that kill it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"contactbot": main})
}

// TestScripts runs the program as people do: see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
