package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"contactbot/state"
)

// An AuditLog keeps outcomes for good.
type AuditLog interface {
	// Append appends a line, with its end; when it returns nil the line survives a
	// crash.
	Append(line []byte) error
}

// A Record is a line of the audit log: one outcome. It holds no person's value in
// the clear.
type Record struct {
	Time time.Time `json:"time"`
	// ID names the outcome: a line that was written again after a crash has the
	// same.
	ID        string `json:"id"`
	Person    string `json:"person"` // who acted: platform, workspace and user
	Simulated bool   `json:"simulated,omitempty"`
	state.Outcome
}

// audit writes what a reply tells of into the audit log. Until that is done the
// reply is not told.
func (b *Bot) audit(p state.Person, r state.Reply) error {
	if b.Audit == nil {
		return nil
	}
	for i, o := range r.Audit {
		line, err := json.Marshal(Record{
			Time: r.Made.UTC(), ID: fmt.Sprintf("%s#%d.%d", p.Key(), r.ID, i), Person: p.Key(), Simulated: b.Simulated, Outcome: o,
		})
		if err == nil {
			err = b.Audit.Append(append(line, '\n'))
		}
		if err != nil {
			return fmt.Errorf("write the audit log: %w", err)
		}
	}
	return nil
}
