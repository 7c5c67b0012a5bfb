package dialog_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// A world is all that surrounds a conversation, in memory and without a clock
// of its own: the store, CloudMonitor, the platform. It does what package bot
// does, one thing after the other.
type world struct {
	t     testing.TB
	rules dialog.Rules
	now   time.Time
	out   strings.Builder

	me       state.Person
	from     state.Address
	profile  commands.Profile
	unsure   bool // the platform does not vouch for the person being a member
	speaks   commands.Language
	messages int

	stored   map[state.Person]state.Request
	claims   map[string]state.Registration
	spent    map[state.Channel]state.Allowance
	contacts map[string]cloudmonitor.Listed
	puts     []cloudmonitor.Contact // what arrived, in order
	called   map[string]bool        // names for which PutContact was called, whatever became of it

	faults   []fault
	stranger bool         // the platform has to find out who the person is
	hanging  bool         // calls do not come back
	pending  []state.Task // calls that hang, or whose holder died
	down     bool         // calls fail
	quiet    bool         // nothing is printed
	check    *invariants
}

type fault struct {
	task state.TaskKind
	err  *cloudmonitor.Error
	did  bool // it was carried out all the same
}

func newWorld(t testing.TB) *world {
	return &world{
		t:        t,
		now:      time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC),
		me:       state.Person{Platform: "slack", Workspace: "T1", User: "U1"},
		from:     state.Address{Private: true, Where: "direct message"},
		stored:   map[state.Person]state.Request{},
		claims:   map[string]state.Registration{},
		contacts: map[string]cloudmonitor.Listed{},
		called:   map[string]bool{},
		spent:    map[state.Channel]state.Allowance{},
	}
}

func (w *world) member() bool { return !w.unsure && !w.profile.Guest }

func (w *world) says(text string) {
	w.messages++
	w.deliverMessage(text, strconv.Itoa(w.messages))
}

func (w *world) deliverMessage(text, id string) {
	m := dialog.Message{ID: id, Text: text, From: w.from, Profile: w.profile, Member: w.member(), Language: w.speaks}
	if w.stranger {
		m.Stranger, m.Profile, m.Member = true, commands.Profile{}, false
	}
	w.input(m)
	w.settle()
}

// chooses picks a choice of a reply, which may have been answered before.
func (w *world) chooses(reply uint64, text string) {
	w.messages++
	w.input(dialog.Message{
		ID: strconv.Itoa(w.messages), Text: text, From: w.from, Profile: w.profile, Member: w.member(), Language: w.speaks, Choice: reply,
	})
	w.settle()
}

// fills sends the form: what it shows, with some values changed.
func (w *world) fills(text string) {
	w.messages++
	values := map[string]string{}
	for _, row := range w.rules.Sheet(w.stored[w.me]).Rows {
		values[row.Field.Name] = row.Value
	}
	for field := range strings.SplitSeq(text, "; ") {
		name, value, _ := strings.Cut(field, "=")
		values[name] = value
	}
	fx := w.input(dialog.Filled{ID: strconv.Itoa(w.messages), Values: values, From: w.from, Language: w.speaks})
	for _, p := range fx.Problems {
		w.note("at %s: %s", p.Field, p.Reason)
	}
	w.settle()
}

// form shows the form as it is now.
func (w *world) form() {
	sheet := w.rules.Sheet(w.stored[w.me])
	w.line("< [form] " + sheet.Title)
	w.line("<   " + sheet.Intro)
	for _, row := range sheet.Rows {
		mark := map[bool]string{true: "*"}[row.Required]
		w.line("<     " + row.Label + mark + ": [" + row.Value + "] (" + row.Hint + ")")
	}
	w.line("<   [" + sheet.Submit + "] [" + sheet.Close + "]")
}

