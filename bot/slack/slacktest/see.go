package slacktest

// What people see.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// seeWithin bounds how long a test waits for something to be shown.
const seeWithin = time.Minute

// Shown is something that people see.
type Shown struct {
	By        string // the method that showed it
	To        string // the person who sees it; empty: everybody in the channel
	Channel   string
	Thread    string
	TS        string
	Ephemeral bool
	Text      string          // of notifications, or errors in a form
	Blocks    json.RawMessage // of a message; the whole of a view
	View      *View
	Reads     string // all that stands in it, in order
}

// show notes what is shown. The caller holds s.mu.
func (s *Slack) show(n Shown) {
	if n.Reads = n.Text; len(n.Blocks) > 0 {
		var tree any
		_ = json.Unmarshal(n.Blocks, &tree) // it was checked before
		n.Reads = read(tree)
	}
	s.shown = append(s.shown, n)
	s.ring()
}

// inOrder are the members that hold what is read, from top to bottom.
var inOrder = []string{
	"title", "label", "text", "fields", "blocks", "elements", "element", "initial_value", "initial_option", "placeholder", "hint", "accessory", "submit", "close",
}

// read is what a person reads in blocks or a view.
func read(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var lines []string
		for _, e := range v {
			if line := read(e); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	case map[string]any:
		if elements, ok := v["elements"].([]any); ok && v["type"] == "rich_text_section" {
			line := ""
			for _, e := range elements {
				line += read(e)
			}
			return line
		}
		var lines []any
		for _, key := range inOrder {
			lines = append(lines, v[key])
		}
		return read(lines)
	default:
		return ""
	}
}

// Sees waits until the person is shown something that holds the text, and
// returns it. What was shown before it counts as seen.
func (p *Person) Sees(t testing.TB, text string) Shown {
	t.Helper()
	n, ok := p.Look(seeWithin, text)
	if !ok {
		t.Fatalf("%s is not shown %q, but:\n%s\nbroken rules: %q", p.ID, text, p.Unseen(), p.s.Broken())
	}
	return n
}

// Look is Sees without a test: ok tells whether it was shown in time.
func (p *Person) Look(within time.Duration, text string) (n Shown, ok bool) {
	ok = p.s.Until(within, func() bool {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		for i := p.seen; i < len(p.s.shown); i++ {
			if shown := p.s.shown[i]; shown.To == p.ID && strings.Contains(shown.Reads, text) {
				n, p.seen = shown, i+1
				return true
			}
		}
		return false
	})
	return n, ok
}

// Unseen is what the person was shown and has not looked for.
func (p *Person) Unseen() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var b strings.Builder
	for _, n := range p.s.shown[p.seen:] {
		if n.To == p.ID {
			fmt.Fprintf(&b, "[%s]\n%s\n", n.By, n.Reads)
		}
	}
	return b.String()
}

// Screen is all that the person was ever shown.
func (p *Person) Screen() []Shown {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.s.shown), func(n Shown) bool { return n.To != p.ID })
}

// Count is how often the person was shown something that holds the text.
func (p *Person) Count(text string) int {
	n := 0
	for _, shown := range p.Screen() {
		if strings.Contains(shown.Reads, text) {
			n++
		}
	}
	return n
}

// Public is what everybody in a channel was shown.
func (s *Slack) Public() []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.shown), func(n Shown) bool { return n.To != "" })
}
