package commands

import (
	"strings"

	"golang.org/x/text/language"
)

// A Language is one that people are spoken to in. The zero value is unknown.
type Language string

const (
	English Language = "en"
	Chinese Language = "zh"
)

// maxLocale is far more than any locale has; what is longer is none.
const maxLocale = 64

// MatchLanguage finds the language of a locale as platforms and systems spell
// it: "zh-CN", "zh_Hans", "en_US.UTF-8". Others, and "C", are unknown.
func MatchLanguage(locale string) Language {
	locale, _, _ = strings.Cut(strings.TrimSpace(locale), ".")
	locale, _, _ = strings.Cut(locale, "@")
	if locale == "" || len(locale) > maxLocale {
		return ""
	}
	tag, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if err != nil {
		return ""
	}
	switch base, sure := tag.Base(); {
	case sure < language.High:
		return ""
	case base.String() == "zh":
		return Chinese
	case base.String() == "en":
		return English
	default:
		return ""
	}
}

// A Text is one sentence in every language the bot speaks.
type Text struct{ EN, ZH string }

// In is the text in a language; in English where the language is unknown.
func (t Text) In(l Language) string {
	if l == Chinese {
		return t.ZH
	}
	return t.EN
}

// same is a text that reads alike in all languages.
func same(s string) Text { return Text{EN: s, ZH: s} }
