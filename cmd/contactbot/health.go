package main

// The command that asks a serving process how it is.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// healthCommand asks a serving process whether it is well, for container engines.
type healthCommand struct {
	Ready  bool   `help:"Ask whether it is ready, not only alive."`
	Listen string `name:"listen" env:"CONTACTBOT_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where it listens."`
}

// healthWithin bounds how long an answer is waited for: the program itself takes
// two seconds at most.
const healthWithin = 4 * time.Second

// Run asks, and prints the answer.
func (c healthCommand) Run(ctx context.Context) error {
	err := c.ask(ctx)
	if err == nil {
		fmt.Println("ok")
	}
	return err
}

func (c healthCommand) ask(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return badSetting("CONTACTBOT_LISTEN: want HOST:PORT, for example 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	address := net.JoinHostPort(host, port)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return badSetting("CONTACTBOT_LISTEN: want HOST:PORT, for example 127.0.0.1:8080")
	}
	// No proxy is asked, and no redirect followed: either would be somebody else.
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens at %s: start “contactbot serve”, or set CONTACTBOT_LISTEN to where it listens", address)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s gives no answer within %v: restart what serves there, or set CONTACTBOT_LISTEN to where “contactbot serve” listens", address, healthWithin)
	case err != nil:
		why := errors.New("the answer is no HTTP") // net/http would quote it
		if broken, ok := errors.AsType[*net.OpError](err); ok {
			why = broken
		}
		return fmt.Errorf("ask %s: %w (does CONTACTBOT_LISTEN say where “contactbot serve” listens?)", address, why)
	}
	defer func() { _ = res.Body.Close() }()
	if res.Header.Get("Server") != serverName {
		return fmt.Errorf("another program answers at %s (HTTP %d): set CONTACTBOT_LISTEN to where “contactbot serve” listens", address, res.StatusCode)
	}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4000))
	if res.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(text)))
	}
	return nil
}
