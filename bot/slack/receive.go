package slack

// What arrives, as the bot understands it.

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// What a person reads before the bot knows their language.
var (
	notMember = commands.Text{
		EN: "I register members of this workspace only.",
		ZH: "我只为本工作区的成员登记。",
	}
	notStored = commands.Text{
		EN: "I could not store what you sent, so nothing happened. Please send it again in a moment.",
		ZH: "刚才的消息没保存成功，什么都没做，请稍后再发一次。",
	}
)

func both(t commands.Text) string { return t.EN + "\n" + t.ZH }

// private answers a slash command in its acknowledgement, to the person alone.
func private(t commands.Text) any {
	return map[string]string{"response_type": slackgo.ResponseTypeEphemeral, "text": both(t)}
}

// command takes a slash command. Without words, or with “register” alone, the
// form opens: it is what takes the fewest taps.
func (p *Platform) command(a arrival, c slackgo.SlashCommand) {
	who, ok := p.of(c.TeamID, c.UserID)
	if !ok {
		p.Log.Warn("slash command of a stranger is refused", "team", c.TeamID)
		a.ack(private(notMember))
		return
	}
	at := place{Channel: c.ChannelID, URL: c.ResponseURL, Own: c.ChannelID == p.memory.direct(c.UserID)}
	p.memory.given(c.ResponseURL, a.at)
	text := strings.TrimSpace(c.Text)
	if text == "" {
		text = "register"
	}
	if bare(text) {
		at.Trigger = c.TriggerID
	}
	// A command is not sent again by Slack, and nobody sees that it got no
	// answer but by a time-out: say so.
	refuse := a
	a.refuse = func() { refuse.ack(private(notStored)) }
	p.say(a, who, at, dialog.Message{ID: "command/" + c.TriggerID, Text: text})
}

// event takes a message, a mention, or a look at the App home.
func (p *Platform) event(a arrival, e slackevents.EventsAPIEvent) {
	own, self := p.team()
	if own == "" {
		a.refuse() // it comes again
		return
	}
	switch ev := e.InnerEvent.Data.(type) {
	case *slackevents.MessageEvent:
		var blocks slackgo.Blocks
		if ev.Message != nil {
			blocks = ev.Message.Blocks
		}
		if ev.BotID != "" || ev.User == "" || ev.User == self || ev.ChannelType != "im" || !spoken[ev.SubType] {
			a.ack(nil) // the bot's own, somebody's edit, or not meant for it
			return
		}
		p.memory.remember(ev.User, ev.Channel)
		p.heard(a, cmp.Or(ev.UserTeam, e.TeamID), ev.User, place{Channel: ev.Channel, Own: true, Thread: ev.ThreadTimeStamp}, ev.TimeStamp, typed(ev.Text, blocks, self))
	case *slackevents.AppMentionEvent:
		if ev.BotID != "" || ev.User == self {
			a.ack(nil)
			return
		}
		// Outside a thread nothing that only one person sees is shown in one.
		at := place{Channel: ev.Channel, Thread: ev.ThreadTimeStamp, TS: ev.TimeStamp}
		p.heard(a, cmp.Or(ev.UserTeam, e.TeamID), ev.User, at, ev.TimeStamp, cmp.Or(strings.TrimSpace(typed(ev.Text, ev.Blocks, self)), "hello"))
	case *slackevents.AppHomeOpenedEvent:
		a.ack(nil) // nothing is lost if it stays unanswered: it is opened again
		if who, ok := p.of(e.TeamID, ev.User); ok && ev.Tab == "home" {
			p.asides.Go(lookWithin, func(ctx context.Context) { p.look(ctx, who) })
		}
	default:
		a.ack(nil)
	}
}

// spoken are the subtypes of messages that say something to the bot.
// Source: Slack, "message event", "Message subtypes".
var spoken = map[string]bool{"": true, "file_share": true, "me_message": true, "thread_broadcast": true}

// heard takes what a person typed.
func (p *Platform) heard(a arrival, team, user string, at place, ts, text string) {
	who, ok := p.of(team, user)
	if !ok {
		p.Log.Warn("message of a stranger is not answered", "team", team)
		a.ack(nil)
		return
	}
	// A mention may come as a message, too, and anything may come again: the
	// time stamp is the message's own ID.
	p.say(a, who, at, dialog.Message{ID: "message/" + at.Channel + "/" + ts, Text: text, Unread: text == ""})
}

