package slack

// Replies in views: the form, the App home, what stands where the form stood.

import (
	"context"
	"errors"
	"slices"
	"time"

	slackgo "github.com/slack-go/slack"

	"contactbot/state"
)

// publish shows a reply in the App home.
func (p *Platform) publish(ctx context.Context, who state.Person, _ place, r state.Reply) error {
	return p.call(ctx, "views.publish", func() error {
		_, err := p.quick.PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: who.User, View: home(r, p.Command)})
		return err
	})
}

// openForm opens the form, while the trigger lives.
func (p *Platform) openForm(ctx context.Context, who state.Person, at place, r state.Reply) error {
	sheet, err := p.bot.Load().Sheet(ctx, who)
	if err != nil {
		return err
	}
	err = p.call(ctx, "views.open", func() error {
		_, err := p.quick.OpenViewContext(ctx, at.Trigger, form(sheet, hints(lead(r)), at))
		return err
	})
	if err != nil {
		p.Log.WarnContext(ctx, "form could not be opened, the question is put as a message", "person", who, "reason", err)
		return errNoWay
	}
	return nil
}

// hints are what remains to be said where a form opens: how to begin, and what is
// known, it shows itself.
func hints(lead []state.Part) []state.Part {
	return slices.DeleteFunc(slices.Clone(lead), func(p state.Part) bool { return p.Hint == "" })
}

// lead is what a reply tells before it asks.
func lead(r state.Reply) []state.Part { return r.Parts[:min(r.Lead, len(r.Parts))] }

// updateView shows a reply in the view that is before the person.
func (p *Platform) updateView(ctx context.Context, who state.Person, at place, r state.Reply) error {
	view := panel(r, at)
	if r.Form && !r.Summary {
		sheet, err := p.bot.Load().Sheet(ctx, who)
		if err != nil {
			return err
		}
		view = form(sheet, lead(r), at)
	}
	id, awaits := at.View, ""
	if at.Awaits != "" && !at.At.Before(p.born) && !p.once.Known(at.Awaits, p.Now()) {
		id, awaits = "", at.Awaits
	}
	return p.call(ctx, "views.update", func() error {
		_, err := p.quick.UpdateViewContext(ctx, view, awaits, "", id)
		for deadline := at.At.Add(ackLands); awaits != "" && refusedWith(err, "not_found") && p.Now().Before(deadline); {
			if !sleep(ctx, ackPoll) {
				return ctx.Err()
			}
			_, err = p.quick.UpdateViewContext(ctx, view, awaits, "", id)
		}
		if err == nil && awaits != "" {
			p.once.First(awaits, p.Now())
		}
		return err
	})
}

// What the acknowledgement of a form puts before the person takes effect some
// time after it was sent: what is put there too early would be overwritten by
// it. So the form has an external ID only from then on, by which it is waited
// for.
const (
	ackLands = 5 * time.Second
	ackPoll  = 100 * time.Millisecond
)

// sleep waits; false if ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func refusedWith(err error, code string) bool {
	var answer slackgo.SlackErrorResponse
	return errors.As(err, &answer) && answer.Err == code
}
