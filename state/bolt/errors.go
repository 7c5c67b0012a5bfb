package bolt

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"contactbot/state"

	berrors "go.etcd.io/bbolt/errors"
)

// damaged notes that the file cannot be trusted, because of what was found or
// of what was recovered, and returns the error for the caller. Writing to it
// could make things worse: from now on writes are refused.
func (e *Engine) damaged(found any) error {
	cause, ok := found.(error)
	if !ok {
		cause = fmt.Errorf("%v", found)
	}
	err := fmt.Errorf("%w (%w)", ErrDamaged, cause)
	e.damage.CompareAndSwap(nil, &err)
	return err
}

// refused says why nothing may be written.
func (e *Engine) refused() error {
	if damage := e.damage.Load(); damage != nil {
		return fmt.Errorf("%s: %w: stop contactbot and restore the file from a backup", e.base(), *damage)
	}
	return nil
}

func (e *Engine) explainRead(err error) error {
	if errors.Is(err, ErrClosed) {
		return err
	}
	return fmt.Errorf("read %s: %w", e.base(), err)
}

func (e *Engine) explainWrite(err error) error {
	if errors.Is(err, ErrClosed) {
		return err
	}
	err = withCause(err)
	var advice string
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		advice = " (the disk is full: free some space)"
	case errors.Is(err, syscall.EFBIG):
		advice = " (the file may not grow: raise the limit of file sizes, ulimit -f)"
	case errors.Is(err, syscall.EROFS):
		advice = " (the file system became read-only: look for disk errors)"
	case errors.Is(err, syscall.EIO):
		advice = " (the disk has errors)"
	}
	return fmt.Errorf("save to %s: %w%s", e.base(), err, advice)
}

// causes are the errors that bbolt passes on only as text when the file does
// not grow.
var causes = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EIO, syscall.ENOMEM}

func withCause(err error) error {
	for _, cause := range causes {
		if !errors.Is(err, cause) && strings.HasSuffix(err.Error(), cause.Error()) {
			return fmt.Errorf("%s%w", strings.TrimSuffix(err.Error(), cause.Error()), cause)
		}
	}
	return err
}

// explain says what went wrong in Open, and what to do.
func explain(name string, err error) error {
	var advice string
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		err = state.ErrBusy
		advice = " (is another contactbot serving? stop it, or give this one a file of its own)"
	case errors.Is(err, ErrDamaged):
		advice = ": it was left as it is; restore a backup, or move it away to start anew"
	case errors.Is(err, ErrForeign):
		advice = ": it was left as it is; name another file"
	case errors.Is(err, syscall.EROFS):
		err = fmt.Errorf("%w: %w", ErrReadOnly, err)
		advice = " (name a file in a folder that can be written)"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		err = fmt.Errorf("%w: %w", ErrReadOnly, err)
		advice = " (give the user that runs contactbot the right to write the file and its folder)"
	}
	return fmt.Errorf("open %s: %w%s", name, err, advice)
}
