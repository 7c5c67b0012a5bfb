// Package dingtalktest is a strict DingTalk on this machine, for tests: its
// stream gateway, its session webhooks, its OpenAPI, and the people who use it.
//
// It is written from DingTalk's documentation and shares nothing with what it
// judges. Whatever an app does that DingTalk would refuse, or that its users
// would suffer from, is kept as a broken rule: see [DingTalk.Broken]. Faults can
// be switched on: see [Fault], [DingTalk.SetDown], [DingTalk.Cut],
// [DingTalk.Mute].
package dingtalktest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Paths of this DingTalk, for [DingTalk.Fail] and [DingTalk.Calls].
const (
	PathOpen    = "/v1.0/gateway/connections/open"
	PathConnect = "/connect" // the websocket
	PathToken   = "/v1.0/oauth2/accessToken"
	PathSingle  = "/v1.0/robot/oToMessages/batchSend"
	PathGroup   = "/v1.0/robot/groupMessages/send"
	PathUser    = "/topapi/v2/user/get"
	PathSession = "/robot/sendBySession" // session webhooks
)

// Options say which DingTalk is meant; the zero value is one with everything.
type Options struct {
	CorpID       string   // default ding1
	ClientID     string   // also AppKey; default dingapp
	ClientSecret string   // also AppSecret; default secret-of-dingapp
	RobotCode    string   // default ClientID
	Permissions  []string // of the app; default AllPermissions

	TicketLife time.Duration // default 90 s
	// Ping is the time between pings over a connection, default 5 s; PongWithin how
	// long an answer is waited for, default 20 s.
	Ping, PongWithin time.Duration
	// Leave is how long a connection lives on after it was asked to be replaced;
	// default 10 s.
	Leave time.Duration
	// Redeliver are the pauses after which what was not acknowledged comes again,
	// in a new frame; an acknowledgement after the pause is late. The last frame is
	// waited for as long as the one before. Default 16 s, 60 s; empty, not nil:
	// nothing comes again. DingTalk documents none: repeats were seen.
	Redeliver []time.Duration
	HookLife  time.Duration // of a session webhook; default 90 min
	TokenLife time.Duration // of an access token; default 2 h

	StringCreateAt bool // createAt of messages is a string
	NumericTime    bool // time in the headers of frames is a number
}

// AllPermissions are the permissions of the app that this DingTalk knows.
var AllPermissions = []string{"qyapi_robot_sendmsg", "qyapi_get_member", "fieldEmail", "fieldMobile"}

// A DingTalk is a corporation with one app, a robot, installed in it.
type DingTalk struct {
	Options
	server *httptest.Server

	mu       sync.Mutex
	bell     chan struct{} // closed and replaced when anything changes
	broken   []string
	used     map[string]bool // permissions
	people   map[string]*Person
	groups   map[string]*group
	hooks    map[string]*hook
	tickets  map[string]ticket
	tokens   map[string]time.Time // until when they are good
	token    string               // the present one
	renew    bool                 // there is a reason to ask for a token
	sockets  []*socket
	via      *socket // over which all that is said goes, if any
	faults   map[string][]Fault
	calls    map[string]int
	down     bool
	closed   bool
	gone     chan struct{} // closed with it
	underway int           // deliveries
	count    int
	shown    []Shown

	wg sync.WaitGroup
}

