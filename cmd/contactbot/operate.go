package main

// Commands for operators, who may use them while the bot serves: list, backup,
// forget.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"contactbot/state"
	"contactbot/state/bolt"
)

// existing opens the state for a command that does not make one.
func (s stateSettings) existing(ctx context.Context) (held, func() error, error) {
	path, _, err := s.where(liveState)
	if err != nil {
		return held{}, nil, err
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return held{}, nil, fmt.Errorf("there is no state at %s: set CONTACTBOT_STATE to the one that is meant (of “serve --simulate”: %s; of “chat”: %s)", path, servedState, simulatedState)
	case err == nil && info.Size() == 0:
		return held{}, nil, fmt.Errorf("%s is empty: that is no state, restore a backup", path)
	}
	return s.hold(ctx, liveState, bolt.Options{}, state.Look)
}

// listCommand lists what is pending.
type listCommand struct {
	Contacts      bool `help:"List whose contacts are whose instead of what is pending."`
	JSON          bool `name:"json" help:"One JSON object a line."`
	stateSettings `group:"State"`
}

// Run lists.
func (c listCommand) Run(ctx context.Context) error {
	if c.Contacts {
		return c.contacts(ctx)
	}
	var all []pending
	ok, err := asked(ctx, c.path(liveState), http.MethodGet, "/list", func(res *http.Response) error {
		return each(res.Body, func(p pending) { all = append(all, p) })
	})
	if !ok && err == nil {
		h, closeState, openErr := c.existing(ctx)
		if openErr != nil {
			return openErr
		}
		err = errors.Join(h.pending(ctx, func(p pending) error { all = append(all, p); return nil }), closeState())
	}
	if c.JSON {
		return errors.Join(err, lines(all))
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PERSON\tPHASE\tCONTACT\tVALUES\tSINCE\tWAITS FOR")
	for _, p := range all {
		var values []string
		for _, name := range slices.Sorted(maps.Keys(p.Values)) {
			values = append(values, name+"="+p.Values[name])
		}
		waits := strings.Join(p.Calls, " ")
		if p.Replies > 0 {
			waits += fmt.Sprintf(" replies:%d", p.Replies)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Person, p.Phase, p.Contact, strings.Join(values, " "), p.Touched.UTC().Format(time.RFC3339), strings.TrimSpace(waits))
	}
	err = errors.Join(err, table.Flush())
	fmt.Printf("%d pending\n", len(all))
	return err
}

func (c listCommand) contacts(ctx context.Context) error {
	var all []state.Registration
	ok, err := asked(ctx, c.path(liveState), http.MethodGet, "/contacts", func(res *http.Response) error {
		return each(res.Body, func(r state.Registration) { all = append(all, r) })
	})
	if !ok && err == nil {
		h, closeState, openErr := c.existing(ctx)
		if openErr != nil {
			return openErr
		}
		err = errors.Join(h.store.Registrations(ctx, func(r state.Registration) bool { all = append(all, r); return true }), closeState())
	}
	if c.JSON {
		return errors.Join(err, lines(all))
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONTACT\tOWNER\tCLAIMED\tREGISTERED")
	for _, r := range all {
		settled := "-"
		if !r.Settled.IsZero() {
			settled = r.Settled.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.Contact, r.Owner.Key(), r.Claimed.UTC().Format(time.RFC3339), settled)
	}
	return errors.Join(err, table.Flush())
}

// each reads one JSON value after the other.
func each[T any](r io.Reader, take func(T)) error {
	decoder := json.NewDecoder(r)
	for {
		var v T
		switch err := decoder.Decode(&v); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the answer of the serving process is cut short: %w", err)
		}
		take(v)
	}
}

func lines[T any](all []T) error {
	encoder := json.NewEncoder(os.Stdout)
	for _, v := range all {
		if err := encoder.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

// backupCommand copies the state.
type backupCommand struct {
	File          string `arg:"" help:"Where the copy goes; it must not exist yet."`
	stateSettings `group:"State"`
}

// Run writes the copy beside its place, and puts it there when it is whole.
func (c backupCommand) Run(ctx context.Context) (err error) {
	if _, err := os.Stat(c.File); err == nil {
		return fmt.Errorf("%s exists already: choose another name", c.File)
	}
	part, err := os.CreateTemp(filepath.Dir(c.File), ".contactbot-backup-*") // for its user alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	var size int64
	ok, err := asked(ctx, c.path(liveState), http.MethodGet, "/backup", func(res *http.Response) (err error) {
		size, err = io.Copy(part, res.Body)
		return err
	})
	if !ok && err == nil {
		h, closeState, openErr := c.existing(ctx)
		if openErr != nil {
			return errors.Join(openErr, part.Close())
		}
		size, err = h.engine.Backup(ctx, part)
		err = errors.Join(err, closeState())
	}
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	if err = os.Link(part.Name(), c.File); err != nil { // unlike Rename it overwrites nothing
		return err
	}
	_ = os.Remove(part.Name())
	fmt.Printf("%s: %d bytes\n", c.File, size)
	return nil
}

// forgetCommand erases a person.
type forgetCommand struct {
	Person        string `arg:"" help:"PLATFORM/WORKSPACE/USER, as list shows it, for example slack/T1/U1."`
	stateSettings `group:"State"`
}

// Run erases what is kept of the person.
func (c forgetCommand) Run(ctx context.Context) error {
	p, err := parsePerson(c.Person)
	if err != nil {
		return err
	}
	var names []string
	found := false
	ok, err := asked(ctx, c.path(liveState), http.MethodPost, "/forget?person="+url.QueryEscape(c.Person), func(res *http.Response) error {
		found = true
		return json.NewDecoder(res.Body).Decode(&names)
	})
	if !ok && err == nil {
		h, closeState, openErr := c.existing(ctx)
		if openErr != nil {
			return openErr
		}
		names, found, err = h.store.Forget(ctx, p)
		err = errors.Join(err, closeState())
	}
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("nothing was kept of %s: is it spelt as list shows it?", p)
	}
	fmt.Printf("%s: all that the state holds is erased; lines of the audit log stay\n", p)
	for _, name := range names {
		fmt.Printf("the contact %s stays in CloudMonitor and belongs to nobody here: delete it in the console if it should go, too\n", name)
	}
	return nil
}
