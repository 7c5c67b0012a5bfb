package slack

// People: what the workspace knows of those who talk.

import (
	"context"
	"errors"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"contactbot/commands"
	"contactbot/state"
)

const (
	// profileLife is how long a profile counts as true.
	profileLife = time.Hour
	// maxProfiles is how many are kept in memory.
	maxProfiles = 10_000
)

// people remembers profiles.
type people struct {
	mu       sync.Mutex
	profiles map[string]acquaintance
	deaf     time.Time // the app may not read profiles; asked again an hour after that
}

type acquaintance struct {
	profile commands.Profile
	at      time.Time
}

// known is a person's profile, or that it has to be found out.
func (p *people) known(user string, now time.Time) (profile commands.Profile, stranger bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.profiles[user]
	if ok && now.Sub(a.at) < profileLife {
		return a.profile, false
	}
	return commands.Profile{}, true
}

var errDeaf = errors.New("slack: the app lacks the scope users:read")

func (p *people) isDeaf(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.deaf.IsZero() && now.Sub(p.deaf) < profileLife
}

func (p *people) learn(user string, profile commands.Profile, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.profiles == nil || len(p.profiles) >= maxProfiles {
		p.profiles = map[string]acquaintance{} // it is read again where it is needed
	}
	p.profiles[user] = acquaintance{profile, now}
}

// Profile implements bot.Introducer.
func (p *Platform) Profile(ctx context.Context, who state.Person) (commands.Profile, error) {
	if profile, stranger := p.people.known(who.User, p.Now()); !stranger {
		return profile, nil
	}
	if p.people.isDeaf(p.Now()) {
		return commands.Profile{}, errDeaf
	}
	var u *slackgo.User
	deaf := false
	err := p.call(ctx, "users.info", func() (err error) {
		u, err = p.api.GetUserInfoContext(ctx, who.User)
		deaf = refusedWith(err, "missing_scope")
		return err
	})
	if deaf {
		p.people.mu.Lock()
		p.people.deaf = p.Now()
		p.people.mu.Unlock()
		return commands.Profile{}, errDeaf
	}
	if err != nil {
		return commands.Profile{}, err
	}
	profile := commands.Profile{
		Name: u.Profile.RealName, Mail: u.Profile.Email, Phone: u.Profile.Phone, Locale: u.Locale,
		// Only of members: whoever invites a guest chooses the guest's address.
		MailVerified: u.Profile.Email != "" && u.IsEmailConfirmed && u.TeamID == who.Workspace &&
			!u.IsBot && !u.IsRestricted && !u.IsUltraRestricted && !u.IsStranger,
	}
	if u.TZ != "" {
		profile.Zone = &u.TZOffset
	}
	p.people.learn(who.User, profile, p.Now())
	return profile, nil
}
