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

// An auditMark tells up to which reply of a person all is in the audit log.
type auditMark struct {
	made time.Time
	id   uint64
}

func (m auditMark) covers(r state.Reply) bool {
	return r.Made.Before(m.made) || r.Made.Equal(m.made) && r.ID <= m.id
}

// auditAll writes what replies tell of, in order, as far as that is possible, and
// tells how far. A person has one courier at a time; what waits for a platform is
// not written again with each try.
func (b *Bot) auditAll(p state.Person, replies []state.Reply, through uint64) (auditMark, error) {
	b.mu.Lock()
	mark := b.audited[p]
	b.mu.Unlock()
	var err error
	for _, r := range replies {
		if r.ID <= through || mark.covers(r) { // what is told already was audited before
			continue
		}
		if err = b.audit(p, r); err != nil {
			b.Metrics.unaudited()
			break
		}
		mark = auditMark{r.Made, r.ID}
	}
	b.mu.Lock()
	b.audited[p] = mark
	b.mu.Unlock()
	return mark, err
}

// audit writes what a reply tells of into the audit log. Until that is done the
// reply is not told.
func (b *Bot) audit(p state.Person, r state.Reply) error {
	if b.Audit == nil {
		return nil
	}
	for i, o := range r.Audit {
		line, err := json.Marshal(Record{
			Time: r.Made.UTC(), ID: fmt.Sprintf("%s#%x.%d", p.Key(), r.Made.UnixNano(), i), Person: p.Key(), Simulated: b.Simulated, Outcome: o,
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
