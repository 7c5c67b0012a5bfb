package dialog

// Unregistering: a contact is deleted after its owner has said yes.

import (
	"slices"
	"strings"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

var (
	askRemove      = commands.Text{EN: "Delete the alert contact %s from CloudMonitor? It then gets no alerts any more, and is taken out of its contact groups.", ZH: "确定删除报警联系人 %s 吗？删除后收不到报警，也会从报警联系组中移除。"}
	whichRemove    = commands.Text{EN: "Which contact shall I delete?", ZH: "要删除哪个联系人？"}
	removingNow    = commands.Text{EN: "Deleting %s …", ZH: "正在删除 %s……"}
	removedText    = commands.Text{EN: "%s is deleted and gets no alerts any more.", ZH: "%s 已删除，不再接收报警。"}
	removedBefore  = commands.Text{EN: "CloudMonitor did not have %s any more; now I have forgotten it, too.", ZH: "云监控里已经没有 %s，我这边也清除了。"}
	notRemoved     = commands.Text{EN: "%s stays as it is.", ZH: "好的，%s 保持不变。"}
	mayNotRemove   = commands.Text{EN: "I am not allowed to delete contacts: the permission cms:DeleteContact is missing. %s stays as it is; please ask the people who manage your Alibaba Cloud account.", ZH: "我没有删除联系人的权限（缺少 cms:DeleteContact），%s 保持不变。请联系管理阿里云账号的同事。"}
	removeFailed   = commands.Text{EN: "%s could not be deleted.", ZH: "%s 没能删除。"}
	notYours       = commands.Text{EN: "%s is not among your contacts. “me” lists them.", ZH: "%s 不是你登记的联系人。发“我的”可以查看。"}
	reallyRemove   = commands.Text{EN: "delete it", ZH: "确认删除"}
	nothingRemoved = commands.Text{EN: "All right, nothing is deleted.", ZH: "好的，什么都没删。"}
	finishFirst    = commands.Text{EN: "Finish what is under way first, or “cancel” it; then unregister.", ZH: "先完成或取消当前的登记，再来注销。"}
	sayRemove      = commands.Text{EN: "unregister %s", ZH: "注销 %s"}
	removeLabel    = commands.Text{EN: "delete %s", ZH: "删除 %s"}
)

// unregister asks whether a contact is to be deleted, or which.
func (s *step) unregister(cmd commands.Command) {
	switch {
	case s.r.Phase == state.Removing:
		s.whereWeStand()
		return
	case s.r.Phase != state.Idle && s.r.Phase != state.Leaving:
		s.say(finishFirst)
		s.whereWeStand()
		return
	case !s.known.HasOwned:
		s.fx.Wants.Owned = true // it is decided again
		return
	}
	name := cmd.Rest
	for _, v := range cmd.Values {
		if isName(v.Field) {
			name = v.Text
		}
	}
	mine := s.known.Owned
	at := slices.IndexFunc(mine, func(m string) bool { return strings.EqualFold(m, name) })
	switch {
	case name == "" && len(mine) == 0:
		s.reply(state.Plain, s.text(noneMine)).Choices = []state.Choice{s.primary(sayRegister)}
	case name == "" && len(mine) > 1:
		s.askWhich(mine)
	case name == "":
		s.askRemoval(mine[0])
	case at >= 0:
		s.askRemoval(mine[at])
	case s.admin:
		claim, ok := s.known.Claims[name]
		if !ok {
			s.fx.Wants.Claim = name // it is decided again
			return
		}
		if claim.Exists() {
			name = claim.Contact // as it was registered
		}
		s.askRemoval(name)
	default:
		s.fx.Event = Foreign
		s.denied(state.Outcome{Action: "remove", Result: "foreign", Contact: clipped(name)})
		if s.r.Phase == state.Leaving {
			s.say(notYours, clipped(name))
			s.askLeave()
			return
		}
		s.reply(state.Plain, s.text(notYours, clipped(name))).Choices = []state.Choice{s.choice(sayMe)}
	}
}

// clipped is a name as long as names can be.
func clipped(name string) string {
	r := []rune(name)
	return string(r[:min(len(r), 40)])
}

func (s *step) askWhich(mine []string) {
	s.reset()
	s.r.Begun, s.r.First = s.now, s.r.ReplyID+1
	s.r.Phase = state.Leaving
	var choices []state.Choice
	for _, name := range mine[:min(len(mine), maxChanges)] {
		choices = append(choices, state.Choice{Label: s.words(removeLabel, name), Say: s.words(sayRemove, name)})
	}
	s.asks(s.reply(state.Question, s.text(whichRemove)), append(choices, s.choice(sayCancel))...)
}

func (s *step) askRemoval(name string) {
	s.reset()
	s.r.Begun, s.r.First = s.now, s.r.ReplyID+1
	s.r.Phase, s.r.Draft = state.Leaving, cloudmonitor.Contact{Name: name}
	s.askLeave()
}

func (s *step) askLeave() {
	if s.r.Draft.Name == "" {
		if !s.known.HasOwned {
			s.fx.Wants.Owned = true // it is decided again
			return
		}
		s.askWhich(s.known.Owned)
		return
	}
	yes := state.Choice{Label: s.words(reallyRemove), Say: s.words(sayYes), Primary: true}
	s.asks(s.reply(state.Question, s.text(askRemove, s.r.Draft.Name)), yes, s.choice(sayCancel))
}

// hearLeaving takes the answer.
func (s *step) hearLeaving(cmd commands.Command) {
	if s.r.Draft.Name == "" && cmd.Verb == commands.None { // it answers which
		s.unregister(cmd)
		return
	}
	if s.r.Draft.Name == "" && cmd.Verb == commands.Yes {
		s.askLeave()
		return
	}
	switch cmd.Verb {
	case commands.Yes:
		s.r.Phase = state.Removing
		s.add(state.Task{Kind: state.Delete, Contact: cloudmonitor.Contact{Name: s.r.Draft.Name}})
		s.reply(state.Progress, s.text(removingNow, s.r.Draft.Name))
	case commands.No, commands.Back:
		s.stay()
	default:
		s.say(notUnderstood)
		s.askLeave()
	}
}

// stay ends the matter without a deletion.
func (s *step) stay() {
	name := s.r.Draft.Name
	s.reset()
	if name == "" {
		s.reply(state.Plain, s.text(nothingRemoved)).Choices = []state.Choice{s.choice(sayMe)}
		return
	}
	s.reply(state.Plain, s.text(notRemoved, name)).Choices = []state.Choice{s.choice(sayMe)}
}

// removed goes on with how a DeleteContact ended.
func (s *step) removed(t *state.Task, in Result) {
	if in.Err != nil && s.again(t, in.Err) {
		s.explainWait(t, busy)
		return
	}
	name := t.Contact.Name
	o := s.byWhom(state.Outcome{Action: "remove", Result: "done", Contact: name, RequestID: in.RequestID})
	gone := in.Err != nil && in.Err.Status == 404
	s.dropTasks(state.Delete)
	s.reset()
	if in.Err == nil || gone {
		if c := in.Claim; c.Exists() && (c.Owner == s.r.Person || s.admin) && c.Contact == name {
			s.fx.Claims = append(s.fx.Claims, state.Claim{Registration: in.Claim, Drop: true})
		}
		s.fx.Event = Removed
		s.outcome(o)
		said := removedText
		if gone {
			said = removedBefore
		}
		s.reply(state.Success, s.text(said, name)).Choices = []state.Choice{s.choice(sayRegister)}
		return
	}
	o.Result, o.Code, o.RequestID = "refused", in.Err.Code, in.Err.RequestID
	s.fx.Event = Refused
	if in.Err.Temporary {
		o.Result, s.fx.Event = "gave_up", GaveUp
	}
	s.outcome(o)
	parts := []state.Part{s.text(removeFailed, name), s.text(cause(in.Err))}
	if in.Err.Status == 403 {
		parts = []state.Part{s.text(mayNotRemove, name)}
	}
	if v := s.verbatim(in.Err, s.r.Home); v != "" {
		parts = append(parts, state.Part{Verbatim: v})
	}
	s.reply(state.Failure, parts...).Choices = []state.Choice{s.choice(sayMe)}
}