// profileWithin bounds how long a profile is waited for while a form is open:
// Slack waits for 3 s.
const profileWithin = 1200 * time.Millisecond

// lookWithin bounds how long the App home waits for a profile.
const lookWithin = 5 * time.Second

// look shows a person's contacts in the App home.
func (p *Platform) look(ctx context.Context, who state.Person) {
	p.memory.lookedAt(who.User, p.Now())
	profile, err := p.Profile(ctx, who)
	known := &profile
	if err != nil {
		known = nil
		p.Log.Warn("profile could not be read, the App home is shown without", "person", who, "reason", err)
	}
	p.bot.Load().Look(who, dialog.Looked{To: place{Home: true}.address(), Profile: known, Language: commands.English}, nil)
}

// interaction takes clicks and forms.
func (p *Platform) interaction(a arrival, c slackgo.InteractionCallback) {
	who, ok := p.of(cmp.Or(c.User.TeamID, c.Team.ID), c.User.ID)
	if !ok || c.Team.ID != "" && c.Team.ID != who.Workspace {
		p.Log.Warn("interaction of a stranger is not answered", "team", c.Team.ID)
		a.ack(nil)
		return
	}
	switch c.Type {
	case slackgo.InteractionTypeBlockActions:
		p.click(a, who, c)
	case slackgo.InteractionTypeViewSubmission:
		p.submit(a, who, c)
	case slackgo.InteractionTypeViewClosed:
		_, at := p.viewPlace(who, c.View)
		at.View, at.At = "", a.at
		p.bot.Load().Leave(who, dialog.Left{ID: "close/" + c.View.ID + "/" + c.View.Hash, From: at.address()}, func(err error) {
			if err != nil {
				a.refuse()
				return
			}
			a.ack(nil)
		})
	default:
		a.ack(nil)
	}
}

// click takes a button: it says what stands for it.
func (p *Platform) click(a arrival, who state.Person, c slackgo.InteractionCallback) {
	if len(c.ActionCallback.BlockActions) == 0 {
		a.ack(nil)
		return
	}
	action := c.ActionCallback.BlockActions[0]
	// The bot posts in no direct message but its own with the person; there it may
	// still have answered a command, for their eyes only.
	own := strings.HasPrefix(c.Channel.ID, "D") && !c.Container.IsEphemeral
	at := place{Channel: c.Channel.ID, Own: own, Thread: c.Container.ThreadTs, URL: c.ResponseURL}
	p.memory.given(c.ResponseURL, a.at)
	switch {
	case c.View.Type == slackgo.VTModal:
		_, at = p.viewPlace(who, c.View)
		at.View = c.View.ID
	case c.View.Type == slackgo.VTHomeTab:
		at = place{}
	}
	m := dialog.Message{ID: "click/" + c.TriggerID}
	switch action.ActionID {
	case "refresh":
		a.ack(nil)
		p.asides.Go(lookWithin, func(ctx context.Context) { p.look(ctx, who) })
		return
	case "form":
		m.Choice, _ = strconv.ParseUint(action.Value, 10, 64)
		m.Text, at.Trigger, at.View = "register", c.TriggerID, ""
	default:
		var ok bool
		if m.Choice, m.Text, ok = parseValue(action.Value); !ok {
			a.ack(nil)
			return
		}
		if c.View.Type == slackgo.VTHomeTab {
			at.Trigger = c.TriggerID // “change” there leads to the form
		}
	}
	p.say(a, who, at, m)
}

