package commands

import (
	"fmt"
	"strings"

	"contactbot/cloudmonitor"
)

// Markdown is the table of fields for the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| field | also | needed | example | what |\n|---|---|---|---|---|\n")
	for _, f := range table {
		also := append(f.Words.EN[1:len(f.Words.EN):len(f.Words.EN)], f.Words.ZH...)
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | `%s`: %s |\n",
			f.Name, strings.Join(also, ", "), needed(f), f.Example.EN, f.Param, f.Form.EN)
	}
	return b.String()
}

// needed says when a field has to be filled, on which site.
func needed(f *Field) string {
	switch f.Need {
	case Required:
		return "yes"
	case Optional:
		return "no"
	case Channel:
		var c cloudmonitor.Contact
		*f.Of(&c) = "x"
		switch {
		case cloudmonitor.International.Sufficient(c.Channels):
			return "one channel is; this one will do"
		case cloudmonitor.China.Sufficient(c.Channels):
			return "one channel is; this one will do on the China site"
		default:
			return "no"
		}
	default:
		panic("commands: unknown need of a field")
	}
}
