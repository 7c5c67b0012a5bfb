package main

import (
	"log/slog"
	"os"
	"strings"
	"time"

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
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: readable}
	if text {
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
}

// readable writes durations as people do: 446ms, where JSON would have nanoseconds.
func readable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	d := a.Value.Duration()
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d.Abs() >= 100*unit || unit == time.Microsecond {
			d = d.Round(unit)
			break
		}
	}
	a.Value = slog.StringValue(d.String())
	return a
}
