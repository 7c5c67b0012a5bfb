package cloudmonitor

// What can go wrong with a call, and what that means for the next step.

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// An Error is the failure of one request, after the last of its tries.
//
// However it is printed, logged or encoded, Message is left out, which may
// repeat a parameter, so a phone number or a token: print the field itself only
// to the person whose request it was. Only fmt can't be kept from it where an
// Error, not a pointer to one, is in an unexported field.
type Error struct {
	Action                   string        // for example "PutContact"
	Status                   int           // the HTTP status; 0: no answer
	Code, Message, RequestID string        // as CloudMonitor sent them; empty where it did not
	Temporary                bool          // worth trying again
	Uncertain                bool          // this try or one before may have been carried out although no usable answer came
	RetryAfter               time.Duration // how long the service asks to wait before the next try; 0: it did not say
	Err                      error         // why there was no usable answer; never holds the URL or a parameter
}

// Error says the action, the status, the code and the request ID, or why there
// was no answer.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("cloudmonitor " + e.Action + ":")
	if e.Status != 0 {
		fmt.Fprintf(&b, " http %d", e.Status)
	}
	if e.Code != "" {
		b.WriteString(" " + word(e.Code))
	}
	if e.Err != nil {
		b.WriteString(" " + e.Err.Error())
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + word(e.RequestID) + ")")
	}
	return b.String()
}

// Unwrap gives the cause, so that context errors can be told.
func (e *Error) Unwrap() error { return e.Err }

// The methods below have value receivers, so that a copy hides Message too.

// Format prints the text, whatever the verb.
func (e Error) Format(f fmt.State, verb rune) {
	text := e.Error()
	switch {
	case verb == 'v' && f.Flag('#'):
		text = e.GoString()
	case verb == 'q':
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text)
}

// GoString keeps %#v from showing Message.
func (e Error) GoString() string { return "cloudmonitor.Error{" + e.Error() + "}" }

// MarshalText keeps JSON, so a logged struct that holds an error, from showing
// Message.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// LogValue is the same as the text, in attributes.
func (e Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("action", e.Action), slog.Int("status", e.Status)}
	if e.Code != "" {
		attrs = append(attrs, slog.String("code", word(e.Code)))
	}
	if e.RequestID != "" {
		attrs = append(attrs, slog.String("request", word(e.RequestID)))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("cause", e.Err.Error()))
	}
	attrs = append(attrs, slog.Bool("temporary", e.Temporary), slog.Bool("uncertain", e.Uncertain))
	return slog.GroupValue(attrs...)
}

// word lets a code or a request ID through, and nothing that only stands in
// the place of one.
func word(s string) string {
	const longest = 80 // bytes; codes have up to 40, request IDs 36
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r) {
			return "(unreadable)"
		}
	}
	if len(s) > longest {
		return "(unreadable)"
	}
	return s
}

// temporaryCode reports whether a code means that the same call may succeed
// later. Source: CloudMonitor's list of codes and the gateway's: the HTTP
// status beside them varies, so the code decides.
func temporaryCode(code string) bool {
	return code == "Throttling" || strings.HasPrefix(code, "Throttling.") ||
		code == "ServiceUnavailable" || code == "InternalError"
}

// finalCode reports whether a code means, even beside a 5xx status, that the
// same call will never succeed.
func finalCode(code string) bool {
	for _, prefix := range []string{"Invalid", "Missing", "Forbidden", "NoPermission", "Signature", "IncompleteSignature", "ContactNotExists"} {
		if strings.HasPrefix(code, prefix) {
			return true
		}
	}
	return false
}
