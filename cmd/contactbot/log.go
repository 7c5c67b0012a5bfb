package main

import (
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"
)

// logger logs to standard error in the form that the setting asks for.
func (s logSettings) logger(level slog.Level) (*slog.Logger, error) {
	text := term.IsTerminal(int(os.Stderr.Fd()))
	for word := range strings.SplitSeq(s.Log, ",") {
		switch word = strings.TrimSpace(word); word {
		case "":
		case "text":
			text = true
		case "json":
			text = false
		default:
			if err := level.UnmarshalText([]byte(word)); err != nil {
				return nil, badSetting("CONTACTBOT_LOG: %q is neither text, json nor a level (debug, info, warn, error)", word)
			}
		}
	}
	options := &slog.HandlerOptions{Level: level}
	if text {
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
}
