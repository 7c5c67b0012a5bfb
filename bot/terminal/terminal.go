// Package terminal is the platform of one person at a terminal, or at the other
// end of a pipe.
package terminal

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ergochat/readline"
	"golang.org/x/term"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// Name is the platform's name in people's keys.
const Name = "terminal"

// A Terminal shows replies and reads what the person types.
type Terminal struct {
	Person   state.Person
	Language commands.Language // spoken until the person's own is known

	in, out *os.File
	style   style
	screen  bool // out is a terminal
	echo    bool // input does not show by itself

	mu   sync.Mutex
	line *readline.Instance // the line editor, while a person types into it
	last commands.Language  // of the last reply
}

// Options are the ends of a conversation.
type Options struct {
	In       *os.File
	Out      *os.File
	Person   state.Person
	Language commands.Language // of the person's surroundings; empty: unknown
	Colour   bool              // colours are wanted where Out is a terminal
}

// New returns a terminal. It edits lines if both ends are a terminal, and else
// reads line by line.
func New(o Options) *Terminal {
	t := &Terminal{in: o.In, out: o.Out, Person: o.Person, Language: o.Language}
	t.screen = term.IsTerminal(int(o.Out.Fd()))
	if t.screen && o.Colour {
		t.style = colours
	}
	t.echo = !t.screen || !term.IsTerminal(int(o.In.Fd()))
	return t
}

