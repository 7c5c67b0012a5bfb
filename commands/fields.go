package commands

import (
	"slices"
	"strings"

	"contactbot/cloudmonitor"
)

// A Need says when a field has to be filled.
type Need int

const (
	// Required: PutContact refuses a contact without it.
	Required Need = iota
	// Channel: a way to reach the person. At least one is needed; which ones
	// suffice depends on the site, see [cloudmonitor.Site.Sufficient].
	Channel
	// Optional: CloudMonitor does without.
	Optional
)

// An Input is what kind of text a field holds: platforms that have forms choose
// the fitting element.
type Input int

const (
	Line   Input = iota // a few words
	Prose               // a sentence or more
	Mail                // an email address
	Phone               // a phone number
	Link                // a URL
	Choice              // one of Field.Options
)

// An Option is one value of a field that allows few.
type Option struct {
	Value string
	Label Text
}

// Words are the spellings under which a field may be named, the usual one first.
// Case, spaces, "-", "_" and "." in them don't matter.
type Words struct{ EN, ZH []string }

// A Field is one parameter of PutContact, as people see it.
type Field struct {
	Name  string // canonical name, as in "mail=a@x.com"
	Param string // the API's name, such as Channels.Mail
	Words Words

	Label    Text // what it is called in sentences and forms
	Question Text // one friendly line
	Why      Text // what it is for, and what follows from giving it
	Example  Text // one value
	Form     Text // the rule, in words

	Input   Input
	Max     int      // characters; 0: no more than its form allows
	Options []Option // of a Choice

	Need     Need
	Asked    bool // a conversation asks for it
	Literal  bool // free text: any words are a valid answer
	Personal bool // masked where others can read
	Link     bool // CloudMonitor sends an activation link to it

	// Clean brings a value to the form in which CloudMonitor gets it. note, if
	// not zero, is a warning about an acceptable value. A cleaned value passes
	// Clean unchanged.
	Clean func(text string) (value string, note Text, err *Problem)
	// Mask hides most of a value.
	Mask func(value string) string
	// Show is how a value reads in a summary.
	Show func(value string, l Language) string
	// Of is where a contact keeps the value.
	Of func(c *cloudmonitor.Contact) *string
	// Propose is a value that the person's profile suggests, or "". It passes
	// Clean unchanged.
	Propose func(p Profile) string

	// extent is how much of a text a labelled value without quotes takes.
	extent func(text string) int
}

// A Profile is what a chat platform knows of a person.
type Profile struct {
	Name, Mail, Phone, Locale string
	MailVerified              bool // the workspace vouches for Mail
	Member, Guest             bool // of the workspace; neither: it is not known
	Zone                      *int // seconds east of UTC; nil: not known
}

// Fields is the table of fields, in the order of the questions.
func Fields() []*Field { return slices.Clone(table) }

// Named is the field that a word names in any spelling, or nil.
func Named(word string) *Field {
	if len(word) > maxLabel {
		return nil
	}
	return byWord[labelKey(plain(word))]
}

// Masked is a value of f as it may stand where others can read.
func Masked(f *Field, value string) string {
	if !f.Personal {
		return value
	}
	return f.Mask(value)
}

var (
	table  = build(rows())
	byWord = spellings(table)
)

// A row is a field whose functions are still those of its values alone.
type row struct {
	Field
	// clean is Clean with a bare reason.
	clean func(text string) (value string, note, reason Text)
	// suggest is what a profile suggests, not yet cleaned.
	suggest func(p Profile) string
}

// build completes the rows: a problem knows its field, a proposal is valid.
func build(rows []row) []*Field {
	var fields []*Field
	for _, r := range rows {
		f := &r.Field
		f.Clean = func(text string) (string, Text, *Problem) {
			value, note, reason := r.clean(text)
			if reason != (Text{}) {
				return "", Text{}, &Problem{Field: f, Reason: reason}
			}
			return value, note, nil
		}
		f.Propose = func(p Profile) string {
			if r.suggest == nil {
				return ""
			}
			value, _, _ := f.Clean(r.suggest(p))
			return value
		}
		if f.extent == nil {
			f.extent = wordExtent
		}
		if f.Show == nil {
			f.Show = func(value string, _ Language) string { return value }
		}
		fields = append(fields, f)
	}
	return fields
}

func spellings(fields []*Field) map[string]*Field {
	m := map[string]*Field{}
	for _, f := range fields {
		m[labelKey(f.Param)] = f
		for _, w := range slices.Concat(f.Words.EN, f.Words.ZH) {
			m[labelKey(w)] = f
			// Alibaba Cloud says 报警, many people 告警.
			m[labelKey(strings.ReplaceAll(w, "报警", "告警"))] = f
		}
	}
	return m
}
