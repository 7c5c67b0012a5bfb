package commands

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A Command is a message taken apart.
type Command struct {
	Verb     Verb
	Topic    *Field     // the field that Why, Help, Skip, Back or Show is about; with None, the one to be changed
	Speak    Language   // the language that Speak asks for
	Values   []Value    // labelled values, cleaned, one a field, in order of appearance
	Problems []*Problem // labelled values that are wrong, and unknown fields
	// Rest is what is neither verb nor labelled value: on one line, mark-up
	// undone, otherwise as written.
	Rest     string
	Text     string   // the whole message, likewise
	Quoted   bool     // Rest was one quotation: it is meant literally
	Question bool     // Rest is a question
	Language Language // of the person's own words; unknown where they show none
}

// A Value is one for a field of the contact.
type Value struct {
	Field   *Field
	Text    string // cleaned
	Note    Text   // a warning about it, zero if there is none
	Guessed bool   // understood by its shape, not labelled
}

const (
	// MaxText is how many bytes of a message are read.
	MaxText = 100 << 10
	// maxTongue is how much of the words is looked at to tell their language.
	maxTongue = 400
	// maxUnknown is how many unknown fields of one message are reported.
	maxUnknown = 8
)

// Parse takes a message apart. It takes any text.
func Parse(text string) Command {
	var c Command
	if len(text) > MaxText {
		c.Problems = append(c.Problems, &Problem{Reason: tooLongText})
	}
	s := addressed(fold(unmark(clip(text, MaxText))))
	c.Text = line(s)
	if inner, ok := unquote(s); ok {
		if !isInvited(inner) {
			c.Rest, c.Quoted = line(inner), true
			return c
		}
		s = inner
	}
	if o, ok := order(s); ok {
		o.Text, o.Problems, o.Language = c.Text, c.Problems, tongue(s, o.Topic == nil)
		if strings.Trim(s, "？") == "" {
			o.Language = Chinese // it comes from a Chinese keyboard
		}
		if o.Verb == Speak {
			o.Language = o.Speak
		}
		return o
	}

	p, ok := restated(s)
	if !ok {
		p = scan(s)
	}
	c.take(p)
	head := p.words[0]
	c.lead(head, p)
	lead := head
	if at := strings.LastIndex(head, p.words[0]); at >= 0 {
		lead = head[:at]
	}
	c.settle(p)
	if p.changes && c.Verb == None {
		c.Verb = Register
	}

	if c.Language == "" && c.Verb != None {
		c.Language = tongue(lead, true)
	}
	if c.Language == "" {
		c.Language = tongue(c.Rest, false)
	}
	c.Question = !c.Quoted && (isQuestion(c.Rest) || c.Verb == None && len(p.given) == 0 && sounds(c.Rest))
	return c
}

// take cleans the labelled values.
func (c *Command) take(p *pieces) {
	for i, l := range p.given {
		if l.field == nil {
			c.Problems = append(c.Problems, didYouMean(l.word, l.near))
			continue
		}
		value, note, problem := l.field.Clean(l.text)
		if l.field.Need != Required && isNothing(l.text, problem != nil) {
			problem = leftOut(l.field)
		}
		again := namedTwice
		if problem != nil {
			c.Problems = append(c.Problems, problem)
			again = lastIsBad
		}
		for i := len(l.again) - 1; i >= 0 && problem != nil; i-- {
			value, note, problem = l.field.Clean(l.again[i])
		}
		if problem != nil {
			continue
		}
		if n := more(l.field, p.words[i+1]); n > 0 {
			p.words[i+1], note = p.words[i+1][n:], onlyOne
		}
		switch {
		case note != (Text{}):
		case l.joined:
			note = nameJoined
		case l.prose:
			note = inProse
		case len(l.again) > 0:
			note = again
		}
		c.Values = append(c.Values, Value{Field: l.field, Text: value, Note: note, Guessed: l.prose})
	}
	if p.chinese {
		c.Language = Chinese
	}
}

// isNothing reports whether a labelled value only says that there is none: a
// dash, or, if it is no valid value, "none".
func isNothing(text string, isBad bool) bool {
	if len(text) > maxLabel {
		return false
	}
	if strings.Trim(text, "-–—/ ") == "" {
		return true
	}
	key, _ := verbKey(text)
	return isBad && meant(key) == Skip
}

// isInvited reports whether a quotation is an order all the same: who was told
// to say “登记” may say it with the marks.
func isInvited(inner string) bool {
	for _, v := range []Verb{Register, Help} {
		if w := v.Word(); strings.EqualFold(inner, w.EN) || inner == w.ZH {
			return true
		}
	}
	return false
}

