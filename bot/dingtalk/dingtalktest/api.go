package dingtalktest

// What all calls have in common.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
)

// A request is a call of a path.
type request struct {
	path   string
	body   []byte
	header http.Header
	query  map[string][]string
	fault  Fault
}

func (r request) param(name string) string {
	if v := r.query[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// A reply is the answer to one.
type reply struct {
	status int
	body   map[string]any
}

// refused is a refusal by the OpenAPI.
func refused(status int, code, message string) reply {
	return reply{status, map[string]any{"code": code, "message": message, "requestid": "request-1"}}
}

// errcode is an answer of a session webhook or the legacy host: always HTTP 200.
func errcode(code int, message string) reply {
	return reply{http.StatusOK, map[string]any{"errcode": code, "errmsg": message}}
}

// refuses is a refusal that no well-behaved app gets. The caller holds d.mu.
func (d *DingTalk) refuses(r request, status int, code, message string) reply {
	d.breaks(r.path, "%s", message)
	return refused(status, code, message)
}

func answer(w http.ResponseWriter, a reply) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

// serve serves a call.
func (d *DingTalk) serve(path string, do func(request) reply, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	d.mu.Lock()
	d.calls[path]++
	fault := d.fault(path)
	if r.Method != http.MethodPost {
		d.breaks(path, "%s instead of POST", r.Method)
	}
	if kind != "application/json" {
		d.breaks(path, "Content-Type is not application/json")
	}
	d.ring()
	d.mu.Unlock()
	if r.Method != http.MethodPost {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if d.suffer(fault, w, r) {
		return
	}
	d.mu.Lock()
	result := do(request{path: path, body: body, header: r.Header, query: r.URL.Query(), fault: fault})
	if fault.Lose && path == PathToken {
		d.renew = true
	}
	d.ring()
	d.mu.Unlock()
	if fault.Lose {
		panic(http.ErrAbortHandler) // the connection breaks before the answer
	}
	answer(w, result)
}

// strictly reads a JSON object that has no members but those named; * after a
// name: it must be there.
func strictly(raw []byte, into any, names ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return errors.New("not a JSON object")
	}
	known := map[string]bool{}
	for _, name := range names {
		bare, must := name, false
		if name[len(name)-1] == '*' {
			bare, must = name[:len(name)-1], true
		}
		known[bare] = true
		if v, ok := members[bare]; must && (!ok || string(v) == "null" || string(v) == `""`) {
			return fmt.Errorf("%s is missing", bare)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !known[name] {
			return fmt.Errorf("there is no member %q", name)
		}
	}
	var mismatch *json.UnmarshalTypeError
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(into); errors.As(err, &mismatch) {
		return fmt.Errorf("%s is a %s, not a %v", mismatch.Field, mismatch.Value, mismatch.Type)
	} else if err != nil {
		return err
	}
	return nil
}
