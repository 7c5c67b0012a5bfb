package slack

// People: what the workspace knows of those who talk.

import (
	"context"
	"fmt"
	"slices"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/commands"
	"contactbot/state"
)

var errDeaf = fmt.Errorf("slack: the app lacks the scope users:read: %w", bot.ErrNoProfiles)

// Profile implements bot.Introducer.
func (p *Platform) Profile(ctx context.Context, who state.Person) (commands.Profile, error) {
	if profile, stranger := p.people.Known(who.User, p.Now()); !stranger {
		return profile, nil
	}
	if p.people.Deaf(p.Now()) {
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
		p.people.Deafen(p.Now())
		return commands.Profile{}, errDeaf
	}
	if err != nil {
		return commands.Profile{}, err
	}
	profile := commands.Profile{
		Name: u.Profile.RealName, Mail: u.Profile.Email, Phone: u.Profile.Phone, Locale: u.Locale,
		// Only of members: whoever invites a guest chooses the guest's address.
		MailVerified: u.Profile.Email != "" && u.IsEmailConfirmed && u.TeamID == who.Workspace &&
			memberOf(u, who.Workspace),
	}
	profile.Member = memberOf(u, who.Workspace)
	profile.Guest = !profile.Member
	if u.TZ != "" {
		profile.Zone = &u.TZOffset
	}
	p.people.Learn(who.User, profile, p.Now())
	return profile, nil
}

// memberOf reports whether somebody is a full member of a workspace: no guest,
// nobody from a shared channel, no bot.
// Source: Slack, "User types", and the fields of a user.
func memberOf(u *slackgo.User, team string) bool {
	home := u.TeamID == team || slices.Contains(u.Enterprise.Teams, team)
	return home && !u.IsBot && !u.IsRestricted && !u.IsUltraRestricted && !u.IsStranger && !u.Deleted
}
