package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"
)

// TestDurations: logs hold durations that can be read, in either form.
func TestDurations(t *testing.T) {
	for _, test := range []struct {
		d    time.Duration
		want string
	}{
		{445843811, "446ms"}, {1234567891, "1.235s"}, {12345678, "12.346ms"}, {5 * time.Minute, "5m0s"},
		{150*time.Second + 1, "2m30s"}, {1500, "2µs"}, {0, "0s"}, {-445843811, "-446ms"},
	} {
		line := logged(t, func(log *slog.Logger) { log.Warn("later", slog.Group("pause", "again", test.d)) })
		var got struct{ Pause struct{ Again string } }
		if err := json.Unmarshal(line, &got); err != nil || got.Pause.Again != test.want {
			t.Errorf("%v is written as %s, %v", test.d, line, err)
		}
	}
}

// logged is what the program's own logger writes to standard error, as JSON.
func logged(t *testing.T, tell func(*slog.Logger)) []byte {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	before := os.Stderr
	os.Stderr = write
	log, err := logSettings{Log: "json"}.logger(slog.LevelInfo)
	os.Stderr = before
	if err != nil {
		t.Fatal(err)
	}
	tell(log)
	_ = write.Close()
	text, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
