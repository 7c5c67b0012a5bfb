package dingtalktest

// What people see.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// seeWithin bounds how long a test waits for something to be shown.
const seeWithin = time.Minute

// Shown is a message of the robot that people see.
type Shown struct {
	By    string // the path that showed it
	To    string // the person who sees it; empty: everybody in the group
	In    string // the conversation
	Title string // of notifications
	Text  string // as it was sent
	Reads string // all that people read in it, in order: title, text, buttons
	At    []string
	Links []Link // in the text, and behind it

	inText int // so many of the links are in the text
}

// show notes what is shown. The caller holds d.mu.
func (d *DingTalk) show(n Shown) {
	d.shown = append(d.shown, n)
	d.ring()
}

// sees reports whether the person sees it. The caller holds d.mu.
func (p *Person) sees(n Shown) bool {
	if n.To != "" {
		return n.To == p.ID
	}
	g := p.d.groups[n.In]
	return g != nil && g.members[p.ID]
}

// Sees waits until the person is shown something that holds the text, in single
// chat or in a group, and returns it. What was shown before it counts as seen.
func (p *Person) Sees(t testing.TB, text string) Shown {
	t.Helper()
	n, ok := p.Look(seeWithin, text)
	if !ok {
		t.Fatalf("%s is not shown %q, but:\n%s\nbroken rules: %q", p.ID, text, p.Unseen(), p.d.Broken())
	}
	return n
}

// Look is Sees without a test: ok tells whether it was shown in time.
func (p *Person) Look(within time.Duration, text string) (n Shown, ok bool) {
	ok = p.d.Until(within, func() bool {
		p.d.mu.Lock()
		defer p.d.mu.Unlock()
		for i := p.seen; i < len(p.d.shown); i++ {
			if shown := p.d.shown[i]; p.sees(shown) && strings.Contains(shown.Reads, text) {
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
	p.d.mu.Lock()
	defer p.d.mu.Unlock()
	var b strings.Builder
	for _, n := range p.d.shown[p.seen:] {
		if p.sees(n) {
			fmt.Fprintf(&b, "[%s, %s]\n%s\n", n.By, n.In, n.Reads)
		}
	}
	return b.String()
}

// Screen is all that the person was ever shown.
func (p *Person) Screen() []Shown {
	p.d.mu.Lock()
	defer p.d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.d.shown), func(n Shown) bool { return !p.sees(n) })
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

// Public is what everybody in a group was shown.
func (d *DingTalk) Public() []Shown {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.shown), func(n Shown) bool { return n.To != "" })
}
