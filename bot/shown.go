package bot

// What all chat platforms show alike.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactbot/commands"
	"contactbot/state"
)

// Signs stand before a reply, so that its news can be told at a glance.
var Signs = map[state.Tone]string{
	state.Progress: "⏳ ", state.Success: "✅ ", state.Warning: "⚠️ ", state.Failure: "❌ ",
}

// How a label stands before a value, and a note behind it.
var (
	labelled = commands.Text{EN: ": ", ZH: "："}
	noted    = commands.Text{EN: " (%s)", ZH: "（%s）"}
)

// Label is a fact's label as it stands before the value.
func Label(text string, l commands.Language) string { return text + labelled.In(l) }

// Value is a fact's value, with what it was before.
func Value(f state.Fact) string {
	if f.Was != "" {
		return f.Was + " → " + f.Value
	}
	return f.Value
}

// Note is a fact's note as it stands behind the value; empty if there is none.
func Note(f state.Fact, l commands.Language) string {
	if f.Note == "" {
		return ""
	}
	return fmt.Sprintf(noted.In(l), f.Note)
}

// Visible takes out what could disguise a text: control characters, and those
// that turn the direction of writing.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "�"))
}

// Clip cuts a text to so many characters.
func Clip(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
