package bot_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// TestForm: a form's problems come back to whoever shows it, its good parts are
// kept, and it is sent once it is right.
func TestForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), nil)
		fill := func(id, mail string) (problems []dialog.Problem) {
			done := make(chan error, 1)
			h.bot.Fill(person("U1"), dialog.Filled{
				ID: id, From: state.Address{Private: true}, Language: commands.English, Profile: &commands.Profile{Member: true},
				Values: map[string]string{"name": "Alice", "description": "ECS", "mail": mail},
			}, func(p []dialog.Problem, err error) {
				problems = p
				done <- err
			})
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			return problems
		}
		if problems := fill("1", "alice@"); len(problems) != 1 || problems[0].Field != "mail" {
			t.Errorf("problems: %v", problems)
		}
		sheet, err := h.bot.Sheet(t.Context(), person("U1"))
		if err != nil || sheet.Rows[0].Value != "Alice" {
			t.Errorf("the form holds %+v, %v", sheet.Rows, err)
		}
		if problems := fill("2", "alice@example.com"); len(problems) > 0 {
			t.Errorf("problems: %v", problems)
		}
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || h.platform.told("U1", "registered") != 1 {
			t.Errorf("not registered: %v %q", err, h.platform.texts("U1"))
		}
		h.close()
	})
}

// introducer is a platform that knows people, after a while or not at all.
type introducer struct {
	*platform
	takes time.Duration
}

func (i *introducer) Profile(ctx context.Context, _ state.Person) (commands.Profile, error) {
	select {
	case <-time.After(i.takes):
		return commands.Profile{Member: true, Name: "王小明", Locale: "zh-CN"}, nil
	case <-ctx.Done():
		return commands.Profile{}, ctx.Err()
	}
}

// TestStranger: a stranger's message is stored before anybody is asked who they
// are, and answered even if that is not to be found out: they are not served then.
func TestStranger(t *testing.T) {
	for takes, want := range map[time.Duration]string{time.Second: "登记", time.Hour: "I cannot find out just now"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, memory(), func(o *bot.Options) {
				o.Platforms[0] = &introducer{o.Platforms[0].(*platform), takes}
			})
			start := time.Now()
			saved := make(chan error, 1)
			h.bot.Take(person("U1"), dialog.Message{
				ID: "1", Text: "register", Stranger: true, From: state.Address{Private: true}, Language: commands.English,
			}, func(err error) { saved <- err })
			if err := <-saved; err != nil || time.Since(start) > 0 {
				t.Errorf("stored after %v: %v", time.Since(start), err)
			}
			if err := h.bot.Settled(t.Context(), person("U1")); err != nil || h.platform.told("U1", want) != 1 {
				t.Errorf("%v: told %q, %v", takes, h.platform.texts("U1"), err)
			}
			within := 2 * time.Second
			if takes == time.Hour {
				within = 20 * time.Minute // the platform is asked again and again
				if h.platform.told("U1", "One moment, I am finding out") != 1 {
					t.Errorf("the wait is not explained: %q", h.platform.texts("U1"))
				}
			}
			if took := time.Since(start); took > within {
				t.Errorf("answered after %v", took)
			}
			h.close()
		})
	}
}

// limited is a platform that wants to be left alone at first.
type limited struct {
	*platform
	times int
}

func (l *limited) Deliver(ctx context.Context, p state.Person, r state.Reply) error {
	if l.times--; l.times >= 0 {
		return &bot.LaterError{After: 40 * time.Second, Err: errors.New("rate limited")}
	}
	return l.platform.Deliver(ctx, p, r)
}

// TestLater: a platform is left alone for as long as it wants.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), func(o *bot.Options) { o.Platforms[0] = &limited{o.Platforms[0].(*platform), 1} })
		start := time.Now()
		h.must("U1", "1", "help")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil || len(h.platform.texts("U1")) != 1 {
			t.Fatalf("told %q, %v", h.platform.texts("U1"), err)
		}
		if took := time.Since(start); took < 40*time.Second || took > 50*time.Second {
			t.Errorf("delivered after %v", took)
		}
		h.close()
	})
}
