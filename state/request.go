package state

import (
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"contactbot/cloudmonitor"
)

// A Person is who talks to the bot: one user of one workspace (Slack team,
// DingTalk corp) on one platform. It is the key of a pending request; rooms are
// not part of it.
type Person struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	User      string `json:"user"`
}

// Key is the person as one string, as records and logs name them:
// "slack/T1/U1".
func (p Person) Key() string {
	return url.PathEscape(p.Platform) + "/" + url.PathEscape(p.Workspace) + "/" + url.PathEscape(p.User)
}

// String is Key: it holds the platform's IDs and nothing the person typed.
func (p Person) String() string { return p.Key() }

// A Phase is where a request stands.
type Phase string

const (
	Idle       Phase = ""           // nothing is pending; the zero value
	Asking     Phase = "asking"     // a question is open
	Checking   Phase = "checking"   // CloudMonitor is asked whether the contact exists
	Confirming Phase = "confirming" // the summary waits for a yes
	Queued     Phase = "queued"     // a PutContact waits its turn, or its next try
	Sending    Phase = "sending"    // a PutContact is under way
	Leaving    Phase = "leaving"    // the draft's contact is to be deleted; that waits for a yes
	Removing   Phase = "removing"   // a DeleteContact waits its turn, or is under way
)

// An Origin is how a field got its value. Only what was said is sent without
// being shown first.
type Origin string

const (
	Said     Origin = "said"     // labelled, or the answer to the field's own question
	Guessed  Origin = "guessed"  // understood by its shape
	Proposed Origin = "proposed" // taken from the profile or the conversation
	Kept     Origin = "kept"     // what the existing contact has
)

// A Request is what one person has pending, and all that the bot needs to go on
// with it after a crash. The zero value is an idle request.
type Request struct {
	Person   Person `json:"person"`
	Revision uint64 `json:"-"` // of the stored record; 0: not stored

	Phase   Phase     `json:"phase,omitempty"`
	Begun   time.Time `json:"begun,omitzero"`
	First   uint64    `json:"first,omitempty"`  // replies before it belong to forms that have ended
	Touched time.Time `json:"touched,omitzero"` // since when it is the person's turn
	Home    Address   `json:"home,omitzero"`    // where the person last spoke: replies go there

	Language string      `json:"language,omitempty"` // "en" or "zh"; empty: not known yet
	Fixed    bool        `json:"fixed,omitempty"`    // it does not follow the person's words any more
	Chosen   bool        `json:"chosen,omitempty"`   // because they asked for it
	Spoken   string      `json:"spoken,omitempty"`   // on the platform, until the person's language is known
	Name     string      `json:"profile_name,omitempty"`
	Mail     string      `json:"profile_mail,omitempty"`
	Phone    string      `json:"profile_phone,omitempty"`
	Verified bool        `json:"verified,omitempty"` // the platform vouches for the profile's mail
	Zone     *int        `json:"zone,omitempty"`     // of the person's clock, in seconds east of UTC
	Standing Standing    `json:"standing,omitempty"`
	Sent     []time.Time `json:"sent,omitempty"`   // submissions within the hour, the oldest first
	Met      time.Time   `json:"met,omitzero"`     // when the profile was last asked for
	Vouched  time.Time   `json:"vouched,omitzero"` // when the platform last said what the person is
	Denied   time.Time   `json:"denied,omitzero"`  // when a refusal was last audited

	Form
	Tasks  []Task `json:"tasks,omitempty"`
	TaskID uint64 `json:"task_id,omitempty"` // the last one given

	Outbox  []Reply   `json:"outbox,omitempty"`
	ReplyID uint64    `json:"reply_id,omitempty"` // the last one given
	Deliver time.Time `json:"deliver,omitzero"`   // when the outbox is looked at again
	Missed  int       `json:"missed,omitempty"`   // deliveries that failed in a row
	Asked   uint64    `json:"asked,omitempty"`    // the reply that first asked what is open now
	Open    uint64    `json:"open,omitempty"`     // tells that question from others
	Seen    []Seen    `json:"seen,omitempty"`     // messages taken, the oldest first
	Timer   time.Time `json:"timer,omitzero"`     // when to look at the request again although nothing happened, at the latest
}

// A Standing is what a person is in the workspace.
type Standing string