// lead reads the verb at the beginning of the words, if there is one.
func (c *Command) lead(head string, p *pieces) {
	evidence := len(p.given) > 0
	if !evidence {
		evidence = hasShape(head)
	}
	if rest, ok := prefixed(head, evidence); ok {
		c.Verb, p.words[0] = Register, again(rest, evidence)
		return
	}
	if len(head) <= maxOrder && p.gives(nameField) {
		if key, _ := verbKey(head); said[key] == Delete {
			c.Verb, p.words[0] = Delete, "" // "unregister name=Alice"
			return
		}
	}
	if rest, sure, ok := changed(head); ok && (evidence || sure) {
		c.Verb, p.words[0] = Register, rest
		return
	}
	rest, ok := greeted(head)
	if !ok || rest == "" {
		return
	}
	if len(p.given) == 0 {
		if o, ok := order(rest); ok && o.Verb != Hello {
			c.Verb, c.Topic, c.Speak, p.words[0] = o.Verb, o.Topic, o.Speak, o.Rest
			return
		}
	}
	if rest, ok := prefixed(rest, evidence); ok {
		c.Verb, p.words[0] = Register, rest
	}
}

// gives reports whether a field has a labelled value.
func (p *pieces) gives(f *Field) bool {
	return slices.ContainsFunc(p.given, func(g given) bool { return g.field == f })
}

// settle makes Rest of the words that are left.
func (c *Command) settle(p *pieces) {
	if len(p.given) == 0 {
		c.Rest = unparticled(strings.TrimSpace(lined(p.words[0])))
		if inner, ok := unquote(p.words[0]); ok {
			c.Rest, c.Quoted = line(inner), true
		} else if isFluff(c.Rest) && c.Verb != None {
			c.Rest = ""
		}
		return
	}
	var kept []string
	for i, w := range p.words {
		if w = strings.TrimFunc(w, isGap); w == "" {
			continue
		}
		if i < len(p.words)-1 {
			w = withoutFiller(w)
		}
		if strings.ContainsFunc(w, isLetterOrDigit) && !isFluff(w) {
			kept = append(kept, lined(w))
		}
	}
	if len(kept) == 1 {
		if inner, ok := unquote(kept[0]); ok {
			c.Rest, c.Quoted = inner, true
			return
		}
	}
	c.Rest = strings.Join(kept, " ")
	// Beside values, "yes" or "no" is talk: the change is shown before anything
	// is sent. But "name=Alice mail=a@x.com register" is an order.
	if o, ok := order(c.Rest); ok && o.Topic == nil {
		switch o.Verb {
		case Yes, No, Hello:
			c.Rest = ""
		case Register:
			c.Verb, c.Rest = Register, ""
		}
	}
}

// fillers may stand right before a label and mean nothing.
var (
	fillers   = []string{"my", "the", "and", "a", "change", "set", "update", "edit", "use", "also", "with"}
	fillersZH = []string{"我的", "还有", "以及", "另外", "修改", "改成", "换成", "更新", "设置", "改", "把", "和", "我", "-", "•", "·"}
)

// withoutFiller is the words before a label without what leads over to it,
// such as "my", "修改" or the number of a list.
func withoutFiller(words string) string {
	for range 3 {
		last := words
		if at := strings.LastIndexFunc(words, isGap); at >= 0 {
			_, n := utf8.DecodeRuneInString(words[at:])
			last = words[at+n:]
		}
		switch {
		case isFiller(last), isOrdinal(last):
			words = strings.TrimSuffix(words, last)
		case strings.HasSuffix(last, "我的"):
			words = strings.TrimSuffix(words, "我的")
		default:
			return words
		}
		words = strings.TrimRightFunc(words, isGap)
	}
	return words
}

func isFiller(word string) bool {
	for _, f := range fillers {
		if strings.EqualFold(word, f) {
			return true
		}
	}
	for _, f := range fillersZH {
		if word == f {
			return true
		}
	}
	return false
}

// isOrdinal reports whether a word is the number of a list: "1.", "(2)", "3".
func isOrdinal(word string) bool {
	digits := strings.Trim(word, ".()（）")
	return 0 < len(digits) && len(digits) <= 2 &&
		isDigit(rune(digits[0])) && isDigit(rune(digits[len(digits)-1]))
}

// english are words that nobody writes but who speaks English; "ECS on-call" is
// what a Chinese engineer writes, too.
var english = strings.Fields("i i'm i'd my you your we what how when where who am do does did don't can can't could would should want need have")

// tongue is the language of words. Of an order, two English words are enough;
// one tells nothing: they are on every button.
func tongue(words string, isOrder bool) Language {
	if isHan(words) {
		return Chinese
	}
	n, sure := 0, isOrder
	for _, w := range strings.Fields(strings.ToLower(strings.ReplaceAll(clip(words, maxTongue), "’", "'"))) {
		w = strings.TrimFunc(w, func(r rune) bool { return isAround(r) || strings.ContainsRune("?!？！", r) })
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz'-") != "" {
			continue
		}
		n++
		sure = sure || slices.Contains(english, w)
		if isOrder && said[w] == Hello {
			return English
		}
	}
	if sure && n > 1 {
		return English
	}
	return ""
}
