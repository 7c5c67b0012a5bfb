package dingtalk

// People: what the directory tells of those who talk.

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"contactbot/commands"
	"contactbot/state"
)

// profileWithin bounds how long the directory is waited for.
const profileWithin = 3 * time.Second

// china is the time zone of an organization: DingTalk does not tell another.
var china = 8 * 60 * 60

// anybody is a member of whom the directory may not tell anything.
var anybody = commands.Profile{Member: true, Zone: &china}

// Profile implements bot.Introducer. What the app has no permission for is
// missing from the profile, which is no error.
// Source: DingTalk, “Query user details”, /topapi/v2/user/get; permissions
// qyapi_get_member, fieldEmail, fieldMobile.
func (p *Platform) Profile(ctx context.Context, who state.Person) (commands.Profile, error) {
	now := p.Now()
	if profile, stranger := p.people.Known(who.Key(), now); !stranger {
		return profile, nil
	}
	if p.people.Deaf(now) {
		return anybody, nil
	}
	var answer struct {
		Result struct {
			Name, Mobile, Email string
			StateCode           string `json:"state_code"`
			OrgEmail            string `json:"org_email"`
		}
	}
	// When many write at once they are answered without, rather than late.
	ctx, cancel := context.WithTimeout(ctx, profileWithin)
	defer cancel()
	err := p.openAPI(ctx, directory, func(token string) error {
		body, err := p.post(ctx, p.legacyURL()+directory+"?access_token="+url.QueryEscape(token), "", map[string]string{"userid": who.User})
		if err == nil && json.Unmarshal(body, &answer) != nil {
			err = &callError{kind: uncertain, call: directory, code: "the answer cannot be read"}
		}
		return err
	})
	if err != nil {
		switch e := failed(err); e.kind {
		case forbidden:
			p.people.Deafen(now)
			p.Log.InfoContext(ctx, "dingtalk does not let the directory be read, nothing is proposed from it", "reason", e)
			return anybody, nil
		case limited:
			return commands.Profile{}, e.later()
		}
		return commands.Profile{}, err
	}
	r := answer.Result
	profile := commands.Profile{
		Member: true, // else DingTalk would not know them here
		Zone:   &china,
		Name:   r.Name, Mail: cmp.Or(r.OrgEmail, r.Email), Phone: r.Mobile,
		// Only the organization gives addresses of its own mail.
		MailVerified: r.OrgEmail != "",
	}
	if code := strings.TrimPrefix(r.StateCode, "+"); code != "" && code != "86" && r.Mobile != "" {
		profile.Phone = "+" + code + " " + r.Mobile
	}
	p.people.Learn(who.Key(), profile, now)
	return profile, nil
}
