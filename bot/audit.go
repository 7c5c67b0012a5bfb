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

// A told is a reply, for the audit log. A record that is deleted numbers its
// replies anew, and a clock may be set back: neither alone tells two apart.
type told struct {
	made int64
	id   uint64
}

func toldOf(r state.Reply) told { return told{r.Made.UnixNano(), r.ID} }

// auditAll writes what replies tell of, in order, as far as that is possible, and
// tells of which all is written. A person has one courier at a time; what waits
// for a platform is not written again with each try.
func (b *Bot) auditAll(p state.Person, replies []state.Reply, through uint64) (map[told]bool, error) {
	b.mu.Lock()
	before := b.audited[p]
	b.mu.Unlock()
	var audited map[told]bool // of most replies there is nothing to write
	var err error
	for _, r := range replies {
		if r.ID <= through || len(r.Audit) == 0 { // what is told already was audited before
			continue
		}
		if !before[toldOf(r)] {
			if err = b.audit(p, r); err != nil {
				b.Metrics.unaudited()
				break
			}
		}
		if audited == nil {
			audited = make(map[told]bool)
		}
		audited[toldOf(r)] = true
	}
	if audited != nil {
		b.mu.Lock()
		b.audited[p] = audited
		b.mu.Unlock()
	}
	return audited, err
}

// audit writes what a reply tells of into the audit log. Until that is done the
// reply is not told.
func (b *Bot) audit(p state.Person, r state.Reply) error {
	if b.Audit == nil {
		return nil
	}
	for i, o := range r.Audit {
		line, err := json.Marshal(Record{
			Time: r.Made.UTC(), ID: fmt.Sprintf("%s#%x.%d.%d", p.Key(), r.Made.UnixNano(), r.ID, i), Person: p.Key(), Simulated: b.Simulated, Outcome: o,
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
