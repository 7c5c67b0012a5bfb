package cloudmonitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestErrorText(t *testing.T) {
	tests := []struct {
		in   Error
		want string
	}{
		{Error{Action: "PutContact", Status: 400, Code: "InvalidParameterValue", Message: "13333333333", RequestID: "181C406E-9DE4"},
			"cloudmonitor PutContact: http 400 InvalidParameterValue (request 181C406E-9DE4)"},
		{Error{Action: "PutContact", Err: context.Canceled}, "cloudmonitor PutContact: context canceled"},
		{Error{Action: "PutContact", Status: 502, Err: errNoAnswer},
			"cloudmonitor PutContact: http 502 the answer is not CloudMonitor's (is the endpoint right, is a proxy in between?)"},
		{Error{Action: "PutContact", Status: 400, Code: "13333333333\nevil", RequestID: strings.Repeat("x", 100)},
			"cloudmonitor PutContact: http 400 (unreadable) (request (unreadable))"},
	}
	for _, tt := range tests {
		if got := tt.in.Error(); got != tt.want {
			t.Errorf("got %s\nwant %s", got, tt.want)
		}
	}
}

// Whatever way an error or credentials are printed, Message and the secrets
// stay in.
func TestNothingPrintsItself(t *testing.T) {
	const secret = "s3cr3t"
	credentials := Credentials{secret + "ID", secret, secret + "T"}
	values := []any{
		&Error{Action: "PutContact", Code: "InvalidParameterValue", Message: secret},
		fmt.Errorf("wrapped: %w", &Error{Action: "PutContact", Message: secret, Err: context.Canceled}),
		credentials, &credentials, struct{ C Credentials }{credentials},
		Contact{Name: "Alice", Channels: Channels{secret, secret, secret, secret}},
	}
	var log bytes.Buffer
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, secret) {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
		slog.New(slog.NewTextHandler(&log, nil)).Error("text", "value", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Error("json", "value", v)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, secret) {
			t.Errorf("logged: %s", line)
		}
	}
	if !errors.Is(values[1].(error), context.Canceled) {
		t.Error("the cause cannot be told")
	}
}
