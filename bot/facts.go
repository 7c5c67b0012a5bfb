package bot

// What a decision stands on: the request as it is stored, and facts of the store.

import (
	"errors"

	"contactbot/bot/dialog"
	"contactbot/state"
)

// maxWants is how often a decision may want more facts.
const maxWants = 5

// decision decides, with the facts of the store that it turns out to need. All
// that it changes is stored only if nobody has changed it since.
func (b *Bot) decision(p state.Person, r state.Request, in dialog.Input) (state.Request, dialog.Effects, error) {
	now := b.Now()
	known := dialog.Known{Allowances: map[state.Channel]state.Allowance{}, Claims: map[string]state.Registration{}}
	for range maxWants {
		next, fx := b.Rules.StepKnowing(r, in, now, known)
		if fx.Wants.None() {
			return next, fx, nil
		}
		for _, c := range fx.Wants.Channels {
			a, err := b.Store.Allowance(b.work, c)
			if err != nil {
				return r, fx, err
			}
			known.Allowances[c] = a
		}
		if name := fx.Wants.Claim; name != "" {
			claim, err := b.Store.Registration(b.work, name)
			if err != nil {
				return r, fx, err
			}
			known.Claims[name] = claim
		}
		if fx.Wants.Owned {
			names, err := b.Store.Owned(b.work, p)
			if err != nil {
				return r, fx, err
			}
			known.Owned, known.HasOwned = names, true
		}
	}
	return r, dialog.Effects{}, errors.New("a decision wants more and more facts")
}

// load reads a person's request, less the replies that are delivered, and, if
// that is wanted, whose the contact is that its draft names.
func (b *Bot) load(p state.Person, l *lane, withClaim bool) (state.Request, state.Registration, error) {
	b.mu.Lock()
	known := l.known
	b.mu.Unlock()
	var r state.Request
	var err error
	if known != nil {
		r = *known // a step changes nothing of what it is given
	} else if r, err = b.Store.Request(b.work, p); err != nil {
		return r, state.Registration{}, err
	}
	b.mu.Lock()
	through := l.through
	b.mu.Unlock()
	if r.Revision == 0 {
		// The record was deleted, or never was: its replies must not be taken
		// for those that are delivered.
		r.ReplyID = max(r.ReplyID, through)
	}
	if len(r.Outbox) > 0 && r.Outbox[0].ID <= through {
		r, _ = b.Rules.Step(r, dialog.Delivered{Through: through}, b.Now())
	}
	if r.Draft.Name == "" || !withClaim {
		return r, state.Registration{}, nil
	}
	claim, err := b.Store.Registration(b.work, r.Draft.Name)
	return r, claim, err
}

// learn keeps what was stored for the next step; after a failure it has to be
// read again. Of two that are stored at once, the later counts.
func (b *Bot) learn(l *lane, r state.Request, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err != nil || r.Revision == 0:
		l.known = nil
	case l.known == nil || l.known.Revision < r.Revision:
		l.known = &r
	}
}

func withClaim(in dialog.Input, claim state.Registration) dialog.Input {
	switch in := in.(type) {
	case dialog.Message:
		in.Claim = claim
		return in
	case dialog.Filled:
		in.Claim = claim
		return in
	case dialog.Result:
		in.Claim = claim
		return in
	case dialog.Wake:
		in.Claim = claim
		return in
	default:
		return in
	}
}
