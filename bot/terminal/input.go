package terminal

// What is typed: lines from a pipe, and lines edited at a keyboard.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ergochat/readline"

	"contactbot/bot"
)

// maxLine is how much of one line is taken, in bytes: more than the parser
// takes, so that it is the parser that says so.
const maxLine = 1 << 20

// lines reads line by line, each after the answer to the one before.
func (t *Terminal) lines(ctx context.Context, b *bot.Bot) error {
	read := make(chan input)
	go func() {
		r := bufio.NewReader(t.in)
		for {
			line, err := readLine(r)
			select {
			case read <- input{line, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for {
		if err := b.Quiet(ctx, t.Person); err != nil && ctx.Err() == nil {
			return err
		}
		var line string
		var err error
		select {
		case in := <-read:
			line, err = in.line, in.err
		case <-ctx.Done():
			return nil
		}
		if line != "" {
			if err := t.write("> " + excerpt(safe(line)) + "\n"); err != nil {
				return err
			}
			if leave(line) {
				return nil
			}
			if err := t.hear(b, line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the input: %w", err)
		}
	}
}

type input struct {
	line string
	err  error
}

func leave(line string) bool {
	return slices.Contains(leaves, strings.ToLower(strings.TrimSpace(line)))
}

// excerpt is the beginning of a text: an echo shows what was meant, no more.
func excerpt(text string) string {
	const most = 1000 // characters
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// readLine reads a line without its end. What is over maxLine is read over.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, more, err := r.ReadLine()
		if room := maxLine - len(line); len(part) > room {
			part = part[:room]
		}
		line = append(line, part...)
		if err != nil || !more {
			return string(line), err
		}
	}
}

// edit reads lines from a keyboard, with editing and a history that is never
// written anywhere.
func (t *Terminal) edit(ctx context.Context, b *bot.Bot) error {
	editor, err := readline.NewFromConfig(&readline.Config{
		Prompt: t.style.paint(t.style.label, "> "), HistoryLimit: 100,
		Stdin: t.in, Stdout: t.out, InterruptPrompt: "\n", EOFPrompt: "\n",
	})
	if err != nil {
		return fmt.Errorf("set up the terminal: %w", err)
	}
	t.attach(editor)
	defer func() {
		t.attach(nil)
		_ = editor.Close()
		_, _ = io.WriteString(t.out, "\n")
	}()
	typed := make(chan error, 1)
	go func() { typed <- t.keyboard(b, editor) }()
	select {
	case err := <-typed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func (t *Terminal) attach(editor *readline.Instance) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line = editor
}

// keyboard reads until Ctrl-C or Ctrl-D.
func (t *Terminal) keyboard(b *bot.Bot, editor *readline.Instance) error {
	for {
		line, err := editor.ReadLine()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, readline.ErrInterrupt):
			return nil
		case err != nil:
			return fmt.Errorf("read the terminal: %w", err)
		case leave(line):
			return nil
		}
		if err := t.hear(b, line); err != nil {
			return err
		}
	}
}

// leaves are the words that leave a terminal, as they do elsewhere. The form is
// kept; only cancel drops it.
var leaves = []string{"exit", "quit", "bye", ":q", "退出", "再见"}
