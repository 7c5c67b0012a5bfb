//go:build !unix

package bolt

import (
	"io/fs"
	"os"
)

func owned(fs.FileInfo) bool                { return true }
func sameOwner(*os.File, fs.FileInfo) error { return nil }
func syncDir(string) error                  { return nil }
