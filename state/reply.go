package state

import "time"

// An Address is a place on a platform where replies can be sent.
type Address struct {
	Private bool   `json:"private,omitempty"` // nobody but the person reads there
	Where   string `json:"where,omitempty"`   // the platform's own words for the place
	Room    string `json:"room,omitempty"`    // the ID of the channel or conversation, as settings name it
	Bound   bool   `json:"bound,omitempty"`   // what is for this place is wanted nowhere else
}

// A Tone is what kind of news a reply is; platforms colour it accordingly.
type Tone string

const (
	Plain    Tone = ""
	Question Tone = "question"
	Progress Tone = "progress" // something is under way; another reply follows
	Success  Tone = "success"
	Warning  Tone = "warning"
	Failure  Tone = "failure"
)

// A Reply is a message to a person, in words but in no platform's mark-up: a
// platform escapes and lays it out. It stays in the outbox until it is
// delivered.
type Reply struct {
	ID       uint64    `json:"id"` // ascending for each person
	To       Address   `json:"to"`
	Made     time.Time `json:"made"`
	Language string    `json:"language"`
	Tone     Tone      `json:"tone,omitempty"`
	Parts    []Part    `json:"parts"`
	Lead     int       `json:"lead,omitempty"` // so many parts tell what came before; the others are the reply itself
	Choices  []Choice  `json:"choices,omitempty"`
	Field    string    `json:"field,omitempty"`   // the field that is asked for
	Form     bool      `json:"form,omitempty"`    // the form as a whole would answer it: platforms that have forms offer it
	Audit    []Outcome `json:"audit,omitempty"`   // what the reply tells of: it is in the audit log before it is told
	Summary  bool      `json:"summary,omitempty"` // it sums the form up: where the form was filled in, it takes the form's place
}

// An Outcome is what the audit log keeps of something that was decided or done:
// values are masked in it.
type Outcome struct {
	Action    string            `json:"action"`            // register, change, resend, remove
	Result    string            `json:"result"`            // done, refused, gave_up, foreign, limited, denied
	Contact   string            `json:"contact,omitempty"` // its name
	Values    map[string]string `json:"values,omitempty"`  // by field name, masked
	Owner     string            `json:"owner,omitempty"`   // the contact's owner, if that is somebody else
	Admin     bool              `json:"admin,omitempty"`   // the person acts as an administrator
	Code      string            `json:"code,omitempty"`    // CloudMonitor's error code
	RequestID string            `json:"request_id,omitempty"`
}

// A Part is a paragraph of a reply. One of its members is set.
type Part struct {
	Text     string `json:"text,omitempty"`     // a sentence or two
	Hint     string `json:"hint,omitempty"`     // the same, less important
	Facts    []Fact `json:"facts,omitempty"`    // a table of labels and values
	Verbatim string `json:"verbatim,omitempty"` // CloudMonitor's own words
}

// A Fact is a labelled value.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Was   string `json:"was,omitempty"`  // the value before a change
	Note  string `json:"note,omitempty"` // such as "my guess"
}

// A Choice is something the person may say next: a button where the platform
// has buttons.
type Choice struct {
	Label   string `json:"label"`
	Say     string `json:"say"` // the text that choosing it stands for
	Primary bool   `json:"primary,omitempty"`
}
