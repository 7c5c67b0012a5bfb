package simulator

// Failing on demand.

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault makes calls fail whose signature is right and which are within the
// limit.
type Fault struct {
	// What happens: an error code, such as Throttling.User, answered with its
	// usual HTTP status and not carried out; or one of
	//
	//	html502     a proxy's page, not carried out
	//	drop        the connection is closed without an answer, not carried out
	//	lost        the same, but carried out
	//	refuse      HTTP 200 with code 400 and Success false, not carried out
	//	oddsuccess  carried out; the documentation's sample, with a message that
	//	            sounds like a failure
	//	hang        neither carried out nor answered, until the client gives up
	What   string
	Action string // only calls of this action; empty: of any
	Times  int    // how many calls; 0: one; Always
}

// Always makes a fault last until ClearFaults.
const Always = -1

const (
	faultHTML   = "html502"
	faultDrop   = "drop"
	faultLost   = "lost"
	faultRefuse = "refuse"
	faultOdd    = "oddsuccess"
	faultHang   = "hang"
)

var faultNames = []string{faultHTML, faultDrop, faultLost, faultRefuse, faultOdd, faultHang}

// faultStatus has the HTTP status and the message of the usual codes; of
// others the status is 400. Source: Alibaba Cloud, "Common error codes".
var faultStatus = map[string]struct {
	status  int
	message string
}{
	"InternalError":               {http.StatusInternalServerError, errInternal.Message},
	"ServiceUnavailable":          {http.StatusServiceUnavailable, "The request has failed due to a temporary failure of the server."},
	"Throttling":                  {http.StatusBadRequest, "Request was denied due to request throttling."},
	"Throttling.User":             {http.StatusBadRequest, "Request was denied due to user flow control."},
	"Throttling.Api":              {http.StatusBadRequest, "Request was denied due to api flow control."},
	"InvalidAuthorization":        {http.StatusForbidden, "Permission denied."},
	"Forbidden.RAM":               {http.StatusForbidden, "User not authorized to operate on the specified resource, or this API doesn't support RAM."},
	"NoPermission":                {http.StatusForbidden, "You are not authorized to do this action."},
	"InvalidAccessKeyId.NotFound": {http.StatusNotFound, errKey.Message},
	"InvalidAccessKeyId.Inactive": {http.StatusForbidden, "Specified access key is disabled."},
	"InvalidAction.NotFound":      {http.StatusNotFound, errAction.Message},
	"ContactNotExists":            {http.StatusNotFound, errNoContact.Message},
}

// ParseFault reads a fault as people write it: [ACTION=]WHAT[:TIMES], where
// TIMES is a number, or * for always; for example Throttling.User:3, html502:*
// or PutContact=InternalError:2.
func ParseFault(text string) (Fault, error) {
	f := Fault{What: text, Times: 1}
	if action, what, ok := strings.Cut(f.What, "="); ok {
		if _, known := actions[action]; !known {
			return Fault{}, errors.New("fault: no such action (want for example PutContact=InternalError:2)")
		}
		f.Action, f.What = action, what
	}
	if what, times, ok := strings.Cut(f.What, ":"); ok {
		n, err := strconv.Atoi(times)
		switch {
		case times == "*":
			n = Always
		case err != nil || n < 1:
			return Fault{}, errors.New("fault: after the colon goes a number of calls, or * for all")
		}
		f.What, f.Times = what, n
	}
	if err := f.check(); err != nil {
		return Fault{}, err
	}
	return f, nil
}

func (f Fault) check() error {
	for _, name := range faultNames {
		if f.What == name {
			return nil
		}
	}
	for i, r := range f.What {
		letter := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if i == 0 && !(r >= 'A' && r <= 'Z') || !letter && r != '.' && (r < '0' || r > '9') {
			return errFault
		}
	}
	if f.What == "" {
		return errFault
	}
	return nil
}

var errFault = fmt.Errorf("fault: want an error code such as Throttling.User, or one of %s", strings.Join(faultNames, ", "))

// String is the fault as ParseFault reads it.
func (f Fault) String() string {
	text := f.What
	if f.Action != "" {
		text = f.Action + "=" + text
	}
	switch {
	case f.Times < 0:
		text += ":*"
	case f.Times > 1:
		text += ":" + strconv.Itoa(f.Times)
	}
	return text
}

// faults are those switched on, in the order in which they are used up.
type faults struct {
	mu   sync.Mutex
	list []Fault
}

// Fail switches a fault on, behind those that are on already. It panics if
// there is no such fault: use ParseFault for what people write.
func (s *Server) Fail(f Fault) {
	if err := f.check(); err != nil {
		panic(err)
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, f)
}

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// take uses the first fault for the action up by one, and gives what is to
// happen, or nothing.
func (f *faults) take(action string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.list {
		fault := &f.list[i]
		if fault.Action != "" && fault.Action != action {
			continue
		}
		what := fault.What
		if fault.Times > 0 {
			if fault.Times--; fault.Times == 0 {
				f.list = append(f.list[:i:i], f.list[i+1:]...)
			}
		}
		return what
	}
	return ""
}

// faultAnswer is the answer of the faults that are nothing but an answer.
func faultAnswer(what string, limit int) answer {
	if what == faultRefuse {
		return answer{Code: "400", Message: "Illegal parameters.", product: true}
	}
	a := gateway(http.StatusBadRequest, what, "Specified by the fault that is switched on.")
	if usual, ok := faultStatus[what]; ok {
		a.status, a.Message = usual.status, usual.message
	}
	if strings.HasPrefix(what, "Throttling") {
		a.header = throttled(limit, faultWait).header
	}
	return a
}

// faultWait is the delay hint of throttling on demand: the shortest that
// clients can tell from none, since tests wait for it.
const faultWait = time.Millisecond
