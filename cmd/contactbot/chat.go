package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/bot/terminal"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/commands"
	"contactbot/state"
)

// Simulated and real contacts are not kept in one file: who registered Alice
// with the simulator has no claim to the real one.
const (
	liveState      = "bolt:contactbot.db"
	simulatedState = "bolt:contactbot-chat.db"
)

// chatCommand is a conversation in the terminal.
type chatCommand struct {
	Live bool   `help:"Use CloudMonitor itself: contacts are really registered."`
	User string `placeholder:"NAME" help:"Talk as this person (default: the name you are logged in under)."`
	faultSettings
	stateSettings        `group:"State"`
	cloudMonitorSettings `group:"CloudMonitor"`
	keySettings          `group:"Access key, with --live (default: found where Alibaba Cloud's own tools look)"`
	logSettings          `group:"Logs"`
}

// Run talks until the input ends.
func (c chatCommand) Run(ctx context.Context) (err error) {
	// What goes wrong is said in the conversation; logs are for those who ask.
	log, err := c.logger(slog.LevelError + 1)
	if err != nil {
		return err
	}
	faults, err := c.parse()
	if err != nil {
		return err
	}
	fallback := simulatedState
	if c.Live {
		fallback = liveState
		if len(faults) > 0 || c.Delay > 0 {
			return badSetting("--fail and --delay belong to the simulator: leave them out with --live")
		}
	}
	screen := terminal.New(terminal.Options{
		In: os.Stdin, Out: os.Stdout, Colour: os.Getenv("NO_COLOR") == "",
		Person:   state.Person{Platform: terminal.Name, Workspace: "local", User: c.user()},
		Language: commands.MatchLanguage(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))),
	})
	var client *cloudmonitor.Client
	if c.Live {
		if client, err = c.live(ctx); err != nil {
			return err
		}
	}
	store, closeStore, err := c.open(ctx, fallback)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if !c.Live {
		simulated, closeSimulator, err := c.simulated(screen, c.path(fallback), faults, log)
		if err != nil {
			return err
		}
		defer func() { _ = closeSimulator() }()
		client = simulated
	}

	b := bot.New(bot.Options{
		Store: store, CloudMonitor: client, Platforms: []bot.Platform{screen},
		Rules: dialog.Rules{Site: c.Site}, Alone: true, Log: log,
	})
	if err := screen.Notice(c.setting().In(screen.Language)); err != nil {
		return err
	}
	return talk(ctx, b, screen)
}

// setting says what is real and what is not, and how to leave.
func (c chatCommand) setting() commands.Text {
	if c.Live {
		return commands.Text{
			EN: "CloudMonitor itself: contacts are really registered. Ctrl-D or “exit” leaves; nothing is lost.\n",
			ZH: "真实环境：联系人会真的登记到云监控。按 Ctrl-D 或发“退出”离开，内容不会丢。\n",
		}
	}
	return commands.Text{
		EN: "Simulated: nothing reaches Alibaba Cloud. Ctrl-D or “exit” leaves; nothing is lost.\n",
		ZH: "模拟环境：不会影响真实的阿里云。按 Ctrl-D 或发“退出”离开，内容不会丢。\n",
	}
}

// talk runs the bot while the conversation lasts.
func talk(ctx context.Context, b *bot.Bot, screen *terminal.Terminal) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		defer stop() // without the bot there is nobody to talk to
		ended <- b.Run(running)
	}()
	err := screen.Run(running, b)
	stop()
	return errors.Join(err, <-ended, interrupted(ctx))
}

// user is who talks.
func (c chatCommand) user() string {
	if c.User != "" {
		return c.User
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "me"
}

// live returns a client of CloudMonitor itself. Who talks here is the operator,
// too: that there is no access key is said before anything is asked.
func (c chatCommand) live(ctx context.Context) (*cloudmonitor.Client, error) {
	client, credentials, err := realClient(c.cloudMonitorSettings, c.keySettings)
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	switch _, err := credentials.Credentials(looking); {
	case ctx.Err() != nil:
		return nil, errInterrupted
	case errors.Is(err, cloudmonitor.ErrNoCredentials):
		return nil, settingError{err}
	case err != nil:
		return nil, fmt.Errorf("look for an access key: %w (is the way to its source open?)", err)
	}
	return client, nil
}

// realClient returns a client of CloudMonitor itself, and what it signs with.
// Nothing is called yet.
func realClient(where cloudMonitorSettings, key keySettings) (*cloudmonitor.Client, cloudmonitor.Provider, error) {
	credentials, err := key.provider()
	if err != nil {
		return nil, nil, err
	}
	client, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: where.Endpoint, Credentials: credentials, Tries: 1})
	if err != nil {
		return nil, nil, settingError{err}
	}
	return client, credentials, nil
}

// simulated returns a client of a simulator that runs within.
func (c chatCommand) simulated(screen *terminal.Terminal, state string, faults []simulator.Fault, log *slog.Logger) (*cloudmonitor.Client, func() error, error) {
	return simulatedClient(simulatorOptions{
		listen: "127.0.0.1:0", file: state + ".simulator.json", site: c.Site, log: log,
		faults: faults, delay: c.Delay, rebind: true,
		notice: func(text commands.Text) { _ = screen.Notice(text.In(screen.Spoken())) },
	})
}
