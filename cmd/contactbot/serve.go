package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
	"contactbot/state/bolt"
)

// servedState is where a simulation keeps what is pending: not with what is real.
const servedState = "bolt:contactbot-simulated.db"

// serveCommand serves the platforms that are configured.
type serveCommand struct {
	Simulate             bool   `help:"Send nothing to CloudMonitor; every reply says so."`
	Listen               string `name:"listen" env:"CONTACTBOT_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address for health checks, and for Slack in HTTP mode."`
	slackSettings        `group:"Slack"`
	dingtalkSettings     `group:"DingTalk"`
	trustSettings        `group:"Trust"`
	stateSettings        `group:"State"`
	cloudMonitorSettings `group:"CloudMonitor"`
	keySettings          `group:"Access key (default: found where Alibaba Cloud's own tools look)"`
	logSettings          `group:"Logs"`
}

// Run serves until it is asked to end.
func (c serveCommand) Run(ctx context.Context) (err error) {
	log, err := c.logger(slog.LevelInfo)
	if err != nil {
		return err
	}
	all, doors, err := c.platforms(log)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return badSetting("CONTACTBOT_LISTEN: want HOST:PORT, for example 127.0.0.1:8080")
	}
	rules := dialog.Rules{Site: c.Site}
	if err := c.apply(&rules); err != nil {
		return err
	}
	if err := reach(rules.Access.Allow, all); err != nil {
		return err
	}
	fallback := liveState
	if c.Simulate {
		// A claim to a simulated contact is no claim to the real one.
		if fallback = servedState; c.State != "" {
			c.State += ".simulated"
		}
	}
	if _, _, err := c.where(fallback); err != nil {
		return err
	}
	// What a simulation does not use yet is to be right, too: it comes before the
	// real thing.
	client, _, err := realClient(c.cloudMonitorSettings, c.keySettings)
	if err != nil {
		return err
	}
	audit, closeAudit, err := openAudit(c.Audit)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAudit()) }()
	listener, err := net.Listen("tcp", c.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("CONTACTBOT_LISTEN: %w (is another process using it?)", err)
	case err != nil:
		return badSetting("CONTACTBOT_LISTEN: %w", err)
	}
	defer func() { _ = listener.Close() }() // it is closed already, unless something fails before it is served
	figures := newMeters()
	held, closeState, err := c.hold(ctx, fallback, bolt.Options{Committed: func(took time.Duration) { figures.commits.Observe(took.Seconds()) }}, state.Open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()
	if c.Simulate {
		simulator, closeSimulator, err := c.simulator(log, c.path(fallback))
		if err != nil {
			return err
		}
		defer func() { _ = closeSimulator() }()
		client = simulator
	}
	defer control(c.path(fallback), held, log)()
	var reached []bot.Platform
	for _, p := range all {
		if c.Simulate {
			p = simulated{p}
		}
		reached = append(reached, p)
	}
	b := bot.New(bot.Options{
		Store: held.store, CloudMonitor: client, Platforms: reached,
		Rules: rules, Audit: audit, Metrics: figures.bot, Simulated: c.Simulate, Alone: true, Log: log,
	})
	figures.watch(b, held, all)
	warn(log, rules, held)
	log.Info("serving", "version", built(), "listen", listener.Addr().String(), "simulated", c.Simulate)
	err = serve(ctx, b, all, routes(b, all, doors, held.store, figures), listener, log)
	log.Info("stopped")
	return err
}

// warn tells what the settings cannot protect.
func warn(log *slog.Logger, rules dialog.Rules, h held) {
	if rules.NoLookup {
		log.Warn("CONTACTBOT_LOOKUP=off: whoever types the name of a contact that was made elsewhere overwrites it, and what a change leaves out may be lost; grant cms:DescribeContactList to protect them")
	}
	if h.keys == "" {
		log.Warn("the state is not encrypted: set CONTACTBOT_DATA_KEYS (make a key with: openssl rand -base64 32)")
	}
}

// serve runs the bot, the platforms and the HTTP server until ctx ends, or until
// the bot or the server fails. A platform that fails does not take the others
// down.
func serve(ctx context.Context, b *bot.Bot, all []platform, handler http.Handler, listener net.Listener, logger *slog.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what it tells may quote a request
	}
	var running sync.WaitGroup
	failed := make(chan error, 2)
	run := func(what string, f func() error) {
		running.Go(func() {
			if err := f(); err != nil {
				failed <- fmt.Errorf("%s: %w", what, err)
			}
		})
	}
	run("the bot", func() error { return b.Run(ctx) })
	for _, p := range all {
		running.Go(func() {
			if err := p.Run(ctx, b); err != nil {
				logger.Error("a platform has ended, its people are not served any more", "platform", p.Name(), "err", err)
			}
		})
	}
	run("the HTTP server", func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if server.Shutdown(drain) != nil {
		_ = server.Close()
	}
	running.Wait()
	return err
}

// routes are what is served by HTTP.
func routes(b *bot.Bot, all []platform, doors []http.Handler, store *state.Store, figures *meters) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		tell(w, b.Alive(ctx))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		err := errors.Join(store.Ping(ctx), b.Ready(ctx))
		for _, p := range all {
			err = errors.Join(err, p.Ready())
		}
		tell(w, err)
	})
	for _, door := range doors {
		mux.Handle("/slack/", door)
	}
	return mux
}

// serverName tells who asks for the health that it is we who answer.
const serverName = "contactbot"

// tell answers a probe.
func tell(w http.ResponseWriter, err error) {
	w.Header().Set("Server", serverName)
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ok")
}

// simulator returns a client of a simulated CloudMonitor that runs within.
func (c serveCommand) simulator(log *slog.Logger, path string) (*cloudmonitor.Client, func() error, error) {
	return simulatedClient(simulatorOptions{
		listen: "127.0.0.1:0", file: path + ".simulator.json", site: c.Site, log: log, rebind: true,
		notice: func(commands.Text) {}, // a link is as private as the address it was sent to
	})
}

// simulated marks every reply as one that is not real.
type simulated struct{ platform }

var onlySimulated = commands.Text{
	EN: "Simulated: nothing reaches Alibaba Cloud.",
	ZH: "模拟环境：不会影响真实的阿里云。",
}

// Deliver implements bot.Platform.
func (s simulated) Deliver(ctx context.Context, p state.Person, r state.Reply) error {
	// It stands first, with what forms show above their fields, too.
	r.Parts = append([]state.Part{{Hint: onlySimulated.In(commands.Language(r.Language))}}, r.Parts...)
	r.Lead++
	return s.platform.Deliver(ctx, p, r)
}

var _ bot.Introducer = simulated{}