const (
	Unknown Standing = ""
	Member  Standing = "member"
	Guest   Standing = "guest" // or of another workspace
)

// A Form is the registration that is being filled in. It is reset as a whole.
type Form struct {
	Draft     cloudmonitor.Contact  `json:"draft,omitzero"`
	Origins   map[string]Origin     `json:"origins,omitempty"` // by field name
	Skipped   []string              `json:"skipped,omitempty"`
	Brief     bool                  `json:"brief,omitempty"`     // ask only for what is needed
	Direct    bool                  `json:"direct,omitempty"`    // all was labelled: a new contact needs no confirmation
	Asking    string                `json:"asking,omitempty"`    // the field of the open question
	Trail     []string              `json:"trail,omitempty"`     // fields asked before, for back
	Wrong     int                   `json:"wrong,omitempty"`     // answers in a row that did not help
	Reminded  bool                  `json:"reminded,omitempty"`  // since Touched
	Held      []Heard               `json:"held,omitempty"`      // what was said while CloudMonitor was asked
	Offered   *Heard                `json:"offered,omitempty"`   // a new start that waits for "go on" or "start anew"
	Lead      []Part                `json:"lead,omitempty"`      // what the next reply has to begin with
	Whispered bool                  `json:"whispered,omitempty"` // Lead was meant for a place where only the person reads
	Took      []string              `json:"took,omitempty"`      // fields set since the person was last told of their values
	Wanted    []string              `json:"wanted,omitempty"`    // fields the person tried to give: they are asked for
	Proposal  string                `json:"proposal,omitempty"`  // a value for the open question that a "yes" takes
	Declined  []string              `json:"declined,omitempty"`  // fields of which the person does not want what is proposed
	Active    []string              `json:"active,omitempty"`    // channels of Was that are activated, by field name
	Refusal   string                `json:"refusal,omitempty"`   // CloudMonitor's own words of the last refusal
	Soothed   bool                  `json:"soothed,omitempty"`   // a long wait was explained
	Check     Check                 `json:"check,omitzero"`
	Was       *cloudmonitor.Contact `json:"was,omitempty"`     // the contact as it exists
	Summed    bool                  `json:"summed,omitempty"`  // the person was shown the draft as it is
	Agreed    bool                  `json:"agreed,omitempty"`  // and confirmed it
	Unsure    bool                  `json:"unsure,omitempty"`  // a PutContact that counts as failed may have been carried out
	Claimed   bool                  `json:"claimed,omitempty"` // the claim to the contact was made by this form
}

// A Check is what CloudMonitor said of the contact that the draft names.
type Check struct {
	Name  string    `json:"name,omitempty"` // the name asked for; another draft name needs another check
	At    time.Time `json:"at,omitzero"`    // zero: not answered
	Later bool      `json:"later,omitempty"`
}

// Heard is something a person said that waits to be acted on.
type Heard struct {
	Text   string `json:"text"`
	Choice uint64 `json:"choice,omitempty"` // the reply whose choice it is; 0: it was typed
	Unread bool   `json:"unread,omitempty"` // there is nothing to read in it, such as in a picture
}

// Seen is a message that was taken; it is not taken again.
type Seen struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// A TaskKind is a call to CloudMonitor, or to the platform.
type TaskKind string

const (
	Lookup TaskKind = "lookup" // does this contact exist, and whose is it?
	Put    TaskKind = "put"    // PutContact
	Delete TaskKind = "delete" // DeleteContact
	Mine   TaskKind = "mine"   // the person's own contacts and their activation
	Meet   TaskKind = "meet"   // the platform is asked who the person is
)

// A Task is a call that has to happen: it waits its turn, is
// under way under a lease, or waits for another try.
type Task struct {
	ID      uint64               `json:"id"`
	Kind    TaskKind             `json:"kind"`
	Contact cloudmonitor.Contact `json:"contact,omitzero"` // Put: what is sent; Lookup: its name
	To      Address              `json:"to,omitzero"`      // Mine: where the answer goes
	Began   time.Time            `json:"began"`
	After   time.Time            `json:"after"`          // not before
	Until   time.Time            `json:"until"`          // given up then
	Lease   time.Time            `json:"lease,omitzero"` // zero: waits its turn; else whoever took it has until then
	Tries   int                  `json:"tries,omitempty"`
	// Uncertain says that an earlier try may have been carried out although no
	// answer came.
	Uncertain bool `json:"uncertain,omitempty"`
	Lost      int  `json:"lost,omitempty"`   // tries without an answer
	Doubts    int  `json:"doubts,omitempty"` // those of them that may have been carried out
	Look      bool `json:"look,omitempty"`   // Put: before another try it is looked whether an earlier one was carried out
	// Was is the contact that a Put changes, as it was; nil: there was none.
	Was       *cloudmonitor.Contact `json:"was,omitempty"`
	Explained bool                  `json:"explained,omitempty"` // the person was told why it takes long
}

