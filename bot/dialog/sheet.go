package dialog

// The form as a whole, for platforms that can show one.

import (
	"slices"

	"contactbot/cloudmonitor"
	"contactbot/commands"
	"contactbot/state"
)

// A Sheet is the form of a request: every field, with what is known of it, in
// the person's language and in no platform's mark-up.
type Sheet struct {
	Language commands.Language
	Title    string // of at most 24 characters
	Intro    string // a sentence above the fields
	Submit   string // the word that sends it, of at most 24 characters
	Close    string // the word that leaves it
	Pick     string // what stands in a choice without a value
	Rows     []Row
}

// A Row is a field of a sheet.
type Row struct {
	Field    *commands.Field
	Label    string
	Hint     string // what fits, for example
	Value    string // what is filled in already: said before, or proposed by the profile
	Required bool
}

// Sheet is the form of a request.
func (rules Rules) Sheet(r state.Request) Sheet {
	s := &step{Rules: rules.withDefaults(), r: r.Clone()}
	sheet := Sheet{
		Language: s.language(), Title: s.words(sheetTitle), Intro: s.words(sheetIntro, s.labels(s.enoughAlone())),
		Submit: s.words(saySubmit), Close: s.words(sheetClose), Pick: s.words(sheetPick),
	}
	if s.r.Was != nil {
		sheet.Intro = s.words(sheetChange, s.r.Was.Name)
	}
	for _, f := range commands.Fields() {
		value := s.value(f)
		if value == "" && s.r.Was == nil && !slices.Contains(s.r.Skipped, f.Name) {
			value = s.suggestion(f)
		}
		if value == "" && !s.onSheet(f) {
			continue
		}
		sheet.Rows = append(sheet.Rows, Row{
			Field: f, Label: s.words(f.Label), Hint: s.words(f.Form), Value: value, Required: f.Need == commands.Required,
		})
	}
	return sheet
}

// onSheet reports whether a field stands on the sheet even if it is empty: what
// the conversation asks for, what takes no typing, and what the site uses.
func (s *step) onSheet(f *commands.Field) bool {
	return f.Asked || f.Input == commands.Choice || f.Need == commands.Channel && s.Site == cloudmonitor.China
}

// suggestion is what a free field of the sheet begins with.
func (s *step) suggestion(f *commands.Field) string {
	if isLanguage(f) {
		value, _, _ := f.Clean(string(s.language()))
		return value
	}
	return f.Propose(s.profile())
}
