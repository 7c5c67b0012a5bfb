package cloudmonitor

// Reading answers: CloudMonitor's, its gateway's, and those of whoever stands
// in between.

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// errNoAnswer is the cause where an answer came that says nothing: a proxy's
// page, a JSON text without a code.
var errNoAnswer = errors.New("the answer is not CloudMonitor's (is the endpoint right, is a proxy in between?)")

// A scalar is a JSON value that may come as a string, a number, a truth value
// or null: CloudMonitor writes "200", 200, true and "true" as it likes. What
// is no scalar counts as null.
type scalar string

// UnmarshalJSON never fails.
func (s *scalar) UnmarshalJSON(raw []byte) error {
	*s = ""
	switch raw[0] {
	case '"':
		var text string
		if json.Unmarshal(raw, &text) == nil {
			*s = scalar(text)
		}
	case 'n', '{', '[':
	default:
		*s = scalar(raw)
		if !bytes.ContainsAny(raw, ".eE") {
			return nil // a float64 would round a long ID
		}
		if f, err := strconv.ParseFloat(string(raw), 64); err == nil {
			*s = scalar(strconv.FormatFloat(f, 'f', -1, 64)) // 200.0 is 200
		}
	}
	return nil
}

func (s scalar) isFalse() bool { return strings.EqualFold(string(s), "false") || s == "0" }

// readAnswer judges an answer. Success is a 2xx status and code 200 and no
// Success that is false; Message counts for nothing, since the official
// success sample carries "The Request is not authorization."
func readAnswer(status int, header http.Header, body []byte) (requestID string, failure *Error) {
	// A map, since a struct would take "code" for "Code" too.
	var a map[string]scalar
	if json.Unmarshal(body, &a) != nil {
		a = nil
	}
	requestID = string(a["RequestId"])
	if requestID == "" {
		requestID = header.Get("x-acs-request-id")
	}
	ok := status/100 == 2
	if ok && a["Code"] == "200" && !a["Success"].isFalse() {
		return requestID, nil
	}
	e := &Error{
		Status:    status,
		Code:      string(a["Code"]),
		Message:   string(a["Message"]),
		RequestID: requestID,
	}
	number, _ := strconv.Atoi(e.Code) // the product's own codes look like HTTP statuses
	broken := status >= 500 || number >= 500 && number < 600
	switch {
	case temporaryCode(e.Code):
		e.Temporary = true
		e.Uncertain = e.Code == "InternalError"
	case finalCode(e.Code):
	case status == http.StatusTooManyRequests || number == http.StatusTooManyRequests:
		e.Temporary = true
	case broken:
		e.Temporary = true
		e.Uncertain = true
	}
	if e.Code == "" {
		e.Err = errNoAnswer
		// Whoever said 2xx may have been CloudMonitor after all.
		e.Uncertain = e.Uncertain || ok
	}
	if e.Temporary {
		e.RetryAfter = retryAfter(header)
	}
	return requestID, e
}

// longestHint is the longest wait that the service may ask for: its limits
// count calls a second, and those of a user calls a minute.
const longestHint = time.Minute

// retryAfter reads the service's delay hints: the gateway's
// "x-ratelimit-user-api: Limit:20,Remain:0,TimeLeft:850,Reset:1234", with
// TimeLeft in milliseconds, and Retry-After in seconds, as proxies send it.
// Source: the vendor's SDKs, Darabonba OpenApiUtil, getThrottlingTimeLeft.
func retryAfter(header http.Header) time.Duration {
	var hint time.Duration
	for _, name := range []string{"x-ratelimit-user-api", "x-ratelimit-user"} {
		for pair := range strings.SplitSeq(header.Get(name), ",") {
			key, value, _ := strings.Cut(pair, ":")
			if strings.TrimSpace(key) == "TimeLeft" {
				hint = max(hint, units(value, time.Millisecond))
			}
		}
	}
	hint = max(hint, units(header.Get("Retry-After"), time.Second))
	return hint
}

// units reads a whole number of units, as none if it is no number or negative
// and as longestHint if it is more.
func units(text string, unit time.Duration) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 63)
	if errors.Is(err, strconv.ErrRange) || n > uint64(longestHint/unit) {
		return longestHint
	}
	return time.Duration(n) * unit
}