// columns is how wide the screen is just now; 0: as wide as it takes.
func (t *Terminal) columns() int {
	if !t.screen {
		return 0
	}
	columns, _, err := term.GetSize(int(t.out.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// Name implements bot.Platform.
func (t *Terminal) Name() string { return Name }

// Deliver shows a reply. Somebody else's is left for when they sit here.
func (t *Terminal) Deliver(_ context.Context, p state.Person, r state.Reply) error {
	if p != t.Person {
		return bot.ErrAway
	}
	text := render(r, t.style, t.columns())
	if r.Tone != state.Progress {
		text += "\n" // what follows a progress line belongs to it
	}
	t.mu.Lock()
	t.last = commands.Language(r.Language)
	t.mu.Unlock()
	return t.write(text)
}

// Notice shows a line that is not the bot's, such as what the simulator sends.
func (t *Terminal) Notice(text string) error {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(t.style.paint(t.style.dim, safe(line)) + "\n")
	}
	return t.write(b.String())
}

func (t *Terminal) write(text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.line != nil {
		_, err := t.line.Write([]byte(text))
		return err
	}
	_, err := io.WriteString(t.out, text)
	return err
}

// Run talks until the input ends, then waits for what is under way.
func (t *Terminal) Run(ctx context.Context, b *bot.Bot) error {
	if err := t.open(ctx, b); err != nil {
		return err
	}
	read := t.lines
	if !t.echo {
		read = t.edit
	}
	if err := read(ctx, b); err != nil {
		return err
	}
	return t.finish(ctx, b)
}

func (t *Terminal) open(ctx context.Context, b *bot.Bot) error {
	saved := make(chan error, 1)
	b.Open(t.Person, dialog.Opened{From: t.here(), Member: true, Language: t.Language}, func(err error) { saved <- err })
	if err := <-saved; err != nil {
		return fmt.Errorf("begin the conversation: %w", err)
	}
	return nil
}

// here is the address of the only place there is.
func (t *Terminal) here() state.Address { return state.Address{Private: true, Where: "terminal"} }

// hear hands a line to the bot and waits until it is stored.
func (t *Terminal) hear(b *bot.Bot, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	saved := make(chan error, 1)
	b.Take(t.Person, dialog.Message{Text: line, From: t.here(), Member: true, Language: t.Language}, func(err error) { saved <- err })
	if err := <-saved; err != nil {
		return t.write(t.style.paint(t.style.failure, "✗ "+safe(fmt.Sprintf(notStored.In(t.Spoken()), err))) + "\n")
	}
	return nil
}

// leavePatience is how long somebody who leaves waits for what is under way: the
// usual call takes less. What is not done then goes on the next time.
const leavePatience = 3 * time.Second

// finish ends the conversation. At the end of a pipe it waits for what is under
// way; a person at a terminal who leaves, or a signal, is not kept waiting.
func (t *Terminal) finish(ctx context.Context, b *bot.Bot) error {
	switch {
	case ctx.Err() != nil:
	case t.echo:
		if err := t.settle(ctx, b); err != nil {
			return err
		}
	default:
		patient, cancel := context.WithTimeout(ctx, leavePatience)
		defer cancel()
		if err := b.Settled(patient, t.Person); err != nil && patient.Err() == nil {
			return err
		}
	}
	r, err := b.Store.Request(context.WithoutCancel(ctx), t.Person)
	if err != nil {
		return err
	}
	l := commands.Language(cmp.Or(r.Language, r.Spoken))
	switch r.Phase {
	case state.Idle:
		return nil
	case state.Asking, state.Confirming:
		return t.Notice(unfinished.In(l))
	case state.Leaving:
		if r.Draft.Name == "" { // it is asked which
			return t.Notice(undeletedWhich.In(l))
		}
		return t.Notice(fmt.Sprintf(undeleted.In(l), r.Draft.Name))
	case state.Checking, state.Queued, state.Sending:
		return t.Notice(fmt.Sprintf(unsent.In(l), r.Draft.Name))
	case state.Removing:
		return t.Notice(fmt.Sprintf(deleting.In(l), r.Draft.Name))
	default:
		panic("terminal: unknown phase " + string(r.Phase))
	}
}

// settle waits until nothing is under way, and says so once if that takes long.
func (t *Terminal) settle(ctx context.Context, b *bot.Bot) error {
	soon, cancel := context.WithTimeout(ctx, leavePatience)
	defer cancel()
	err := b.Settled(soon, t.Person)
	if err == nil || soon.Err() == nil {
		return err
	}
	if ctx.Err() == nil {
		if err := t.Notice(waiting.In(t.Spoken())); err != nil {
			return err
		}
		err = b.Settled(ctx, t.Person)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Spoken is the language of the last reply.
func (t *Terminal) Spoken() commands.Language {
	t.mu.Lock()
	defer t.mu.Unlock()
	return cmp.Or(t.last, t.Language)
}

var (
	unfinished = commands.Text{
		EN: "Your registration is kept: start the chat again to go on with it.",
		ZH: "已填的内容都保存了，下次打开可以接着填。",
	}
	unsent = commands.Text{
		EN: "%s is not sent yet. It is kept: start the chat again and I go on trying.",
		ZH: "%s 还没有提交成功。内容已保存，下次打开会继续重试。",
	}
	undeletedWhich = commands.Text{
		EN: "Nothing is deleted: I still want to know which contact. Start the chat again to go on.",
		ZH: "还没有删除，要先选是哪个联系人，下次打开可以接着选。",
	}
	undeleted = commands.Text{
		EN: "%s is not deleted: that still waits for your “yes”. Start the chat again to go on.",
		ZH: "%s 还没有删除，要等你确认，下次打开可以接着确认。",
	}
	deleting = commands.Text{
		EN: "%s is being deleted: the next start tells how it ended.",
		ZH: "正在删除 %s，下次打开会告诉你结果。",
	}
	waiting = commands.Text{
		EN: "Waiting for CloudMonitor. Ctrl-C leaves; nothing is lost.",
		ZH: "正在等云监控的结果。按 Ctrl-C 可以先退出，内容不会丢。",
	}
	notStored = commands.Text{
		EN: "Not stored: %v. Mend that, then type this line again; nothing else is lost.",
		ZH: "没能保存：%v。处理好后请把这一行再发一次，其他内容不会丢。",
	}
)
