//go:build !linux

package bolt

// diskRoom is not known here: a write tells.
func diskRoom(string) (bytes int64, ok bool) { return 0, false }
