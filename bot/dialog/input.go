package dialog

// What can happen.

import (
	"time"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// An Input is something that happened: a Message, Filled, Left, Opened, Looked,
// Wake, Result, Delivered or Undelivered.
type Input interface{ input() }

// A Message is what a person said.
type Message struct {
	ID       string // the platform's ID of the message, the same when it is delivered again; empty: it never is
	Text     string
	From     state.Address
	Profile  commands.Profile
	Member   bool               // the platform vouches for the person being a member
	Language commands.Language  // spoken on the platform until the person's own is known
	Claim    state.Registration `json:"-"` // whose the contact is that the draft names
	// Stranger says that the platform does not know the person's profile yet and
	// can find it out. What is said then waits, stored, until it has.
	Stranger bool
	// Choice is the reply whose choice the message is; 0: it was typed. A choice
	// of a question that is answered already changes nothing.
	Choice uint64
	// Unread says that it holds nothing that can be read, such as a picture.
	Unread bool
}

// Filled says that the person has sent the form as a whole.
type Filled struct {
	ID       string            // as of a Message
	Values   map[string]string // by field name; what is missing is empty
	Profile  *commands.Profile // nil: not known just now
	From     state.Address
	Language commands.Language
	Claim    state.Registration
}

// Left says that the person has closed the form without sending it.
type Left struct {
	ID   string // as of a Message
	From state.Address
}

// Looked says that the person looks at their contacts, in a place that shows
// nothing else; what they say elsewhere is not answered there.
type Looked struct {
	To       state.Address
	Profile  *commands.Profile // nil: it cannot be known just now
	Language commands.Language
}

// Opened says that the person has come (back) to the conversation.
type Opened struct {
	From     state.Address
	Profile  commands.Profile
	Member   bool
	Language commands.Language
}

// Wake says that a due time has come.
type Wake struct {
	// Grant lets the task of this queue that waits its turn go ahead.
	Grant state.Queue
	// Void says that whoever took a lease before then is gone.
	Void time.Time
	// Claim is whose the contact is that the draft names.
	Claim state.Registration
}

// A Result is how a task ended.
type Result struct {
	Task      uint64
	Err       *cloudmonitor.Error // nil: it succeeded
	RequestID string              // Put
	Found     bool                // Lookup; Put: a look showed that an earlier try was carried out
	Undone    bool                // Put: a look showed that no earlier try was, before this one
	Changed   bool                // Put: a look showed something else; no other try was made
	Contact   cloudmonitor.Listed // Lookup; Put: if Changed
	Mine      []Mine              // Mine
	More      int                 // Mine: so many others were not looked up
	Profile   *commands.Profile   // Meet; nil: it cannot be known just now
	Never     bool                // Meet: nor later
	After     time.Duration       // Meet: the platform wants to be left alone for so long
	Claim     state.Registration  // whose the contact is that the draft names
}

// Mine is one of the person's contacts.
type Mine struct {
	Name    string
	Settled bool // a PutContact of it has succeeded
	Found   bool
	Contact cloudmonitor.Listed
	Err     *cloudmonitor.Error // CloudMonitor could not be asked
	// Unlooked says that CloudMonitor was not asked.
	Unlooked bool
}

// Delivered says that the replies up to Through were delivered.
type Delivered struct{ Through uint64 }

// Undelivered says that the replies after Through could not be delivered now.
type Undelivered struct {
	Through uint64
	After   time.Duration // the platform wants to be left alone for so long
}

func (Message) input()     {}
func (Filled) input()      {}
func (Left) input()        {}
func (Looked) input()      {}
func (Opened) input()      {}
func (Wake) input()        {}
func (Result) input()      {}
func (Delivered) input()   {}
func (Undelivered) input() {}
