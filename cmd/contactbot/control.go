package main

// The control socket: what an operator may ask of a bot that is serving. It lies
// beside the state file, and only the file's user may use it.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/bolt"
)

// A held is the state of a process: what it has open.
type held struct {
	store  *state.Store
	engine *bolt.Engine
	keys   string // which keys it has, without telling anything of them
}

// socketPath is where a serving process listens.
func socketPath(path string) string { return path + ".sock" }

// control serves the socket until the returned function is called. That there is
// none is no reason not to serve people.
func control(path string, h held, log *slog.Logger) (closed func()) {
	socket := socketPath(path)
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("an old control socket cannot be removed; list, backup and forget work only when nothing is served", "err", err)
		return func() {}
	}
	old := syscall.Umask(0o177) // nobody else may use it, not even for a moment
	listener, err := net.Listen("unix", socket)
	syscall.Umask(old)
	if err != nil {
		log.Warn("the control socket cannot be opened; list, backup and forget work only when nothing is served", "err", err)
		return func() {}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, r *http.Request) {
		if err := h.store.Ping(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(h.keys)
	})
	mux.HandleFunc("GET /list", func(w http.ResponseWriter, r *http.Request) {
		encoder := json.NewEncoder(w)
		if err := h.pending(r.Context(), func(p pending) error { return encoder.Encode(p) }); err != nil {
			panic(http.ErrAbortHandler) // what was sent is not all
		}
	})
	mux.HandleFunc("GET /contacts", func(w http.ResponseWriter, r *http.Request) {
		encoder := json.NewEncoder(w)
		if err := h.store.Registrations(r.Context(), func(r state.Registration) bool { return encoder.Encode(r) == nil }); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, r *http.Request) {
		if _, err := h.engine.Backup(r.Context(), w); err != nil {
			panic(http.ErrAbortHandler) // the reader is told that it is cut short
		}
	})
	mux.HandleFunc("POST /forget", func(w http.ResponseWriter, r *http.Request) {
		p, err := parsePerson(r.FormValue("person"))
		var names []string
		found := false
		if err == nil {
			names, found, err = h.store.Forget(r.Context(), p)
		}
		if err == nil && !found {
			err = fmt.Errorf("nothing was kept of %s: is it spelt as list shows it?", p)
		}
		if err == nil {
			log.Info("a person was erased by the operator", "person", p, "contacts", len(names))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(names)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = server.Serve(listener) }()
	return func() { _ = server.Close() } // it removes the socket, too
}

// pending is what a list tells of a request: nothing that its person typed but
// the contact's name, in full.
type pending struct {
	Person   string            `json:"person"`
	Phase    state.Phase       `json:"phase"`
	Contact  string            `json:"contact,omitempty"`
	Values   map[string]string `json:"values,omitempty"` // masked
	Touched  time.Time         `json:"touched"`
	Calls    []string          `json:"calls,omitempty"`
	Replies  int               `json:"replies,omitempty"` // that are not delivered yet
	NextStep time.Time         `json:"next,omitzero"`
}

// pending tells of every request in which something is to happen.
func (h held) pending(ctx context.Context, tell func(pending) error) error {
	var failed error
	err := h.store.Requests(ctx, func(r state.Request) bool {
		if r.Phase == state.Idle && len(r.Tasks) == 0 && len(r.Outbox) == 0 {
			return true
		}
		p := pending{Person: r.Person.Key(), Phase: r.Phase, Contact: r.Draft.Name, Touched: r.Touched, Replies: len(r.Outbox), Values: map[string]string{}}
		for _, f := range commands.Fields() {
			if v := *f.Of(&r.Draft); f.Personal && v != "" {
				p.Values[f.Name] = f.Mask(v)
			}
		}
		for _, t := range r.Tasks {
			p.Calls = append(p.Calls, string(t.Kind))
		}
		for _, d := range r.Dues() {
			if p.NextStep.IsZero() || d.At.Before(p.NextStep) {
				p.NextStep = d.At
			}
		}
		failed = tell(p)
		return failed == nil
	})
	return errors.Join(err, failed)
}

// parsePerson reads a person as logs and lists name them.
func parsePerson(text string) (state.Person, error) {
	p, ok := state.ParsePerson(text)
	if !ok {
		return p, badSetting("a person is PLATFORM/WORKSPACE/USER as list shows it, for example slack/T1/U1")
	}
	return p, nil
}

// asked asks the serving process; ok is false if there is none.
func asked(ctx context.Context, path, method, what string, answer func(*http.Response) error) (ok bool, err error) {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socketPath(path))
		},
		DisableKeepAlives: true,
	}}
	r, err := http.NewRequestWithContext(ctx, method, "http://contactbot"+what, nil)
	if err != nil {
		return true, err
	}
	res, err := client.Do(r)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return false, nil
	case err != nil:
		return true, fmt.Errorf("ask the serving process: %w", err.(*url.Error).Err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
		return true, errors.New(strings.TrimSpace(string(text)))
	}
	return true, answer(res)
}
