package simulator

// The server: its settings, and the way of a request through it.

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"contactbot/cloudmonitor"
)

const (
	// maxRequest is the longest header and query together, in bytes.
	// Source: Alibaba Cloud, "OpenAPI: Limits on requests".
	maxRequest = 128 << 10
	maxBody    = 1 << 20 // bytes; nothing here needs a body

	// defaultLimit is in calls a second, an action.
	// Source: Alibaba Cloud, "CloudMonitor: PutContact".
	defaultLimit = 20
)

// Options are the settings of a Server. Only Credentials are required.
type Options struct {
	Credentials []cloudmonitor.Credentials // the keys it accepts, several with one ID too
	Site        cloudmonitor.Site          // decides which channels suffice; default International
	Now         func() time.Time           // default time.Now
	Base        string                     // what activation links start with, for example http://127.0.0.1:9090; see SetBase
	File        string                     // keeps contacts, states, links and groups between runs, mode 0600; empty: in memory only
	Limit       int                        // calls a second an action; default 20; negative: none

	// KeepMissing makes a PutContact that modifies a contact keep the channels
	// and the language that it leaves out. What the service does is not
	// documented; by default they are dropped, so that a client that does not
	// merge is found out.
	KeepMissing bool

	// OnLink is told of each activation link the service would have sent,
	// before the call that caused it is answered. It may call the Server.
	OnLink func(Link)

	// OnArrive is told of each call whose signature was right, before anything
	// else is done about it: its Status and Code are empty still.
	OnArrive func(Call)

	// OnCall is told of each call that was carried out or refused, just before
	// it is answered; of a call that hangs when it begins to.
	OnCall func(Call)

	Log *slog.Logger // never gets a person's value; default: none
}

// A Link is an activation link the service would have sent.
type Link struct {
	Contact string // its name
	Channel string // "SMS" or "Mail"
	To      string // the phone number or the mail address
	URL     string
}

// LogValue leaves out to whom the link goes, and the link, which is a secret.
func (l Link) LogValue() slog.Value {
	return slog.GroupValue(slog.String("contact", l.Contact), slog.String("channel", l.Channel))
}

// A Server is a simulated CloudMonitor. It may be used by many goroutines at
// once.
type Server struct {
	options Options
	keys    map[string][]cloudmonitor.Credentials // by access key ID
	closed  chan struct{}
	close   func()

	nonces nonces
	faults faults
	record record

	mu    sync.Mutex
	base  string
	delay time.Duration
	pace  map[string]*window // by action
	world *world

	saving sync.Mutex // taken before mu
	saved  int        // world.version in the file; guarded by saving
}

// New makes a server, with the world of Options.File if there is one. That the
// file cannot be written is an error here, not only with the first change.
func New(o Options) (*Server, error) {
	s := &Server{
		options: o,
		keys:    map[string][]cloudmonitor.Credentials{},
		closed:  make(chan struct{}),
		base:    strings.TrimSuffix(o.Base, "/"),
		pace:    map[string]*window{},
	}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	for _, c := range o.Credentials {
		if c.AccessKeyID == "" || c.AccessKeySecret == "" {
			return nil, errors.New("simulator: credentials need an access key ID and a secret")
		}
		s.keys[c.AccessKeyID] = append(s.keys[c.AccessKeyID], c)
	}
	if len(s.keys) == 0 {
		return nil, errors.New("simulator: no credentials to accept (give at least one access key)")
	}
	switch cmp.Or(o.Site, cloudmonitor.International) {
	case cloudmonitor.International, cloudmonitor.China:
		s.options.Site = cmp.Or(o.Site, cloudmonitor.International)
	default:
		return nil, errors.New("simulator: the site is international or china")
	}
	if o.Now == nil {
		s.options.Now = time.Now
	}
	s.options.Limit = cmp.Or(o.Limit, defaultLimit)
	if o.Log == nil {
		s.options.Log = slog.New(slog.DiscardHandler)
	}
	w, err := load(o.File)
	if err != nil {
		return nil, err
	}
	if err := probe(o.File); err != nil {
		return nil, err
	}
	s.world = w
	return s, nil
}

