package cloudmonitor

import (
	"bytes"
	"context"
	"encoding/json"
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

// Whatever way errors, credentials and contacts are printed, Message, the
// secrets and the channels stay in.
func TestNothingPrintsItself(t *testing.T) {
	const secret = "s3cr3t"
	contact := Contact{Name: "Alice", Channels: Channels{secret, secret, secret, secret}}
	credentials := Credentials{secret + "ID", secret, secret + "T"}
	values := []any{
		&Error{Action: "PutContact", Code: "InvalidParameterValue", Message: secret},
		fmt.Errorf("wrapped: %w", &Error{Action: "PutContact", Message: secret, Err: context.Canceled}),
		credentials, &credentials, struct{ C Credentials }{credentials},
		Error{Action: "PutContact", Message: secret},
		struct{ E Error }{Error{Action: "PutContact", Message: secret}},
		struct{ E *Error }{&Error{Action: "PutContact", Message: secret}},
		[]Error{{Message: secret}},
		contact, &contact, Listed{Contact: contact}, &Listed{Contact: contact},
		contact.Channels, &contact.Channels,
	}
	// JSON is how contacts are stored, so what holds one needs a LogValue of its
	// own before it is logged as JSON.
	printed := []any{
		struct{ C Contact }{contact}, []Contact{contact}, map[string]Contact{"a": contact},
		struct{ C Channels }{contact.Channels}, []Channels{contact.Channels},
	}
	var log bytes.Buffer
	for _, v := range append(printed, values...) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, secret) {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
		slog.New(slog.NewTextHandler(&log, nil)).Error("text", "value", v)
	}
	for _, v := range values {
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

// What is hidden from logs is not hidden from the records of contacts.
func TestContactIsStoredWhole(t *testing.T) {
	in := Contact{Name: "Alice", Describe: "on call", Channels: Channels{"1", "2", "3", "4"}, Lang: "en"}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Contact
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("%s: %v", text, err)
	}
}

func TestHowValuesPrint(t *testing.T) {
	e := Error{Action: "PutContact", Status: 400, Code: "NoPermission"}
	channels := Channels{Mail: "alice@example.com", DingWebHook: "https://oapi.dingtalk.com"}
	for _, tt := range []struct {
		verb string
		in   any
		want string
	}{
		{"%v", e, "cloudmonitor PutContact: http 400 NoPermission"},
		{"%v", &e, "cloudmonitor PutContact: http 400 NoPermission"},
		{"%q", &e, `"cloudmonitor PutContact: http 400 NoPermission"`},
		{"%#v", &e, "cloudmonitor.Error{cloudmonitor PutContact: http 400 NoPermission}"},
		{"%v", (*Error)(nil), "<nil>"},
		{"%v", channels, "mail webhook"},
		{"%#v", channels, "cloudmonitor.Channels{mail webhook}"},
		{"%v", Channels{}, ""},
	} {
		if got := fmt.Sprintf(tt.verb, tt.in); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.verb, got, tt.want)
		}
	}
}
