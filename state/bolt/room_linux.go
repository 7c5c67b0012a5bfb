package bolt

import "syscall"

// diskRoom is how many bytes may still be written to the file system of path.
func diskRoom(path string) (bytes int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
