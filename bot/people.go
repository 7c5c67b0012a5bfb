package bot

import (
	"sync"
	"time"

	"contactbot/commands"
)

const (
	// profileLife is how long a profile counts as true.
	profileLife = time.Hour
	// maxProfiles is how many are kept in memory.
	maxProfiles = 10_000
)

// People remembers the profiles of a platform's people, as long as the process
// lives. The zero value knows nobody.
type People struct {
	mu       sync.Mutex
	profiles map[string]acquaintance
	deaf     time.Time
}

type acquaintance struct {
	profile commands.Profile
	at      time.Time
}

// Known is a person's profile, or that it has to be found out.
func (p *People) Known(user string, now time.Time) (profile commands.Profile, stranger bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.profiles[user]
	if ok && now.Sub(a.at) < profileLife {
		return a.profile, false
	}
	return commands.Profile{}, true
}

// Learn notes a profile.
func (p *People) Learn(user string, profile commands.Profile, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.profiles == nil || len(p.profiles) >= maxProfiles {
		p.profiles = map[string]acquaintance{} // it is read again where it is needed
	}
	p.profiles[user] = acquaintance{profile, now}
}

// Deafen notes that the platform does not let the bot read profiles.
func (p *People) Deafen(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = now
}

// Deaf reports whether it was so within the last hour: it need not be asked
// again.
func (p *People) Deaf(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.deaf.IsZero() && now.Sub(p.deaf) < profileLife
}
