// Command contactbot registers on-call engineers as alert contacts of Alibaba
// Cloud CloudMonitor, by chat.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"contactbot/cloudmonitor"
)

// Exit codes: what a caller can tell from how the program ended.
const (
	exitFailed  = 1 // it ran, and something went wrong
	exitSetting = 2 // a setting is wrong or contradicts another; nothing was started
	// exitInterrupted is what a shell reports of a program that SIGINT ended.
	exitInterrupted = 130
)

// vars are the defaults that the code knows better than the table.
var vars = kong.Vars{"endpoint": cloudmonitor.DefaultEndpoint}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	// The first signal asks to end; it is then given up, so that a second one
	// ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()

	var program program
	exited := -1
	parser, err := kong.New(&program,
		kong.Name("contactbot"),
		kong.Description("Registers on-call engineers as alert contacts of Alibaba Cloud CloudMonitor, by chat."),
		vars,
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(secretFiles{}),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		panic(err) // a mistake in the table of settings, seen by any test
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "contactbot: %v\n", err)
		return exitSetting
	}
	switch err := command.Run(); {
	case err == nil:
		return 0
	case errors.Is(err, errInterrupted):
		return exitInterrupted // it has said what it had to
	case errors.As(err, new(settingError)):
		fmt.Fprintf(os.Stderr, "contactbot: %v\n", err)
		return exitSetting
	default:
		fmt.Fprintf(os.Stderr, "contactbot: %v\n", err)
		return exitFailed
	}
}

var errInterrupted = errors.New("interrupted")

// interrupted tells whether a signal ended the command before it was done.
func interrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return nil
}

// A settingError is a setting that is wrong or contradicts another.
type settingError struct{ error }

func (e settingError) Unwrap() error { return e.error }

func badSetting(format string, args ...any) error {
	return settingError{fmt.Errorf(format, args...)}
}