// input steps, saves, and shows the replies as delivered.
func (w *world) input(in dialog.Input) dialog.Effects {
	w.t.Helper()
	r := w.stored[w.me]
	r.Person = w.me
	claim := w.claims[strings.ToLower(r.Draft.Name)]
	switch v := in.(type) {
	case dialog.Message:
		v.Claim = claim
		in = v
	case dialog.Filled:
		v.Claim = claim
		in = v
	case dialog.Result:
		v.Claim = claim
		in = v
	case dialog.Wake:
		v.Claim = claim
		in = v
	}
	next, fx := w.decide(r, in)
	if w.check != nil && !fx.Duplicate {
		w.check.step(r, next, in, fx, w.now)
	}
	if fx.Duplicate {
		w.note("taken before: nothing happens")
		return fx
	}
	for _, c := range fx.Claims {
		key := strings.ToLower(c.Contact)
		if w.claims[key].Revision != c.Revision {
			w.t.Fatalf("claim of %s at revision %d, stored is %d", c.Contact, c.Revision, w.claims[key].Revision)
		}
		if c.Drop {
			w.note("the claim to %s is given up", c.Contact)
			delete(w.claims, key)
			continue
		}
		if !c.Exists() {
			w.note("%s is claimed for %s", c.Contact, c.Owner)
		}
		c.Registration.Revision++
		w.claims[key] = c.Registration
	}
	next.Revision++
	w.stored[w.me] = next
	for _, reply := range next.Outbox {
		if !w.quiet {
			w.show(reply)
		}
	}
	if n := len(next.Outbox); n > 0 {
		next, _ = w.rules.Step(next, dialog.Delivered{Through: next.Outbox[n-1].ID}, w.now)
		w.stored[w.me] = next
	}
	if fx.Call != nil && fx.Call.Kind == state.Meet {
		if w.hanging {
			w.note("the platform does not answer who this is")
			w.pending = append(w.pending, *fx.Call)
			return fx
		}
		w.input(w.call(*fx.Call))
	}
	return fx
}

// decide decides with the facts that the decision turns out to need.
func (w *world) decide(r state.Request, in dialog.Input) (state.Request, dialog.Effects) {
	known := dialog.Known{Allowances: map[state.Channel]state.Allowance{}, Claims: map[string]state.Registration{}}
	for range 5 {
		next, fx := w.rules.StepKnowing(r, in, w.now, known)
		if fx.Wants.None() {
			for i, a := range fx.Allowances {
				if slices.ContainsFunc(fx.Allowances[:i], func(o state.Allowance) bool { return o.Channel == a.Channel }) {
					w.t.Fatal("a record is written twice: no store takes that")
				}
				w.spent[a.Channel] = a
			}
			return next, fx
		}
		for _, c := range fx.Wants.Channels {
			known.Allowances[c] = w.spent[c]
		}
		if fx.Wants.Claim != "" {
			known.Claims[fx.Wants.Claim] = w.claims[strings.ToLower(fx.Wants.Claim)]
		}
		if fx.Wants.Owned {
			known.Owned, known.HasOwned = w.owned(), true
		}
	}
	w.t.Fatal("a decision wants more and more")
	panic("unreachable")
}

// owned are the names of the person's contacts, in order.
func (w *world) owned() []string {
	var names []string
	for _, c := range w.claims {
		if c.Owner == w.me {
			names = append(names, c.Contact)
		}
	}
	slices.Sort(names)
	return names
}

func (w *world) note(format string, args ...any) {
	if !w.quiet {
		w.line("  - " + fmt.Sprintf(format, args...))
	}
}

// settle grants what waits its turn now, and lets CloudMonitor answer.
func (w *world) settle() {
	for range 100 {
		r := w.stored[w.me]
		i := slices.IndexFunc(r.Tasks, func(t state.Task) bool { return t.Lease.IsZero() && !t.After.After(w.now) })
		if i < 0 {
			return
		}
		fx := w.input(dialog.Wake{Grant: r.Tasks[i].Kind.Queue()})
		if fx.Call == nil {
			granted := r.Tasks[i].ID
			if again := w.stored[w.me]; again.Task(granted) != nil {
				w.t.Fatal("a task that waits its turn was granted and not called")
			}
			continue // it was overtaken
		}
		if fx.Call.Kind == state.Put {
			w.called[fx.Call.Contact.Name] = true
		}
		if w.hanging {
			w.note("CloudMonitor does not answer %s", w.named(*fx.Call))
			w.pending = append(w.pending, *fx.Call)
			return
		}
		w.input(w.call(*fx.Call))
	}
	w.t.Fatal("the conversation does not come to rest")
}

func (w *world) named(t state.Task) string {
	switch t.Kind {
	case state.Put:
		return "PutContact " + t.Contact.Name
	case state.Delete:
		return "DeleteContact " + t.Contact.Name
	}
	return strings.TrimSpace("DescribeContactList " + t.Contact.Name)
}