// submit takes a form, or the button that sends a summary.
func (p *Platform) submit(a arrival, who state.Person, c slackgo.InteractionCallback) {
	value, at := p.viewPlace(who, c.View)
	// A form that was sent back with errors comes again with the same hash: only
	// the trigger tells one sending from the next.
	id := "view/" + c.View.ID + "/" + cmp.Or(c.TriggerID, c.View.Hash)
	at.View, at.Awaits, at.At = c.View.ID, "contactbot/"+id, a.at
	if c.View.CallbackID != "form" {
		reply, say, ok := parseValue(value)
		if !ok {
			a.ack(nil)
			return
		}
		acknowledge := a.ack
		a.ack = func(any) { acknowledge(waiting(at)) }
		p.say(a, who, at, dialog.Message{ID: id, Choice: reply, Text: say})
		return
	}
	in := dialog.Filled{
		ID: id, Values: values(c.View.State), From: at.address(), Language: commands.English,
	}
	fill := func() {
		if profile, stranger := p.people.Known(who.User, p.Now()); !stranger {
			in.Profile = &profile
		}
		p.bot.Load().Fill(who, in, func(problems []dialog.Problem, err error) {
			switch {
			case err != nil:
				a.ack(slackgo.NewErrorsViewSubmissionResponse(map[string]string{firstField(c.View): both(notStored)}))
			case len(problems) > 0:
				a.ack(slackgo.NewErrorsViewSubmissionResponse(reasons(c.View, problems, commands.Language(at.Lang))))
			default:
				a.ack(waiting(at))
			}
		})
	}
	if _, stranger := p.people.Known(who.User, p.Now()); !stranger {
		fill()
		return
	}
	// Whether they are still a member is asked first, as long as Slack waits.
	if !p.asides.Go(profileWithin, func(ctx context.Context) { defer fill(); _, _ = p.Profile(ctx, who) }) {
		a.refuse()
	}
}

// reasons are what is wrong with a form, at the inputs that it has: Slack takes
// no errors at others.
func reasons(v slackgo.View, problems []dialog.Problem, language commands.Language) map[string]string {
	at := map[string]string{}
	for _, problem := range problems {
		block, reason := problem.Field, problem.Reason
		if !hasInput(v, block) {
			block, reason = firstField(v), bot.Label(problem.Label, language)+problem.Reason
		}
		if at[block] != "" {
			reason = at[block] + "\n" + reason
		}
		at[block] = reason
	}
	return at
}

func hasInput(v slackgo.View, id string) bool {
	return slices.ContainsFunc(v.Blocks.BlockSet, func(b slackgo.Block) bool {
		input, ok := b.(*slackgo.InputBlock)
		return ok && input.BlockID == id
	})
}

// waiting is what stands in the view until the bot's answer does.
func waiting(at place) any {
	view := panel(state.Reply{
		Tone: state.Progress, Language: at.Lang, Parts: []state.Part{{Text: oneMoment.In(commands.Language(at.Lang))}},
	}, at)
	view.ExternalID = at.Awaits
	return slackgo.NewUpdateViewSubmissionResponse(&view)
}

// firstField is the block of a form that an error can be shown at.
func firstField(v slackgo.View) string {
	for _, b := range v.Blocks.BlockSet {
		if input, ok := b.(*slackgo.InputBlock); ok {
			return input.BlockID
		}
	}
	return commands.Fields()[0].Name
}

// metadata keeps the way back from a view: where it was asked for. It proves
// nothing: who submits a view is told by Slack.
func (p place) metadata(l commands.Language) string {
	text, err := json.Marshal(place{Channel: p.Channel, Own: p.Own, Thread: p.Thread, Lang: string(l)})
	if err != nil {
		panic(err) // of strings
	}
	return string(text)
}

// viewPlace is where a person's view was asked for. Somebody else's direct message
// is none, whatever the view says.
func (p *Platform) viewPlace(who state.Person, v slackgo.View) (value string, at place) {
	value, at = viewPlace(v)
	at.Own = at.Own && at.Channel == p.memory.direct(who.User)
	return value, at
}

// viewPlace reads what a view keeps: the value of its submit button, and where
// it was asked for.
func viewPlace(v slackgo.View) (value string, at place) {
	var meta viewMeta
	rest := v.PrivateMetadata
	if json.Unmarshal([]byte(rest), &meta) == nil && meta.Rest != "" {
		value, rest = meta.Value, meta.Rest
	}
	_ = json.Unmarshal([]byte(rest), &at)
	return value, place{Channel: at.Channel, Own: at.Own, Thread: at.Thread, Lang: at.Lang}
}
