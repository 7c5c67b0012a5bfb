package bolt

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.etcd.io/bbolt"
)

// create makes a new file, whole from the moment it has its name: a crash, or
// another process that starts at the same time, never sees half of it.
func create(path string) error {
	removeUnfinished(path)
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+newSuffix+"*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	s, err := openStore(f.Name(), bbolt.Options{
		OpenFile: func(string, int, os.FileMode) (*os.File, error) { return f, nil },
	})
	if err != nil {
		return err
	}
	if err := s.mark(); err != nil {
		_ = s.db.Close()
		return err
	}
	if err := s.db.Close(); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
	}
	if err != nil {
		// A file system without links. Whoever renames second wins, and whoever
		// lost finds out after locking.
		return os.Rename(f.Name(), path)
	}
	return nil
}

const (
	newSuffix     = ".new-"
	compactSuffix = ".compacting"
)

// removeUnfinished removes new files that were never finished because of a
// crash. Should it hit one of a process that is just starting, that one tries
// again.
func removeUnfinished(path string) {
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), name+newSuffix) {
			removeLeftover(filepath.Join(folder, entry.Name()))
		}
	}
}

// removeLeftover removes what a compaction left behind that was ended by a
// crash, and nothing else that may have that name.
func removeLeftover(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || !owned(info) || !isBolt(path) {
		return
	}
	_ = os.Remove(path)
}

// isBolt says whether a file is, or might have become, one of bbolt's.
func isBolt(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	// The magic number stands behind the page's header of 16 bytes. After a
	// crash of the machine there may be nothing yet, or zeros.
	const offset, magic = 16, 0xED0CDAED
	var head [offset + 4]byte
	n, _ := f.ReadAt(head[:], 0)
	if n == len(head) && binary.NativeEndian.Uint32(head[offset:]) == magic {
		return true
	}
	return head == [offset + 4]byte{}
}