// SetBase says what activation links start with, once the address is known
// that the server is reached at.
func (s *Server) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimSuffix(url, "/")
}

// SetDelay makes every call take that long. It is carried out at the end of
// the delay, and not at all if its client went away before.
func (s *Server) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Close ends the calls that hang or are delayed, without an answer. It does
// not stop the server from answering others.
func (s *Server) Close() { s.close() }

// ServeHTTP serves the API at /, and activation links.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token, ok := strings.CutPrefix(r.URL.Path, activatePath); ok {
		s.activate(w, r, token)
		return
	}
	if r.URL.Path != "/" {
		page(w, http.StatusNotFound, notFound)
		return
	}
	api := r.Header.Get("x-acs-action") != "" || r.Header.Get("Authorization") != ""
	if !api && (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.URL.Query().Get("Action") == "" {
		page(w, http.StatusOK, welcome)
		return
	}
	query, body, refused := s.read(w, r)
	if refused == nil {
		refused = s.verify(r, query, body)
	}
	if refused == nil {
		refused = form(r, query, body)
	}
	call := Call{Time: s.options.Now(), Action: r.Header.Get("x-acs-action"), Name: query.Get("ContactName")}
	if refused != nil {
		s.reply(w, r, call, *refused)
		return
	}
	if s.options.OnArrive != nil {
		s.options.OnArrive(call)
	}
	s.serve(w, r, call, query)
}

// serve carries a call out whose signature was right.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, call Call, query url.Values) {
	do, known := actions[call.Action]
	if !known {
		s.reply(w, r, call, errAction)
		return
	}
	if wait := s.throttle(call.Action); wait > 0 {
		s.record.throttle()
		s.reply(w, r, call, throttled(s.options.Limit, wait))
		return
	}
	fault := s.faults.take(call.Action)
	if fault == faultHang {
		s.tell(call, 0, faultHang)
	}
	if !s.wait(r, fault == faultHang) {
		panic(http.ErrAbortHandler) // the client is gone, or the server is being closed
	}
	switch fault {
	case "", faultLost, faultOdd:
	case faultDrop:
		s.tell(call, 0, faultDrop)
		panic(http.ErrAbortHandler) // net/http's way to close the connection silently
	case faultHTML:
		s.tell(call, http.StatusBadGateway, faultHTML)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
		return
	default:
		s.reply(w, r, call, faultAnswer(fault, s.options.Limit))
		return
	}
	a := do(s, query)
	if fault == faultLost {
		s.tell(call, 0, faultLost)
		panic(http.ErrAbortHandler)
	}
	if fault == faultOdd && a.Code == codeOK {
		a.Message = "The Request is not authorization." // sic: the documentation's sample
	}
	s.reply(w, r, call, a)
}

// wait passes the delay, or any time if the call is to hang. It reports
// whether there is still somebody to answer.
func (s *Server) wait(r *http.Request, hang bool) bool {
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	if delay <= 0 && !hang {
		return true
	}
	var over <-chan time.Time
	if !hang {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

// read takes query and body in, whole: net/http tells that a client went away
// only once the body was read.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (url.Values, []byte, *answer) {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	if size > maxRequest {
		return nil, nil, &errTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, nil, &errTooLarge
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, nil, &errMalformed
	}
	return query, body, nil
}

// form adds the parameters of a form body, where the RPC style takes them too.
// It comes after the signature, which covers a body by its hash only.
func form(r *http.Request, query url.Values, body []byte) *answer {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil
	}
	more, err := url.ParseQuery(string(body))
	if err != nil {
		return &errMalformed
	}
	for name, values := range more {
		query[name] = append(query[name], values...)
	}
	return nil
}
