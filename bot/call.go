package bot

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// maxMine is how many of a person's contacts are listed.
const maxMine = 50

// call carries a task out and brings the result to the person's lane.
func (b *Bot) call(p state.Person, t state.Task, release func()) {
	b.calm()
	b.Log.Debug("call begins", "task", string(t.Kind), "person", p, "try", t.Tries)
	ctx, cancel := context.WithTimeout(b.work, b.Timeout)
	start := b.Now()
	result := b.carryOut(ctx, p, t)
	cancel()
	if release != nil {
		release()
	}
	if b.work.Err() != nil {
		return // cut off by the shutdown: the lease tells the next process
	}
	took := b.Now().Sub(start)
	b.logCall(p, t, result, took)
	b.Metrics.call(t.Kind, result.Err, took)
	b.report(p, t, result)
}

// report brings a result to the person's lane until it is stored, or the lease
// is over and somebody else takes the task.
func (b *Bot) report(p state.Person, t state.Task, result dialog.Result) {
	b.enqueue(p, work{in: result, done: func(_ dialog.Effects, err error) {
		if err != nil && b.Now().Before(t.Lease) {
			b.wg.Go(func() {
				if b.pause(saveAgain) {
					b.report(p, t, result)
				}
			})
		}
	}})
}

// carryOut makes a call. A mistake in it must not take everybody's conversations
// down; what it panicked with is not logged: it may quote the person.
func (b *Bot) carryOut(ctx context.Context, p state.Person, t state.Task) (result dialog.Result) {
	defer func() {
		if recover() != nil {
			b.Log.Error("call panicked", "task", string(t.Kind), "person", p, "stack", string(debug.Stack()))
			result = dialog.Result{Task: t.ID, Err: &cloudmonitor.Error{
				Action: string(t.Kind), Uncertain: t.Kind == state.Put || t.Kind == state.Delete, Err: errMistake,
			}}
		}
	}()
	result.Task = t.ID
	var err error
	switch t.Kind {
	case state.Lookup:
		result.Contact, result.Found, err = b.CloudMonitor.Lookup(ctx, t.Contact.Name)
		result.Err = asError("DescribeContactList", err)
	case state.Put:
		b.put(ctx, t, &result)
	case state.Delete:
		result.RequestID, err = b.CloudMonitor.DeleteContact(ctx, t.Contact.Name)
		result.Err = asError("DeleteContact", err)
	case state.Mine:
		result.Mine, result.More, err = b.mine(ctx, p)
		result.Err = asError("DescribeContactList", err)
	case state.Meet:
		result.Profile, result.Never, result.After = b.meet(ctx, p)
	default:
		panic("bot: unknown kind of task " + string(t.Kind))
	}
	return result
}

// put makes a PutContact; after one that may have been carried out only if a look
// shows that all is as it was before.
func (b *Bot) put(ctx context.Context, t state.Task, result *dialog.Result) {
	if t.Look && !b.Rules.NoLookup {
		listed, found, err := b.CloudMonitor.Lookup(ctx, t.Contact.Name)
		if err != nil {
			e := *asError("DescribeContactList", err)
			e.Temporary, e.Uncertain = true, false // it could be asked before
			result.Err = &e
			return
		}
		if *result = dialog.Judge(t, listed, found); !result.Undone {
			return
		}
	}
	var err error
	result.RequestID, err = b.CloudMonitor.PutContact(ctx, t.Contact)
	result.Err = asError("PutContact", err)
}

// meetWithin is how long a stranger waits for an answer until their platform
// has said who they are. It leaves time to open a form, which Slack allows for
// 3 s after the command.
const meetWithin = 1200 * time.Millisecond

// meet asks the platform who a person is; nil: it does not say now, or never.
func (b *Bot) meet(ctx context.Context, p state.Person) (known *commands.Profile, never bool, after time.Duration) {
	who, ok := b.platforms[p.Platform].(Introducer)
	if !ok {
		return nil, true, 0
	}
	ctx, cancel := context.WithTimeout(ctx, meetWithin)
	defer cancel()
	profile, err := who.Profile(ctx, p)
	if err != nil {
		b.Log.Warn("profile could not be read", "person", p, "err", err)
		if later, ok := errors.AsType[*LaterError](err); ok {
			after = later.After
		}
		return nil, errors.Is(err, ErrNoProfiles), after
	}
	return &profile, false, 0
}

// mine looks a person's contacts up; more are so many that it does not.
func (b *Bot) mine(ctx context.Context, p state.Person) (mine []dialog.Mine, more int, err error) {
	names, err := b.Store.Owned(ctx, p)
	if err != nil {
		return nil, 0, err
	}
	more = max(0, len(names)-maxMine)
	for _, name := range names[:len(names)-more] {
		claim, err := b.Store.Registration(ctx, name)
		if err != nil {
			return nil, 0, err
		}
		if b.Rules.NoLookup {
			mine = append(mine, dialog.Mine{Name: name, Settled: !claim.Settled.IsZero(), Unlooked: true})
			continue
		}
		c, found, err := b.CloudMonitor.Lookup(ctx, name)
		mine = append(mine, dialog.Mine{
			Name: name, Settled: !claim.Settled.IsZero(), Found: found, Contact: c, Err: asError("DescribeContactList", err),
		})
	}
	return mine, more, nil
}

// asError makes every failure one that the dialog can explain. What is not an
// answer of CloudMonitor (no credentials, say) may pass, and is tried again.
func asError(action string, err error) *cloudmonitor.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*cloudmonitor.Error](err); ok {
		return e
	}
	return &cloudmonitor.Error{Action: action, Temporary: true, Err: err}
}

func (b *Bot) logCall(p state.Person, t state.Task, r dialog.Result, took time.Duration) {
	if r.Err != nil {
		b.Log.Warn("call failed", "task", string(t.Kind), "person", p, "try", t.Tries, "took", took, "err", r.Err)
		return
	}
	b.Log.Info("call succeeded", "task", string(t.Kind), "person", p, "try", t.Tries, "took", took, "request_id", r.RequestID)
}
