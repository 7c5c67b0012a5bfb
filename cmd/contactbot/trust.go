package main

// Whom the bot trusts, and what it leaves behind: access, ownership, audit.

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"contactbot/bot/dialog"
	"contactbot/bot/dingtalk"
	"contactbot/bot/slack"
)

// trustSettings say who is served, and what is kept.
type trustSettings struct {
	Admins    string `name:"admins" env:"CONTACTBOT_ADMINS" placeholder:"LIST" help:"Who may change the contacts of others: slack:T1/U1,dingtalk:CORP/STAFF."`
	Allow     string `name:"allow" env:"CONTACTBOT_ALLOW" placeholder:"LIST" help:"Serve only these people, channels and conversations, in the same form (default: every member)."`
	Lookup    string `name:"lookup" env:"CONTACTBOT_LOOKUP" enum:"on,off" default:"on" help:"off: do not ask CloudMonitor which contacts exist, for accounts that grant cms:PutContact alone."`
	Audit     string `name:"audit" env:"CONTACTBOT_AUDIT" placeholder:"FILE" help:"Append every outcome to this file, as JSON lines; SIGHUP opens it anew (default: standard error)."`
	Retention span   `name:"retention" env:"CONTACTBOT_RETENTION" default:"90d" placeholder:"TIME" help:"How long it is kept what language a person chose who has nothing pending: days or hours, such as 90d or 2160h."`
}

// A span is a time that may be written in days.
type span time.Duration

// UnmarshalText reads days, such as 90d, or what Go calls a duration.
func (s *span) UnmarshalText(text []byte) error {
	const day, most = 24 * time.Hour, math.MaxInt64 / int64(24*time.Hour)
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 32); err == nil && int64(n) <= most {
			*s = span(time.Duration(n) * day)
			return nil
		}
	}
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("want days or hours, for example 90d or 2160h")
	}
	*s = span(d)
	return nil
}

// platformNames are the platforms that lists may name.
var platformNames = []string{slack.Name, dingtalk.Name}

// apply puts the settings into the rules of the conversation.
func (s trustSettings) apply(rules *dialog.Rules) error {
	for _, list := range []struct {
		name, text string
		into       *[]dialog.Entry
	}{{"CONTACTBOT_ADMINS", s.Admins, &rules.Access.Admins}, {"CONTACTBOT_ALLOW", s.Allow, &rules.Access.Allow}} {
		entries, err := dialog.ParseEntries(list.text)
		if err != nil {
			return badSetting("%s: %w, such as slack:T1/U1", list.name, err)
		}
		for i, e := range entries {
			if !slices.Contains(platformNames, e.Platform) {
				return badSetting("%s: entry %d: there is no platform %q (%s)", list.name, i+1, e.Platform, strings.Join(platformNames, ", "))
			}
		}
		*list.into = entries
	}
	if time.Duration(s.Retention) < time.Hour {
		return badSetting("CONTACTBOT_RETENTION: want an hour or more, for example 90d or 2160h")
	}
	rules.NoLookup, rules.KeepFor = s.Lookup == "off", time.Duration(s.Retention)
	return nil
}

// reach sees that the people of each platform that is served may be served: a list
// without an entry of it is a mistake.
func reach(allow []dialog.Entry, served []platform) error {
	if len(allow) == 0 {
		return nil
	}
	var nobody []string
	for _, p := range served {
		if !slices.ContainsFunc(allow, func(e dialog.Entry) bool { return e.Platform == p.Name() }) {
			nobody = append(nobody, p.Name())
		}
	}
	if len(nobody) == 0 {
		return nil
	}
	return badSetting("CONTACTBOT_ALLOW names nobody of a platform that is served (%s): everybody there would be refused; add whom it is for, such as %s:%s, or leave the platform's settings out",
		strings.Join(nobody, ", "), nobody[0], map[string]string{slack.Name: "T1/U1", dingtalk.Name: "CORP/STAFF"}[nobody[0]])
}

// An auditFile is the audit log: a file that is opened anew on SIGHUP, so that it
// can be rotated, or standard error.
type auditFile struct {
	path string

	mu   sync.Mutex
	file *os.File // nil: standard error
}

// openAudit opens the audit log, and returns what closes it.
func openAudit(path string) (*auditFile, func() error, error) {
	a := &auditFile{path: path}
	if path == "" {
		signal.Ignore(syscall.SIGHUP) // there is nothing to open anew
		return a, func() error { signal.Reset(syscall.SIGHUP); return nil }, nil
	}
	if err := a.reopen(); err != nil {
		return nil, nil, badSetting("CONTACTBOT_AUDIT: %w", err)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		for range hangup {
			if err := a.reopen(); err != nil {
				fmt.Fprintf(os.Stderr, "contactbot: the audit log stays as it was: %v\n", err)
			}
		}
	}()
	return a, func() error {
		signal.Stop(hangup)
		close(hangup)
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.file.Close()
	}, nil
}

func (a *auditFile) reopen() error {
	f, err := os.OpenFile(a.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file != nil {
		_ = a.file.Close()
	}
	a.file = f
	return nil
}

// Append implements bot.AuditLog.
func (a *auditFile) Append(line []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		_, err := os.Stderr.Write(line)
		return err
	}
	n, err := a.file.Write(line)
	if err == nil {
		err = a.file.Sync()
	}
	if err != nil && 0 < n && n < len(line) {
		_, _ = io.WriteString(a.file, "\n") // half a line stays one line
	}
	return err
}
