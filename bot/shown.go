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

// CutShort stands where something is left out that does not fit.
var CutShort = commands.Text{EN: "(cut short)", ZH: "（内容过长，未全部显示）"}

// Fitting are so many parts of a reply at most. What it leads with is cut, and that
// is said: what the reply itself says or asks stands at its end.
func Fitting(r state.Reply, most int) []state.Part {
	if len(r.Parts) <= most {
		return r.Parts
	}
	own := r.Parts[min(r.Lead, len(r.Parts)):]
	own = own[max(0, len(own)-most+1):]
	parts := append([]state.Part{}, r.Parts[:most-1-len(own)]...)
	parts = append(parts, state.Part{Hint: CutShort.In(commands.Language(r.Language))})
	return append(parts, own...)
}

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
