package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"

	"contactbot/cloudmonitor"
	"contactbot/state"
	"contactbot/state/bolt"
)

// program is the table of commands and settings: flag, environment, default
// and one line of help each. A tag secret:"" marks a value that must not be
// shown; such a setting can also be given as …_FILE, the path of a file that
// holds it.
type program struct {
	Chat      chatCommand      `cmd:"" help:"Talk to the bot in this terminal, against a simulated CloudMonitor; needs no account."`
	Serve     serveCommand     `cmd:"" help:"Serve the chat platforms that are configured."`
	Simulator simulatorCommand `cmd:"" help:"Serve a simulated CloudMonitor, for any client."`
	Check     checkCommand     `cmd:"" help:"Try every setting for real, and say what to do about what does not work."`
	List      listCommand      `cmd:"" help:"List what is pending; also while serving."`
	Backup    backupCommand    `cmd:"" help:"Copy the state to a file; also while serving."`
	Forget    forgetCommand    `cmd:"" help:"Erase all that is kept of a person; also while serving."`
	Health    healthCommand    `cmd:"" help:"Ask a serving process whether it is well; for container engines."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// stateSettings say what is remembered, and where.
type stateSettings struct {
	State    string `name:"state" env:"CONTACTBOT_STATE" placeholder:"bolt:FILE" help:"Where requests are kept (default bolt:contactbot.db; a simulated chat: bolt:contactbot-chat.db)."`
	DataKeys string `name:"data-keys" env:"CONTACTBOT_DATA_KEYS" secret:"" placeholder:"KEYS" help:"Encrypt what is kept: base64 keys of 32 bytes, newest first, with commas or line ends between them."`
}

// cloudMonitorSettings say which CloudMonitor is meant.
type cloudMonitorSettings struct {
	Endpoint string            `name:"endpoint" env:"CLOUDMONITOR_ENDPOINT" default:"${endpoint}" help:"CloudMonitor's endpoint; http:// only on this machine."`
	Site     cloudmonitor.Site `name:"site" env:"CLOUDMONITOR_SITE" enum:"international,china" default:"international" help:"The account's site, international or china: which channels suffice."`
}

// keySettings are the access key. CloudMonitor's client looks for it in more
// places, as the vendor's tools do; the simulator accepts just this one.
type keySettings struct {
	AccessKeyID     string `name:"access-key-id" env:"ALIBABA_CLOUD_ACCESS_KEY_ID" placeholder:"ID" help:"Access key ID."`
	AccessKeySecret string `name:"access-key-secret" env:"ALIBABA_CLOUD_ACCESS_KEY_SECRET" secret:"" placeholder:"SECRET" help:"Access key secret."`
	SecurityToken   string `name:"security-token" env:"ALIBABA_CLOUD_SECURITY_TOKEN" secret:"" placeholder:"TOKEN" help:"Security token, with a temporary key."`
}

// key is the access key as it is set; its ID is empty if none is.
func (s keySettings) key() (cloudmonitor.Credentials, error) {
	switch {
	case (s.AccessKeyID == "") != (s.AccessKeySecret == ""):
		return cloudmonitor.Credentials{}, badSetting("ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET belong together: set both or none")
	case s.AccessKeyID == "" && s.SecurityToken != "":
		return cloudmonitor.Credentials{}, badSetting("ALIBABA_CLOUD_SECURITY_TOKEN belongs to a temporary key: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, too, or leave it out")
	}
	for _, part := range []string{s.AccessKeyID, s.AccessKeySecret, s.SecurityToken} {
		if strings.ContainsFunc(strings.TrimSpace(part), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return cloudmonitor.Credentials{}, badSetting("ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN: one of them holds a space or another character that no key has; copy it again")
		}
	}
	return cloudmonitor.Credentials{AccessKeyID: s.AccessKeyID, AccessKeySecret: s.AccessKeySecret, SecurityToken: s.SecurityToken}, nil
}

// provider gives the access key that is set, or else finds one where Alibaba
// Cloud's own tools look.
func (s keySettings) provider() (cloudmonitor.Provider, error) {
	key, err := s.key()
	if err != nil || key.AccessKeyID == "" {
		return cloudmonitor.Chain(), err
	}
	return cloudmonitor.Static(key), nil
}

// logSettings say what is logged; logs go to standard error.
type logSettings struct {
	Log string `name:"log" env:"CONTACTBOT_LOG" placeholder:"FORM" help:"Logs as text or json, with a level if wanted: json,debug (default text on a terminal, else json)."`
}

// secretFiles takes a secret from the file that its …_FILE variable names.
type secretFiles struct{}

// Validate implements kong.Resolver.
func (secretFiles) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (secretFiles) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !flag.Tag.Has("secret") {
		return nil, nil
	}
	for _, env := range flag.Envs {
		path := os.Getenv(env + "_FILE")
		if path == "" {
			continue
		}
		if os.Getenv(env) != "" {
			return nil, fmt.Errorf("%s and %s_FILE are both set: leave one out", env, env)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			var reason *fs.PathError
			if errors.As(err, &reason) {
				err = reason.Err
			}
			return nil, fmt.Errorf("%s_FILE: cannot read %s: %w", env, path, err)
		}
		secret := strings.TrimRight(string(text), "\r\n")
		if strings.TrimSpace(secret) == "" {
			return nil, fmt.Errorf("%s_FILE: %s is empty", env, path)
		}
		return secret, nil
	}
	return nil, nil
}

// where reads the settings, before anything is opened.
func (s stateSettings) where(fallback string) (path string, keys *state.Keyring, err error) {
	path, ok := strings.CutPrefix(cmp.Or(s.State, fallback), "bolt:")
	if !ok || path == "" {
		return "", nil, badSetting("CONTACTBOT_STATE: give it as bolt:FILE, for example bolt:contactbot.db")
	}
	// People write one key a line.
	apart := strings.FieldsFunc(s.DataKeys, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if keys, err = state.ParseKeys(strings.Join(apart, ",")); err != nil {
		return "", nil, badSetting("CONTACTBOT_DATA_KEYS: %w", err)
	}
	return path, keys, nil
}

// open opens the store that the settings name.
func (s stateSettings) open(ctx context.Context, fallback string) (*state.Store, func() error, error) {
	h, closeState, err := s.hold(ctx, fallback, bolt.Options{}, state.Open)
	return h.store, closeState, err
}

// openState opens a store: state.Open, or state.Look for those who only look.
type openState func(context.Context, state.Engine, *state.Keyring) (*state.Store, error)

// hold opens the state, with its engine.
func (s stateSettings) hold(ctx context.Context, fallback string, o bolt.Options, open openState) (held, func() error, error) {
	path, keys, err := s.where(fallback)
	if err != nil {
		return held{}, nil, err
	}
	engine, err := bolt.Open(path, o)
	if err != nil {
		return held{}, nil, err
	}
	store, err := open(ctx, engine, keys)
	if err != nil {
		return held{}, nil, errors.Join(fmt.Errorf("open %s: %w", path, err), engine.Close())
	}
	return held{store, engine, keys.IDs()}, engine.Close, nil
}

// path is the file of the state, for what is kept beside it.
func (s stateSettings) path(fallback string) string {
	if s.State == "" {
		s.State = fallback
	}
	return strings.TrimPrefix(s.State, "bolt:")
}