// call is CloudMonitor.
func (w *world) call(t state.Task) dialog.Result {
	result := dialog.Result{Task: t.ID}
	if w.down {
		result.Err = &cloudmonitor.Error{Action: "any", Status: 503, Code: "ServiceUnavailable", Temporary: true}
		return result
	}
	if t.Look { // before another try
		listed, found := w.contacts[t.Contact.Name]
		switch result = dialog.Judge(t, listed, found); {
		case result.Found:
			w.note("DescribeContactList %s: it was carried out", t.Contact.Name)
			return result
		case result.Changed:
			w.note("DescribeContactList %s: it is something else now", t.Contact.Name)
			return result
		}
		w.note("DescribeContactList %s: it was not carried out", t.Contact.Name)
	}
	if i := slices.IndexFunc(w.faults, func(f fault) bool { return f.task == t.Kind }); i >= 0 {
		f := w.faults[i]
		w.faults = slices.Delete(w.faults, i, i+1)
		if f.did {
			w.put(t.Contact)
		}
		w.note("%s fails: %s", w.named(t), f.err.Code)
		result.Err = f.err
		return result
	}
	switch t.Kind {
	case state.Meet:
		if w.profile != (commands.Profile{}) {
			known := w.profile
			known.Member = w.member()
			result.Profile = &known
		} else {
			result.Never = true
		}
		w.note("the platform is asked who this is: %s", cmp.Or(w.profile.Name, "unknown"))
	case state.Lookup:
		result.Contact, result.Found = w.contacts[t.Contact.Name]
		w.note("%s: %s", w.named(t), map[bool]string{true: "found", false: "not found"}[result.Found])
	case state.Put:
		w.put(t.Contact)
		result.RequestID = fmt.Sprintf("181C406E-%04d", len(w.puts))
	case state.Delete:
		w.note("%s", w.named(t))
		if _, ok := w.contacts[t.Contact.Name]; !ok {
			result.Err = &cloudmonitor.Error{Action: "DeleteContact", Status: 404, Code: "ContactNotExists"}
		}
		delete(w.contacts, t.Contact.Name)
		result.RequestID = "DE1E7E"
	case state.Mine:
		for _, name := range w.owned() {
			c, found := w.contacts[name]
			result.Mine = append(result.Mine, dialog.Mine{Name: name, Found: found, Contact: c, Settled: !w.claims[strings.ToLower(name)].Settled.IsZero()})
		}
	}
	return result
}

func (w *world) put(c cloudmonitor.Contact) {
	w.puts = append(w.puts, c)
	listed := cloudmonitor.Listed{Contact: c}
	old := w.contacts[c.Name]
	fresh := func(value, before string, state cloudmonitor.Activation) cloudmonitor.Activation {
		switch {
		case value == "":
			return ""
		case value == before && state != "":
			return state
		default:
			return cloudmonitor.Pending
		}
	}
	listed.State.SMS = fresh(c.Channels.SMS, old.Channels.SMS, old.State.SMS)
	listed.State.Mail = fresh(c.Channels.Mail, old.Channels.Mail, old.State.Mail)
	if c.Channels.DingWebHook != "" {
		listed.State.DingWebHook = cloudmonitor.OK
	}
	w.contacts[c.Name] = listed
	var sent []string
	for _, f := range commands.Fields() {
		if v := *f.Of(&c); v != "" {
			sent = append(sent, f.Param+"="+v)
		}
	}
	w.note("PutContact %s", strings.Join(sent, " "))
}

// pass lets time go by, and wakes the person whenever something is due.
func (w *world) pass(d time.Duration) {
	end := w.now.Add(d)
	for range 1000 {
		next := end
		r := w.stored[w.me]
		for _, due := range r.Dues() {
			if due.At.Before(next) {
				next = due.At
			}
		}
		if next.Equal(end) {
			w.now = end
			return
		}
		w.now = later(w.now, next)
		w.input(dialog.Wake{})
		w.settle()
	}
	w.t.Fatal("the conversation does not come to rest")
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// crash loses everything but what is stored. What CloudMonitor had been sent it
// may have carried out.
func (w *world) crash(did bool) {
	for _, t := range w.pending {
		if did && t.Kind == state.Put {
			w.put(t.Contact)
		}
	}
	w.pending, w.hanging = nil, false
	w.input(dialog.Wake{Void: w.now.Add(time.Nanosecond)})
	w.settle()
}
