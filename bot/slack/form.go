package slack

// Modal views: the form, and replies that stand where the form stood.

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/commands"
	"contactbot/state"
)

// What a view is told by when it comes back.
const (
	formView  = "form" // callback_id of the form
	sayView   = "say"  // of a reply whose primary choice sends the view
	inputName = "value"
)

// maxMeta is how much a view keeps for itself.
// Source: Slack, modal views, private_metadata.
const maxMeta = 3000

// form is the form as a modal: one input a field, under what led to it.
func form(sheet dialog.Sheet, lead []state.Part, at place) slackgo.ModalViewRequest {
	view := modal(sheet.Title, sheet.Close, at.metadata(sheet.Language))
	view.CallbackID, view.NotifyOnClose, view.Submit = formView, true, plainText(sheet.Submit, maxTitle)
	blocks := paragraphs(lead[:min(len(lead), maxBlocks/2)], "", sheet.Language)
	blocks = append(blocks, slackgo.NewContextBlock("intro", plainText(sheet.Intro, maxText)))
	for _, row := range sheet.Rows {
		input := slackgo.NewInputBlock(row.Field.Name, plainText(capital(row.Label), maxInput), plainText(row.Hint, maxInput), element(row, sheet))
		input.Optional = !row.Required
		blocks = append(blocks, input)
	}
	view.Blocks.BlockSet = blocks
	return view
}

// element is the input that fits a field.
func element(row dialog.Row, sheet dialog.Sheet) slackgo.BlockElement {
	value := bot.Visible(row.Value)
	switch row.Field.Input {
	case commands.Line, commands.Phone, commands.Prose:
		e := slackgo.NewPlainTextInputBlockElement(nil, inputName)
		e.Multiline, e.InitialValue = row.Field.Input == commands.Prose, bot.Clip(value, maxText)
		if row.Field.Max > 0 {
			e.MaxLength = min(max(row.Field.Max, utf8.RuneCountInString(e.InitialValue)), maxText)
		}
		return e
	case commands.Mail:
		e := slackgo.NewEmailTextInputBlockElement(nil, inputName)
		e.InitialValue = value
		return e
	case commands.Link:
		e := slackgo.NewURLTextInputBlockElement(nil, inputName)
		e.InitialValue = value
		return e
	case commands.Choice:
		e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, plainText(sheet.Pick, maxLabel), inputName)
		for _, o := range row.Field.Options {
			option := slackgo.NewOptionBlockObject(o.Value, plainText(o.Label.In(sheet.Language), maxLabel), nil)
			e.Options = append(e.Options, option)
			if o.Value == row.Value {
				e.InitialOption = option
			}
		}
		return e
	default:
		panic("slack: unknown kind of input")
	}
}

// values are what a person has filled in, by field. Whatever else a view claims
// to hold is ignored.
func values(s *slackgo.ViewState) map[string]string {
	filled := map[string]string{}
	for _, f := range commands.Fields() {
		filled[f.Name] = ""
		if s == nil {
			continue
		}
		action := s.Values[f.Name][inputName]
		filled[f.Name] = action.Value
		if f.Input == commands.Choice {
			filled[f.Name] = action.SelectedOption.Value
		}
	}
	return filled
}

// viewMeta is what a view keeps: what its submit button says, and the way back.
type viewMeta struct {
	Value string `json:"value,omitempty"`
	Rest  string `json:"rest,omitempty"`
}

var (
	panelTitle = commands.Text{EN: "Alert contact", ZH: "报警联系人"}
	closeWord  = commands.Text{EN: "Close", ZH: "关闭"}
	oneMoment  = commands.Text{EN: "One moment …", ZH: "请稍候……"}
)

// panel is a reply in a modal. Its primary choice is the button that sends the
// view.
func panel(r state.Reply, at place) slackgo.ModalViewRequest {
	language := commands.Language(r.Language)
	metadata := at.metadata(language)
	meta := viewMeta{Rest: metadata}
	view := modal(panelTitle.In(language), closeWord.In(language), metadata)
	var others []state.Choice
	for _, c := range r.Choices {
		if !c.Primary || view.Submit != nil {
			others = append(others, c)
			continue
		}
		view.Submit, view.CallbackID, view.NotifyOnClose = plainText(c.Label, maxTitle), sayView, true
		meta.Value = buttonValue(r.ID, c)
	}
	text, err := json.Marshal(meta)
	if err != nil {
		panic(err) // of strings
	}
	if len(text) <= maxMeta {
		view.PrivateMetadata = string(text)
	}
	rest := r
	rest.Choices = others
	view.Blocks.BlockSet = append(paragraphs(bot.Fitting(r, maxBlocks-2), bot.Signs[r.Tone], language), actions("choices", buttons(rest))...)
	return view
}

func modal(title, closeWord, metadata string) slackgo.ModalViewRequest {
	return slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainText(title, maxTitle), Close: plainText(closeWord, maxTitle), PrivateMetadata: metadata,
	}
}

// capital is a label as forms write it.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
