package main

// The command that tries every setting for real.

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/state"
	"contactbot/state/bolt"
)

// checkCommand tries the settings of serve, and changes nothing.
type checkCommand struct {
	Listen               string `name:"listen" env:"CONTACTBOT_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address for health checks, and for Slack in HTTP mode."`
	slackSettings        `group:"Slack"`
	dingtalkSettings     `group:"DingTalk"`
	trustSettings        `group:"Trust"`
	stateSettings        `group:"State"`
	cloudMonitorSettings `group:"CloudMonitor"`
	keySettings          `group:"Access key (default: found where Alibaba Cloud's own tools look)"`
	logSettings          `group:"Logs"`
}

// checkWithin bounds how long one thing is tried.
const checkWithin = 20 * time.Second

// Run prints a line for each thing that is tried.
func (c checkCommand) Run(ctx context.Context) error {
	failed := 0
	tell := func(all ...bot.Finding) {
		for _, f := range all {
			switch {
			case f.Skipped:
				fmt.Printf("-     %s: not tried, because %s\n", f.What, cmp.Or(f.Note, "of the above"))
			case f.Err != nil:
				failed++
				fmt.Printf("FAIL  %s: %v\n", f.What, f.Err)
			default:
				fmt.Printf("ok    %s%s\n", f.What, strings.TrimSuffix(": "+f.Note, ": "))
			}
		}
	}
	try := func(f func(context.Context) []bot.Finding) {
		ctx, cancel := context.WithTimeout(ctx, checkWithin)
		defer cancel()
		tell(f(ctx)...)
	}
	serve := serveCommand{slackSettings: c.slackSettings, dingtalkSettings: c.dingtalkSettings}
	all, _, err := serve.platforms(slog.New(slog.DiscardHandler))
	if err != nil {
		tell(bot.Finding{What: "platforms", Err: err})
	}
	_, err = c.logger(slog.LevelInfo)
	tell(bot.Finding{What: "logs", Note: cmp.Or(c.Log, "text on a terminal, else json"), Err: err})
	tell(c.trusts(all))
	try(c.tryState)
	tell(c.tryAudit(), c.tryListen())
	var clock bot.Finding
	try(func(ctx context.Context) []bot.Finding { clock = c.tryClock(ctx); return []bot.Finding{clock} })
	for _, p := range all {
		try(p.Check)
	}
	try(func(ctx context.Context) []bot.Finding { return c.tryCloudMonitor(ctx, clock.Err != nil) })
	if failed > 0 {
		return fmt.Errorf("%d of the settings do not work", failed)
	}
	return nil
}

func (c checkCommand) trusts(served []platform) bot.Finding {
	rules := dialog.Rules{}
	f := bot.Finding{What: "trust", Err: c.apply(&rules)}
	if f.Err == nil {
		f.Err = reach(rules.Access.Allow, served)
	}
	if f.Err == nil {
		f.Note = fmt.Sprintf("%d administrators; ", len(rules.Access.Admins))
		if n := len(rules.Access.Allow); n > 0 {
			f.Note += fmt.Sprintf("only %d people and rooms are served", n)
		} else {
			f.Note += "every member is served"
		}
	}
	return f
}

// tryState opens the state, or asks the process that has it open. One that is not
// there yet is not made.
func (c checkCommand) tryState(ctx context.Context) []bot.Finding {
	f := bot.Finding{What: "state"}
	path, keys, err := c.where(liveState)
	if err != nil {
		f.Err = err
		return []bot.Finding{f}
	}
	info, err := os.Stat(path)
	if err != nil {
		f.Note = "it will be made, with " + keys.String()
		if keys.IDs() == "" {
			f.Note += ": what is kept will not be encrypted"
		}
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			f.Err = fmt.Errorf("the folder %s does not exist: make it first", filepath.Dir(path))
			return []bot.Finding{f}
		}
		probe, err := os.CreateTemp(filepath.Dir(path), ".contactbot-check-*")
		if err != nil {
			f.Err = fmt.Errorf("it cannot be made: %w", err)
			return []bot.Finding{f}
		}
		_ = probe.Close()
		_ = os.Remove(probe.Name())
		return []bot.Finding{f}
	}
	if info.Mode().Perm()&0o077 != 0 {
		f.Err = fmt.Errorf("%s can be read by others: chmod 600 it", path)
		return []bot.Finding{f}
	}
	var newest string
	ok, err := asked(ctx, path, http.MethodGet, "/ping", func(res *http.Response) error { return json.NewDecoder(res.Body).Decode(&newest) })
	if ok {
		newest, _, _ = strings.Cut(newest, ",")
		if f.Note, f.Err = "in use by a serving process, which can write it", err; err == nil && newest != "" && !strings.Contains(keys.IDs(), newest) {
			f.Err = errors.New("CONTACTBOT_DATA_KEYS lacks the key that the serving process writes with: the next start would fail")
		}
		return []bot.Finding{f}
	}
	if info.Size() == 0 {
		f.Err = fmt.Errorf("%s is empty: that is no state, restore a backup", path)
		return []bot.Finding{f}
	}
	engine, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		f.Err = err
		return []bot.Finding{f}
	}
	_, err = state.Look(ctx, engine, keys)
	f.Note, f.Err = keys.String(), errors.Join(err, engine.Ping(ctx), engine.Close())
	return []bot.Finding{f}
}

func (c checkCommand) tryAudit() bot.Finding {
	f := bot.Finding{What: "audit log", Note: "standard error"}
	if c.Audit != "" {
		f.Note = c.Audit
		if _, err := os.Stat(c.Audit); err != nil { // it is not made here, for another user perhaps
			probe, err := os.CreateTemp(filepath.Dir(c.Audit), ".contactbot-check-*")
			if err != nil {
				f.Err = fmt.Errorf("CONTACTBOT_AUDIT: it cannot be made in the folder %s", filepath.Dir(c.Audit))
				return f
			}
			_ = probe.Close()
			_ = os.Remove(probe.Name())
			return f
		}
		_, closeAudit, err := openAudit(c.Audit)
		if f.Err = err; err == nil {
			f.Err = closeAudit()
		}
	}
	return f
}

func (c checkCommand) tryListen() bot.Finding {
	f := bot.Finding{What: "listen", Note: c.Listen}
	listener, err := net.Listen("tcp", c.Listen)
	switch {
	case err == nil:
		_ = listener.Close()
	case (healthCommand{Listen: c.Listen}).ask(context.Background()) == nil:
		f.Note = "in use by a serving process, which is well"
	default:
		f.Err = fmt.Errorf("CONTACTBOT_LISTEN: %w", err)
	}
	return f
}
