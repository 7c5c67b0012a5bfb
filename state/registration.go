package state

import "time"

// A Registration says whose an alert contact is: the person's who first
// registered it here. It is written with the request that queues the PutContact
// (a claim) and settled by the outcome.
type Registration struct {
	Contact   string    `json:"contact"` // the contact's name
	Owner     Person    `json:"owner"`
	Claimed   time.Time `json:"claimed"`
	Settled   time.Time `json:"settled,omitzero"` // zero: no PutContact has succeeded yet
	RequestID string    `json:"request_id,omitempty"`
	Revision  uint64    `json:"-"` // of the stored record; 0: nobody has claimed the contact
}

// Exists reports whether anybody has claimed the contact.
func (r Registration) Exists() bool { return r.Revision > 0 }

// A Claim is a change of a registration that is stored together with a request.
type Claim struct {
	Registration
	Drop bool // give the claim up
}