// Queues that a request can be due in.
const (
	Timers  Queue = "timers"  // reminders, expiry, explanations of a long wait
	Puts    Queue = "puts"    // PutContact calls that wait their turn
	Lookups Queue = "lookups" // other calls that wait their turn
	Leases  Queue = "leases"  // calls and deliveries that a living process has taken
)

// Queue is the queue in which the task waits its turn.
func (k TaskKind) Queue() Queue {
	switch k {
	case Put, Delete:
		return Puts
	case Meet:
		return Timers // it needs no turn
	default:
		return Lookups
	}
}

// Task returns the task with the ID, or nil.
func (r *Request) Task(id uint64) *Task {
	for i := range r.Tasks {
		if r.Tasks[i].ID == id {
			return &r.Tasks[i]
		}
	}
	return nil
}

// TaskOf returns the request's task of a kind, or nil.
func (r *Request) TaskOf(kinds ...TaskKind) *Task {
	for i := range r.Tasks {
		if slices.Contains(kinds, r.Tasks[i].Kind) {
			return &r.Tasks[i]
		}
	}
	return nil
}

// LogValue says whose request it is and where it stands, and none of what the
// person typed.
func (r Request) LogValue() slog.Value {
	return slog.GroupValue(slog.String("person", r.Person.Key()), slog.String("phase", string(r.Phase)))
}

// String is like LogValue: a request printed by mistake shows no value.
func (r Request) String() string { return r.Person.Key() + " " + string(r.Phase) }

// GoString keeps %#v from showing the values.
func (r Request) GoString() string { return "state.Request{" + r.String() + "}" }

// Clone returns a copy that shares nothing that a step may change.
func (r Request) Clone() Request {
	r.Origins = maps.Clone(r.Origins)
	r.Skipped = slices.Clone(r.Skipped)
	r.Trail = slices.Clone(r.Trail)
	r.Held = slices.Clone(r.Held)
	r.Lead = slices.Clone(r.Lead)
	r.Took = slices.Clone(r.Took)
	r.Wanted = slices.Clone(r.Wanted)
	r.Declined = slices.Clone(r.Declined)
	r.Active = slices.Clone(r.Active)
	r.Tasks = slices.Clone(r.Tasks)
	r.Outbox = slices.Clone(r.Outbox)
	r.Seen = slices.Clone(r.Seen)
	r.Sent = slices.Clone(r.Sent)
	return r
}

// Empty reports whether nothing would be lost if the record were deleted.
func (r *Request) Empty() bool {
	return r.Phase == Idle && len(r.Tasks) == 0 && len(r.Outbox) == 0 && len(r.Seen) == 0 && len(r.Sent) == 0 && r.Denied.IsZero() && !r.Chosen
}

// Dues returns the queues the request is in: its next timer, and what it has
// waiting or under way.
func (r *Request) Dues() []Due {
	at := make(map[Queue]time.Time, 4)
	soonest := func(q Queue, t time.Time) {
		if old, ok := at[q]; !t.IsZero() && (!ok || t.Before(old)) {
			at[q] = t
		}
	}
	soonest(Timers, r.Timer)
	for _, t := range r.Tasks {
		if t.Lease.IsZero() {
			soonest(t.Kind.Queue(), t.After)
		} else {
			soonest(Leases, t.Lease)
		}
	}
	if len(r.Outbox) > 0 {
		soonest(Leases, r.Deliver)
	}
	var dues []Due
	for _, q := range []Queue{Timers, Puts, Lookups, Leases} {
		if t, ok := at[q]; ok {
			dues = append(dues, Due{Queue: q, At: t})
		}
	}
	return dues
}
