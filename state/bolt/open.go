package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// resolve finds the file that a path means: a compaction renames, and would
// put a file where a symbolic link was.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path) // the working folder may change
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the folder %s does not exist: make it first", filepath.Dir(path))
	}
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, filepath.Base(path))
	file, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", errors.New("it is a symbolic link to a file that does not exist")
		}
		return path, nil
	}
	return file, err
}

// errReplaced says that the path came to mean another file while it was opened.
var errReplaced = errors.New("the file was replaced")

// openFile opens the file at a resolved path for good. Everything is checked
// on a read-only opening before, so that a file that is not ours, or damaged,
// is not touched.
func openFile(path string, wait time.Duration) (*store, error) {
	for deadline := time.Now().Add(wait); ; {
		s, err := tryOpen(path, deadline)
		if !errors.Is(err, errReplaced) && !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		// Another contactbot compacted the file, or an operator moved it.
		<-time.After(retryPause)
	}
}

// retryPause is between two tries to open a file that is being replaced: a
// renaming takes less, and a link to nowhere must not keep a processor busy.
const retryPause = 10 * time.Millisecond

func tryOpen(path string, deadline time.Time) (*store, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, err
		}
		info, err = os.Stat(path)
	}
	if err != nil {
		return nil, err
	}
	if err := checkKind(info); err != nil {
		return nil, err
	}
	if info.Size() > 0 {
		if err := check(path, info, deadline); err != nil {
			return nil, err
		}
	}

	s, err := openStore(path, bbolt.Options{
		Timeout:  until(deadline),
		OpenFile: opener(info, os.O_RDWR),
	})
	if err != nil {
		return nil, err
	}
	if err := s.settleIn(path); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	return s, nil
}

// settleIn makes an opened and locked file ours.
func (s *store) settleIn(path string) error {
	// Whoever compacts renames a new file to the path, and lets go of the old
	// one, which has no name any more: it is no use to have locked that.
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(info, named) {
		return errReplaced
	}

	// With the lock held, nobody can be compacting, and another process that did
	// may not have made its renaming durable.
	removeLeftover(path + compactSuffix)
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	if info.Mode().Perm()&^0o600 != 0 && owned(info) {
		if err := s.file.Chmod(0o600); err != nil {
			return err
		}
	}
	return s.mark()
}

// openStore opens a file with bbolt, with the settings that all our files
// share.
func openStore(path string, o bbolt.Options) (s *store, err error) {
	var file *os.File
	open := o.OpenFile
	o.OpenFile = func(path string, flag int, mode os.FileMode) (_ *os.File, err error) {
		file, err = open(path, flag, mode)
		return file, err
	}
	// Address space, not memory: as long as the file fits in it, a long read such
	// as a backup never holds up a write.
	o.InitialMmapSize = mapSize
	// Every commit writes the list of the free pages, which bbolt's default, a
	// sorted slice, has ready, and its map must first sort.
	o.FreelistType = bbolt.FreelistArrayType

	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, p)
		}
		if err != nil && file != nil {
			_ = file.Close() // bbolt forgets it when it panics
		}
	}()
	db, err := bbolt.Open(path, 0o600, &o)
	if err != nil {
		return nil, refine(err)
	}
	db.AllocSize = allocSize
	return &store{db: db, file: file, page: int64(db.Info().PageSize), unused: make(chan struct{})}, nil
}

const (
	// mapSize is 1 GB where there is address space enough.
	mapSize = 1 << (20 + 10*(strconv.IntSize/64))

	// allocSize is the step in which the file grows, each at the cost of a sync.
	allocSize = 4 << 20
)

// opener opens a file only if it is still the one that was looked at. It never
// makes one, and never waits for the other end of a pipe.
func opener(info fs.FileInfo, access int) func(string, int, os.FileMode) (*os.File, error) {
	return func(path string, _ int, _ os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(path, access|syscall.O_NONBLOCK, 0)
		if err != nil {
			return nil, err
		}
		opened, err := f.Stat()
		if err == nil && !os.SameFile(info, opened) {
			err = errReplaced
		}
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		return f, nil
	}
}

func checkKind(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return errors.New("it is a folder: name a file in it")
	case !mode.IsRegular():
		return errors.New("it is not a regular file: name another")
	case mode.Perm()&0o200 == 0:
		// Root may write it all the same, but somebody did not want that.
		return fmt.Errorf("%w: the file is read-only, mode %04o (chmod u+w)", ErrReadOnly, mode.Perm())
	}
	return nil
}

// check looks whether a file is ours and whole, without writing to it. It does
// not look at all pages: that would take as long as the file is big.
func check(path string, info fs.FileInfo, deadline time.Time) (err error) {
	s, err := openStore(path, bbolt.Options{
		ReadOnly: true,
		Timeout:  until(deadline),
		OpenFile: opener(info, os.O_RDONLY),
	})
	if err != nil {
		return err
	}
	defer func() { _ = s.db.Close() }()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, p)
		}
	}()
	return s.db.View(func(tx *bbolt.Tx) error {
		info, err := s.file.Stat()
		if err != nil {
			return err
		}
		if tx.Size() > info.Size() {
			// To read on would be a fault of the memory that the file is mapped to.
			return fmt.Errorf("%w (it was cut off: %d of %d bytes are left)", ErrDamaged, info.Size(), tx.Size())
		}
		return checkFormat(tx)
	})
}

func checkFormat(tx *bbolt.Tx) error {
	b := tx.Bucket([]byte(metaBucket))
	if b == nil {
		if k, _ := tx.Cursor().First(); k == nil {
			return nil // nothing in it yet
		}
		return fmt.Errorf("%w, but a Bolt file of another program", ErrForeign)
	}
	got := b.Get([]byte(formatKey))
	if got == nil {
		return fmt.Errorf("%w, but a Bolt file of another program", ErrForeign)
	}
	if !bytes.Equal(got, []byte(format)) {
		if n, err := strconv.Atoi(string(got)); err == nil {
			return fmt.Errorf("it has format %d, and this contactbot knows only format %s: use a newer contactbot", n, format)
		}
		return fmt.Errorf("%w (its format is unreadable)", ErrDamaged)
	}
	return nil
}

// mark writes into a file that it is ours, if that is not there yet.
func (s *store) mark() error {
	marked := false
	err := s.db.View(func(tx *bbolt.Tx) error {
		marked = tx.Bucket([]byte(metaBucket)) != nil
		return nil
	})
	if err != nil || marked {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(metaBucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(formatKey), []byte(format))
	})
}

// refine gives bbolt's errors of opening a file our words.
func refine(err error) error {
	switch {
	case errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch):
		return fmt.Errorf("%w, or a damaged one (%w)", ErrForeign, err)
	}
	return err
}

// until is a timeout for bbolt, to which 0 means for ever.
func until(deadline time.Time) time.Duration {
	return max(time.Until(deadline), time.Nanosecond)
}
