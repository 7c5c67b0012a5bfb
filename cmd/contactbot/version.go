package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is stamped by the release build: -ldflags "-X main.version=v1.2.3".
var version string

// versionCommand prints what this program is.
type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Printf("contactbot %s %s %s/%s\n", built(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// built is the stamped version, else what Go itself knows of the build.
func built() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && v == "(devel)" {
			v = "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	return v
}
