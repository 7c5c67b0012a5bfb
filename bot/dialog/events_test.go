package dialog_test

// What happens around a conversation, as the lines of transcripts say it.

import (
	"strconv"
	"strings"
	"time"

	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// happens does what a "*" line says.
func (w *world) happens(words []string) {
	w.t.Helper()
	switch words[0] {
	case "pass": // pass 1h
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.pass(d)
	case "exists": // exists name=Alice mail=…: CloudMonitor holds the contact
		cmd := commands.Parse(strings.Join(words[1:], " "))
		if len(cmd.Problems) > 0 {
			w.t.Fatal(cmd.Problems[0])
		}
		var c cloudmonitor.Contact
		for _, v := range cmd.Values {
			*v.Field.Of(&c) = v.Text
		}
		w.contacts[c.Name] = cloudmonitor.Listed{Contact: c, State: cloudmonitor.States{Mail: cloudmonitor.OK}, Groups: []string{"oncall"}}
	case "owned": // owned Alice U2: the contact is that user's
		owner := w.me
		owner.User = words[2]
		w.claims[strings.ToLower(words[1])] = state.Registration{
			Contact: words[1], Owner: owner, Claimed: w.now, Settled: w.now, Revision: 1,
		}
	case "fails": // fails PutContact Throttling.User 400 [message…]: the next call does
		w.faults = append(w.faults, w.fault(words[1], words[2], words[3], strings.Join(words[4:], " ")))
	case "lost": // lost PutContact: carried out, but the answer is lost
		f := w.fault(words[1], "", "0", "")
		f.err.Temporary, f.err.Uncertain, f.did = true, true, true
		w.faults = append(w.faults, f)
	case "dropped": // dropped PutContact: it came to nothing, but nobody says so
		f := w.fault(words[1], "", "0", "")
		f.err.Temporary, f.err.Uncertain = true, true
		w.faults = append(w.faults, f)
	case "down": // every call fails until CloudMonitor is up
		w.down = true
		w.note("CloudMonitor is down")
	case "up":
		w.down = false
	case "hang": // calls are not answered
		w.hanging = true
	case "answer": // they are
		w.hanging = false
		pending := w.pending
		w.pending = nil
		for _, t := range pending {
			w.input(w.call(t))
		}
		w.settle()
	case "crash": // crash before|after CloudMonitor carried it out
		w.crash(words[1] == "after")
	case "again": // the last message is delivered again
		w.deliverMessage("whatever", strconv.Itoa(w.messages))
	case "public":
		w.from = state.Address{Where: "group"}
	case "private":
		w.from = state.Address{Private: true, Where: "direct message"}
	case "allow": // allow slack:T1/C1: only what is listed is served
		entries, err := dialog.ParseEntries(strings.Join(words[1:], ","))
		if err != nil {
			w.t.Fatal(err)
		}
		w.rules.Access.Allow = entries
	case "room": // room C1: where the person is
		w.from.Room = words[1]
	case "guest": // the person is one
		w.profile.Guest = true
	case "unsure": // it is not known whether the person is a member
		w.unsure = true
	case "user": // user U2: somebody else writes
		w.me.User = words[1]
	case "nolookup": // CloudMonitor cannot be asked which contacts exist
		w.rules.NoLookup = true
	case "profile": // profile Alice_Chen alice@example.com en-US verified
		w.profile = commands.Profile{Name: strings.ReplaceAll(words[1], "_", " "), Mail: words[2], Locale: words[3], MailVerified: len(words) > 4}
	case "stranger": // what the platform knows of the person it has to find out
		w.stranger = true
	case "picture": // the person sends a picture
		w.messages++
		w.input(dialog.Message{
			ID: strconv.Itoa(w.messages), Unread: true, From: w.from, Profile: w.profile, Stranger: w.stranger, Language: w.speaks,
		})
		w.settle()
	case "fill": // fill name=Alice; mail=…: the form is changed and sent
		w.fills(strings.Join(words[1:], " "))
	case "form": // the form is opened
		w.form()
	case "close": // the form is closed
		w.messages++
		w.input(dialog.Left{ID: strconv.Itoa(w.messages), From: w.from})
		w.settle()
	case "look": // the person looks at their contacts elsewhere
		known := w.profile
		known.Member = w.member()
		w.input(dialog.Looked{To: state.Address{Private: true, Where: "home", Bound: true}, Profile: &known, Language: w.speaks})
		w.settle()
	case "choose": // choose 2 skip: a choice of the second reply
		reply, err := strconv.ParseUint(words[1], 10, 64)
		if err != nil {
			w.t.Fatal(err)
		}
		w.chooses(reply, strings.Join(words[2:], " "))
	case "admin":
		w.rules.Access.Admins = []dialog.Entry{{Platform: w.me.Platform, Workspace: w.me.Workspace, ID: w.me.User}}
	case "platform": // platform zh: what is spoken there
		w.speaks = commands.Language(words[1])
	case "open":
		w.input(dialog.Opened{From: w.from, Profile: w.profile, Member: w.member(), Language: w.speaks})
	default:
		w.t.Fatalf("nobody knows what %q means", words[0])
	}
}

func (w *world) fault(action, code, status, message string) fault {
	kind := map[string]state.TaskKind{"PutContact": state.Put, "DescribeContactList": state.Lookup, "DeleteContact": state.Delete}[action]
	http, err := strconv.Atoi(status)
	if err != nil || kind == "" {
		w.t.Fatalf("fault of %s with status %s", action, status)
	}
	temporary := strings.HasPrefix(code, "Throttling") || http >= 500
	return fault{task: kind, err: &cloudmonitor.Error{
		Action: action, Status: http, Code: code, Message: message, RequestID: "7F3E-REFUSED", Temporary: temporary,
	}}
}
