package commands

import (
	"slices"
	"strings"
)

const (
	// maxGroups is how many groups of digits a phone number is written in.
	maxGroups = 8
	// maxNumbers is how many numbers of one message may begin a phone number.
	maxNumbers = 256
	// maxTries is how many words of one message are tried as a value of a field.
	maxTries = 16
)

// Guess understands words without labels by their shape: a mail address, a
// phone number, a robot's URL, "en" or "zh-cn"; of the other words the first is
// the name and the rest the description. It fills only fields that are free, so
// it never overwrites anything. left is what could not be placed: also what was
// meant as a mail address, say, but is none or one too many.
func Guess(rest string, free func(*Field) bool) (values []Value, left string) {
	g := &guesser{text: line(fold(clip(rest, MaxText))), free: free, first: -1, isNot: -1}
	g.words = split(g.text)
	g.use = make([]use, len(g.words))
	g.shapes()
	g.settle()
	g.prose()
	return g.values, g.join(func(u use) bool { return u == unused || u == failed })
}

// A use is what became of a word.
type use byte

const (
	unused use = iota
	taken
	failed // it has a shape, but is no valid value
)

type guesser struct {
	text           string
	free           func(*Field) bool
	words          []span
	use            []use
	values         []Value
	denied         []denial
	tries, numbers int
	first          int // the first word with a shape that was taken, or -1
	isNot          int // the word that says that what is before it is wrong, or -1
}

func (g *guesser) word(i int) string { return g.words[i].in(g.text) }

// is reports whether a field can be filled.
func (g *guesser) is(f *Field) bool {
	return g.free(f) && !slices.ContainsFunc(g.values, func(v Value) bool { return v.Field == f })
}

// take fills a field with a text, if that is valid.
func (g *guesser) take(f *Field, text string) bool {
	value, note, problem := f.Clean(text)
	if problem != nil {
		return false
	}
	g.values = append(g.values, Value{Field: f, Text: value, Note: note, Guessed: true})
	return true
}

// The fields that have a shape, and the two of prose.
var (
	mailField, phoneField, webhookField = Named("mail"), Named("phone"), Named("webhook")
	languageField                       = Named("language")
	nameField, descriptionField         = Named("name"), Named("description")
)

// shapes takes the words that show by their shape what they are.
func (g *guesser) shapes() {
	for i := 0; i < len(g.words); i++ {
		w := g.word(i)
		if len(w) > maxShape {
			continue
		}
		switch {
		case isRobot(w), isSecret(w):
			g.shape(webhookField, i, 1)
		case isURL(w):
		case isMailish(w):
			g.shape(mailField, i, 1)
		case isPhoneRune(rune(w[0])) && g.numbers < maxNumbers:
			g.numbers++
			if n := g.phone(i); n > 0 {
				g.shape(phoneField, i, n)
				i += n - 1
			}
		case isLocale(w) && g.is(languageField):
			g.shape(languageField, i, 1)
		}
	}
}

// shape takes n words from the one at i for a field, and the label before them.
// Where the field has a value already they fail, too: a second address in the
// description would be shown to all.
func (g *guesser) shape(f *Field, i, n int) {
	outcome := failed
	if g.isDenied(i, n) {
		g.denied = append(g.denied, denial{f, i, n})
		g.unlabel(f, i)
	} else if g.tries < maxTries {
		g.tries++
		text := g.text[g.words[i].from:g.words[i+n-1].to]
		if g.is(f) && g.take(f, text) || g.another(f, text) {
			outcome = taken
			if g.first < 0 {
				g.first = i
			}
			g.unlabel(f, i)
		}
	}
	for k := range n {
		g.use[i+k] = outcome
	}
	if outcome == failed && i > 0 && g.use[i-1] == unused && labels(strings.ToLower(g.word(i-1))) == f {
		g.use[i-1] = failed // the label of what is none: "邮箱 zs@example"
	}
}

// another reports whether a text is one more value of a field that the same
// words gave before. It is told, but not kept.
func (g *guesser) another(f *Field, text string) bool {
	at := slices.IndexFunc(g.values, func(v Value) bool { return v.Field == f })
	value, _, problem := f.Clean(text)
	if at < 0 || problem != nil {
		return false
	}
	if value != g.values[at].Text {
		g.values[at].Note = onlyOne
	}
	return true
}

// phone is how many words from the one at i are one phone number, 0 if none.
// Groups of digits belong together as long as only spaces are between them.
func (g *guesser) phone(i int) int {
	best := 0
	for n := 1; n <= maxGroups && i+n <= len(g.words); n++ {
		last := g.words[i+n-1]
		group := g.text[g.words[i].from:last.to]
		if len(group) > maxPhone || strings.ContainsAny(group, separators) || n > 1 && !isNumber(last.in(g.text)) {
			break
		}
		bare := bareNumber(group)
		if plausiblePhone(bare) || best == 0 && isPhoneish(group) {
			best = n
		}
	}
	return best
}

// isNumber reports whether a word has only digits and the signs between them.
func isNumber(word string) bool { return len(word) <= maxPhone && bareNumber(word) != "" }

// isLocale reports whether a word names a language as systems do. "English" is
// a word like others.
func isLocale(w string) bool {
	switch labelKey(w) {
	case "en", "zh", "zhcn":
		return true
	}
	return false
}

// join is the text of some words. Between neighbours it stays as written.
func (g *guesser) join(which func(use) bool) string {
	var b strings.Builder
	last := -1
	for i, u := range g.use {
		if !which(u) {
			continue
		}
		switch {
		case last < 0:
		case last == i-1:
			b.WriteString(g.text[g.words[last].end:g.words[i].start])
		default:
			b.WriteByte(' ')
		}
		b.WriteString(g.text[g.words[i].start:g.words[i].end])
		last = i
	}
	return b.String()
}
