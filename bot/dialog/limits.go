package dialog

// How often: PutContact sends messages to whatever phone or address it is given.

import (
	"slices"
	"strings"
	"time"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

const (
	// maxSubmissions is how many PutContacts a person may have sent in an hour.
	maxSubmissions = 10
	submissionSpan = time.Hour
	// maxActivations is how many activation messages a phone or an address may get
	// in a day, whoever asks.
	maxActivations = 3
	activationSpan = 24 * time.Hour
)

var (
	limitedPerson  = commands.Text{EN: "You have submitted %d times within an hour; that is the limit. From %s on you can submit again, and everything is kept until then.", ZH: "你一小时内已提交 %d 次，达到上限。最早 %s 可以再提交，已填的内容都留着。"}
	limitedChannel = commands.Text{EN: "%s: %d activation messages were sent there within a day; that is the limit. From %s on another can be sent; or give a different one.", ZH: "%s：24 小时内已经发过 %d 条激活消息，达到上限。最早 %s 可以再发，也可以换一个。"}
)

// recent are the times within a span before now.
func recent(times []time.Time, span time.Duration, now time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(times), func(t time.Time) bool { return now.Sub(t) >= span })
}

// activated are the channels to which CloudMonitor may send an activation message
// for a contact: those that are not known to be activated.
func (s *step) activated(c cloudmonitor.Contact) []state.Channel {
	var all []state.Channel
	for _, f := range commands.Fields() {
		v := *f.Of(&c)
		active := s.r.Was != nil && *f.Of(s.r.Was) == v && slices.Contains(s.r.Active, f.Name)
		if f.Link && v != "" && !active {
			all = append(all, state.Channel{Field: f.Name, Value: sameBox(v)})
		}
	}
	return all
}

// sameBox is an address without what leads to the same mailbox: case, and what
// stands behind a “+”.
func sameBox(value string) string {
	at := strings.LastIndexByte(value, '@')
	if at < 0 {
		return value
	}
	local, _, _ := strings.Cut(value[:at], "+")
	return strings.ToLower(local + value[at:])
}

// allowances are how many activation messages channels have had; ok is false if
// they have to be found out first.
func (s *step) allowances(channels []state.Channel) (all []state.Allowance, ok bool) {
	for _, c := range channels {
		a, known := s.known.Allowances[c]
		if i := s.counted(c); i >= 0 {
			a, known = s.fx.Allowances[i], true
		}
		if !known {
			s.fx.Wants.Channels = append(s.fx.Wants.Channels, c)
			continue
		}
		a.Channel, a.Times = c, recent(a.Times, activationSpan, s.now)
		all = append(all, a)
	}
	return all, len(all) == len(channels)
}

// counted is where a channel that this step has counted stands in its effects, or
// -1.
func (s *step) counted(c state.Channel) int {
	return slices.IndexFunc(s.fx.Allowances, func(a state.Allowance) bool { return a.Channel == c })
}

// count has an allowance stored with what the step decides.
func (s *step) count(a state.Allowance) {
	if i := s.counted(a.Channel); i >= 0 {
		s.fx.Allowances[i] = a // a record is written once
		return
	}
	s.fx.Allowances = append(s.fx.Allowances, a)
}

// withinLimits counts a submission of the draft, unless that would be too many:
// it then says so, and when to come back.
func (s *step) withinLimits() bool {
	sent := recent(s.r.Sent, submissionSpan, s.now)
	spent, ok := s.allowances(s.activated(s.r.Draft))
	if !ok {
		return false // it is decided again
	}
	limited := false
	if len(sent) >= maxSubmissions {
		s.say(limitedPerson, len(sent), s.moment(sent[len(sent)-maxSubmissions].Add(submissionSpan)))
		limited = true
	}
	for i := range spent {
		a := &spent[i]
		if n := len(a.Times); n >= maxActivations {
			s.say(limitedChannel, s.words(commands.Named(a.Field).Label), n, s.moment(a.Times[n-maxActivations].Add(activationSpan)))
			limited = true
		}
		a.Times = append(a.Times, s.now)
	}
	if limited {
		s.fx.Event = Limited
		s.outcome(s.aboutDraft(s.r.Draft, "limited"))
		s.r.Agreed, s.r.Direct = false, false
		s.confirm()
		s.r.Outbox[len(s.r.Outbox)-1].Tone = state.Warning // the reason comes first
		return false
	}
	s.r.Sent = append(sent, s.now)
	for _, a := range spent {
		s.count(a)
	}
	return true
}

// charge counts another try of a PutContact that may have been carried out before.
func (s *step) charge(t state.Task) {
	spent, ok := s.allowances(s.activated(t.Contact))
	if !ok {
		return // it is decided again
	}
	for _, a := range spent {
		a.Times = append(a.Times, s.now)
		s.count(a)
	}
}

// refund takes back what a PutContact was counted as that has not been carried
// out.
func (s *step) refund(t state.Task) {
	spent, ok := s.allowances(s.activated(t.Contact))
	if !ok {
		return
	}
	for _, a := range spent {
		before := len(a.Times)
		if a.Times = slices.DeleteFunc(a.Times, t.Began.Equal); len(a.Times) < before {
			s.count(a)
		}
	}
}
