package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/commands"
)

// faultSettings switch the simulator's faults on.
type faultSettings struct {
	Fail  []string      `placeholder:"FAULT" help:"Make simulated calls fail: [ACTION=]CODE[:TIMES], such as Throttling.User:3 or PutContact=InternalError; also html502, drop, lost, refuse, oddsuccess and hang."`
	Delay time.Duration `placeholder:"TIME" help:"Make simulated calls take this long, such as 10s."`
}

// parse reads the faults, before anything is started.
func (f faultSettings) parse() ([]simulator.Fault, error) {
	var faults []simulator.Fault
	for _, text := range f.Fail {
		fault, err := simulator.ParseFault(text)
		if err != nil {
			return nil, badSetting("--fail: %w", err)
		}
		faults = append(faults, fault)
	}
	return faults, nil
}

// simulatorCommand is CloudMonitor alone.
type simulatorCommand struct {
	Listen string            `default:"127.0.0.1:9090" placeholder:"ADDRESS" help:"Address to listen on."`
	File   string            `placeholder:"FILE" help:"Keep contacts in this file (default: in memory only)."`
	Site   cloudmonitor.Site `env:"CLOUDMONITOR_SITE" enum:"international,china" default:"international" help:"Whose rules apply, international or china."`
	faultSettings
	keySettings `group:"Access key that is accepted (default: one is made and printed)"`
	logSettings `group:"Logs"`
}

// Run serves until it is asked to end.
func (c simulatorCommand) Run(ctx context.Context) error {
	log, err := c.logger(slog.LevelInfo)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return badSetting("--listen: want HOST:PORT, for example 127.0.0.1:9090")
	}
	faults, err := c.parse()
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	made := key.AccessKeyID == ""
	if made {
		key = cloudmonitor.Credentials{AccessKeyID: "LTAI" + randomText()[:16], AccessKeySecret: randomText()}
	}
	s, err := startSimulator(simulatorOptions{
		listen: c.Listen, file: c.File, site: c.Site, keys: key, log: log, faults: faults, delay: c.Delay,
		notice: func(text commands.Text) { fmt.Println(text.EN) },
	})
	if err != nil {
		return err
	}
	fmt.Printf("CloudMonitor is simulated at %s\n", s.url)
	if made {
		// Printed so that it can be pasted into a shell; it opens nothing but
		// this simulator.
		fmt.Printf("export CLOUDMONITOR_ENDPOINT=%s\nexport ALIBABA_CLOUD_ACCESS_KEY_ID=%s\nexport ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s\n",
			s.url, key.AccessKeyID, key.AccessKeySecret)
		fmt.Println("With these set, “contactbot chat --live” talks to it.")
	}
	select {
	case <-ctx.Done():
	case err = <-s.failed:
	}
	return errors.Join(err, s.close())
}

type simulatorOptions struct {
	listen string
	rebind bool // prefer the port of the last run, so that links sent then still work
	file   string
	site   cloudmonitor.Site
	keys   cloudmonitor.Credentials
	faults []simulator.Fault
	delay  time.Duration
	log    *slog.Logger
	notice func(commands.Text) // tells of activation links
}

// A runningSimulator serves until it is closed.
type runningSimulator struct {
	url    string
	failed chan error
	close  func() error
}

func startSimulator(o simulatorOptions) (*runningSimulator, error) {
	service, err := simulator.New(simulator.Options{
		Credentials: []cloudmonitor.Credentials{o.keys}, Site: o.site, File: o.file, Log: o.log,
		OnLink: func(l simulator.Link) {
			o.notice(commands.Text{
				EN: fmt.Sprintf("✉ CloudMonitor (simulated), to %s: open this to activate %s\n  %s", l.To, l.Contact, l.URL),
				ZH: fmt.Sprintf("✉ 云监控（模拟）发到 %s：打开链接，激活 %s\n  %s", l.To, l.Contact, l.URL),
			})
		},
	})
	if err != nil {
		return nil, err
	}
	for _, fault := range o.faults {
		service.Fail(fault)
	}
	service.SetDelay(o.delay)

	listener, err := o.open()
	if err != nil {
		return nil, err
	}
	s := &runningSimulator{url: "http://" + listener.Addr().String(), failed: make(chan error, 1)}
	service.SetBase(s.url)
	server := &http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 256 << 10}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	s.close = func() error {
		service.Close()
		return server.Close()
	}
	return s, nil
}

// simulatedClient starts a simulator within this process, and returns a client
// of it.
func simulatedClient(o simulatorOptions) (*cloudmonitor.Client, func() error, error) {
	o.keys = cloudmonitor.Credentials{AccessKeyID: "simulated", AccessKeySecret: randomText()}
	s, err := startSimulator(o)
	if err != nil {
		return nil, nil, err
	}
	client, err := cloudmonitor.New(cloudmonitor.Options{
		Endpoint: s.url, Credentials: cloudmonitor.Static(o.keys), Tries: 1, Timeout: 30 * time.Second,
	})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("reach the simulator: %w", err), s.close())
	}
	return client, s.close, nil
}

// open listens, on the last run's port if that is wanted and it is free.
func (o simulatorOptions) open() (net.Listener, error) {
	note := o.file + ".address"
	if o.rebind {
		if last, err := os.ReadFile(note); err == nil {
			if l, err := net.Listen("tcp", strings.TrimSpace(string(last))); err == nil {
				return l, nil
			}
		}
	}
	l, err := net.Listen("tcp", o.listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the simulator cannot listen: %w (is another one running there?)", err)
	case err != nil:
		return nil, fmt.Errorf("the simulator cannot listen: %w", err)
	case !o.rebind:
		return l, nil
	}
	if err := os.WriteFile(note, []byte(l.Addr().String()+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("the simulator cannot note its address: %w", err), l.Close())
	}
	return l, nil
}

func randomText() string { return rand.Text() }