// New starts a DingTalk. Close ends it.
func New(o Options) *DingTalk {
	o.CorpID = cmp.Or(o.CorpID, "ding1")
	o.ClientID = cmp.Or(o.ClientID, "dingapp")
	o.ClientSecret = cmp.Or(o.ClientSecret, "secret-of-dingapp")
	o.RobotCode = cmp.Or(o.RobotCode, o.ClientID)
	o.TicketLife = cmp.Or(o.TicketLife, 90*time.Second)
	o.Ping = cmp.Or(o.Ping, 5*time.Second)
	o.PongWithin = cmp.Or(o.PongWithin, 20*time.Second)
	o.Leave = cmp.Or(o.Leave, 10*time.Second)
	o.HookLife = cmp.Or(o.HookLife, 90*time.Minute)
	o.TokenLife = cmp.Or(o.TokenLife, 2*time.Hour)
	if o.Permissions == nil {
		o.Permissions = AllPermissions
	}
	if o.Redeliver == nil {
		o.Redeliver = []time.Duration{16 * time.Second, 60 * time.Second}
	}
	d := &DingTalk{
		Options: o, bell: make(chan struct{}), gone: make(chan struct{}), used: map[string]bool{}, people: map[string]*Person{},
		groups: map[string]*group{}, hooks: map[string]*hook{}, tickets: map[string]ticket{}, tokens: map[string]time.Time{},
		renew: true, faults: map[string][]Fault{}, calls: map[string]int{},
	}
	mux := http.NewServeMux()
	for path, do := range map[string]func(request) reply{
		PathOpen: d.openConnection, PathToken: d.accessToken, PathSingle: d.sendSingle, PathGroup: d.sendGroup, PathUser: d.userGet, PathSession: d.session,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { d.serve(path, do, w, r) })
	}
	mux.HandleFunc(PathConnect, d.connect)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.breaks("path", "there is no %s", r.URL.Path)
		d.mu.Unlock()
		http.NotFound(w, r)
	})
	d.server = httptest.NewUnstartedServer(mux) // it is known before anybody calls
	d.server.Start()
	return d
}

// URL is where everything is: the gateway, the OpenAPI, and its legacy host.
func (d *DingTalk) URL() string { return d.server.URL }

// Close ends everything.
func (d *DingTalk) Close() {
	d.mu.Lock()
	d.closed = true
	close(d.gone)
	d.mu.Unlock()
	d.cutAll()
	d.server.CloseClientConnections()
	d.server.Close()
	d.cutAll() // what was just being connected
	d.wg.Wait()
}

// Broken are the rules that were broken so far, each as “rule: how”.
func (d *DingTalk) Broken() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.broken)
}

// Forgive forgets the broken rules of a kind: a fault that was switched on may
// leave no other way.
func (d *DingTalk) Forgive(rule string) (forgiven int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := len(d.broken)
	d.broken = slices.DeleteFunc(d.broken, func(b string) bool { return strings.HasPrefix(b, rule+":") })
	return before - len(d.broken)
}

// UsedPermissions are the permissions that something so far needed, sorted.
func (d *DingTalk) UsedPermissions() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var used []string
	for permission := range d.used {
		used = append(used, permission)
	}
	slices.Sort(used)
	return used
}

// Calls is how often a path was called.
func (d *DingTalk) Calls(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[path]
}

// breaks notes a broken rule. The caller holds d.mu.
func (d *DingTalk) breaks(rule, format string, args ...any) {
	d.broken = append(d.broken, rule+": "+fmt.Sprintf(format, args...))
	d.ring()
}

// ring wakes whoever waits for something to happen. The caller holds d.mu.
func (d *DingTalk) ring() {
	close(d.bell)
	d.bell = make(chan struct{})
}

// Until waits until a condition holds; false if it does not within the time.
func (d *DingTalk) Until(within time.Duration, holds func() bool) bool {
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		d.mu.Lock()
		bell := d.bell
		d.mu.Unlock()
		if holds() {
			return true
		}
		select {
		case <-bell:
		case <-late.C:
			return holds()
		}
	}
}

// Settle waits until nothing that the app is told waits for its acknowledgement.
func (d *DingTalk) Settle(within time.Duration) bool {
	return d.Until(within, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.underway == 0
	})
}

// next makes an ID. The caller holds d.mu.
func (d *DingTalk) next(prefix string) string {
	d.count++
	return prefix + strconv.Itoa(d.count)
}

// has reports whether the app has a permission, and notes that it was needed.
// The caller holds d.mu.
func (d *DingTalk) has(permission string) bool {
	d.used[permission] = true
	return slices.Contains(d.Permissions, permission)
}
