package dingtalktest

// What can go wrong with DingTalk itself.

import (
	"cmp"
	"net/http"
	"time"
)

// A Fault is how a call of a path goes wrong. The zero value is none.
type Fault struct {
	Status  int    // an HTTP status, such as 429 or 503
	Code    string // of a refusal by the OpenAPI; with Status, default 400
	Errcode int    // of a refusal by a session webhook or the legacy host, in HTTP 200
	// Lose: the call is carried out, and its answer gets lost. A connection is
	// taken, and ends at once.
	Lose  bool
	Delay time.Duration // the answer comes so much later
	Hang  bool          // no answer comes at all
	// Limited: messages to single chats are held back, and the people named in
	// flowControlledStaffIdList.
	Limited bool
}

// Fail makes the next calls of a path go wrong, in the order given.
func (d *DingTalk) Fail(path string, faults ...Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[path] = append(d.faults[path], faults...)
}

// fault takes the next fault of a path. The caller holds d.mu.
func (d *DingTalk) fault(path string) Fault {
	if d.down {
		return Fault{Status: http.StatusServiceUnavailable}
	}
	queue := d.faults[path]
	if len(queue) == 0 {
		return Fault{}
	}
	d.faults[path] = queue[1:]
	return queue[0]
}

// errmsgs are what DingTalk says with an errcode.
var errmsgs = map[int]string{300001: "session 不存在", 310000: "keywords not in content", 130101: "send too fast, exceed 20 times per minute"}

// suffer carries a fault out; true if that was all the answer there is.
func (d *DingTalk) suffer(f Fault, w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		wait := time.NewTimer(f.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-d.gone:
		}
		return true
	case f.Code != "":
		answer(w, refused(cmp.Or(f.Status, http.StatusBadRequest), f.Code, "refused"))
		return true
	case f.Status != 0:
		http.Error(w, "<html>DingTalk is having a bad day</html>", f.Status)
		return true
	case f.Errcode != 0:
		answer(w, errcode(f.Errcode, cmp.Or(errmsgs[f.Errcode], "refused")))
		return true
	}
	return false
}

// SetDown takes DingTalk down, with all its connections, or brings it back.
func (d *DingTalk) SetDown(down bool) {
	d.mu.Lock()
	d.down = down
	d.mu.Unlock()
	if down {
		d.cutAll()
	}
}

// ExpireHooks ends all session webhooks there are, earlier than they said.
func (d *DingTalk) ExpireHooks() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, h := range d.hooks {
		h.expired = true
	}
}

// ExpireTokens ends all access tokens there are, earlier than they said.
func (d *DingTalk) ExpireTokens() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.tokens)
	d.token = ""
}
