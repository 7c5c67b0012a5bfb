package slacktest

// What blocks are made of: elements, composition objects and rich text, with the
// limits Slack's Block Kit reference gives. Blocks are in blocks.go.

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Limits of elements, in characters.
const (
	// Source: Slack, Block Kit reference, each element's action_id.
	mostActionID = 255
	// Source: Slack, Block Kit reference, each element's placeholder.
	mostPlaceholder = 150
	// Source: Slack, Block Kit reference, "Button element", "Option object",
	// "Image element".
	mostURL = 3000
	// unlimited is where the reference names no limit.
	unlimited = math.MaxInt
)

// elementShapes are the elements.
var elementShapes = map[string]shape{
	// Source: Slack, Block Kit reference, "Button element".
	"button": {
		need: []string{"text"},
		may: map[string]want{
			"action_id": wantActionID, "text": wantText(75, "plain_text"), "value": wantString(0, 2000), "url": wantString(1, mostURL),
			"style": wantOneOf("primary", "danger"), "confirm": wantConfirm, "accessibility_label": wantString(0, 75),
		},
	},
	// Source: Slack, Block Kit reference, "Checkboxes element".
	"checkboxes": {
		need: []string{"options"},
		may: map[string]want{
			"action_id": wantActionID, "options": wantArray(1, 10, wantRichOption), "initial_options": wantArray(1, 10, wantRichOption),
			"confirm": wantConfirm, "focus_on_load": wantFocus,
		},
		also: startAmongOptions,
	},
	// Source: Slack, Block Kit reference, "Date picker element".
	"datepicker": {
		may: map[string]want{
			"action_id": wantActionID, "initial_date": wantDate, "placeholder": wantText(mostPlaceholder, "plain_text"),
			"confirm": wantConfirm, "focus_on_load": wantFocus,
		},
	},
	// Source: Slack, Block Kit reference, "Email input element"; "Block elements"
	// for its surface.
	"email_text_input": {on: []surface{inModal}, may: typedKeys(map[string]want{})},
	// Source: Slack, Block Kit reference, "Image element".
	"image": {
		need: []string{"alt_text"},
		may:  map[string]want{"alt_text": wantString(1, unlimited), "image_url": wantString(1, mostURL), "slack_file": wantSlackFile},
		also: exactlyOne("image_url", "slack_file"),
	},
	// Source: Slack, Block Kit reference, "Number input element"; "Block elements"
	// for its surface.
	"number_input": {
		on:   []surface{inModal},
		need: []string{"is_decimal_allowed"},
		may: typedKeys(map[string]want{
			"is_decimal_allowed": wantBool, "min_value": wantString(1, unlimited), "max_value": wantString(1, unlimited),
		}),
		also: func(j *judge, at string, o map[string]any) {
			least, err1 := strconv.ParseFloat(stringOf(o["min_value"]), 64)
			most, err2 := strconv.ParseFloat(stringOf(o["max_value"]), 64)
			if err1 == nil && err2 == nil && least > most {
				j.refuse(at+".min_value", "greater than max_value")
			}
		},
	},
	// Source: Slack, Block Kit reference, "Overflow menu element".
	"overflow": {
		need: []string{"options"},
		may:  map[string]want{"action_id": wantActionID, "options": wantArray(1, 5, wantLinkOption), "confirm": wantConfirm},
		also: startAmongOptions,
	},
	// Source: Slack, Block Kit reference, "Plain-text input element".
	"plain_text_input": {
		may: typedKeys(map[string]want{"multiline": wantBool, "min_length": wantInt(0, 3000), "max_length": wantInt(1, 3000)}),
		also: func(j *judge, at string, o map[string]any) {
			most, ok := o["max_length"].(float64)
			if ok && float64(utf8.RuneCountInString(stringOf(o["initial_value"]))) > most {
				j.refuse(at+".initial_value", "longer than max_length")
			}
		},
	},
	// Source: Slack, Block Kit reference, "Radio button group element".
	"radio_buttons": {
		need: []string{"options"},
		may: map[string]want{
			"action_id": wantActionID, "options": wantArray(1, 10, wantRichOption), "initial_option": wantRichOption,
			"confirm": wantConfirm, "focus_on_load": wantFocus,
		},
		also: startAmongOptions,
	},
	// Source: Slack, Block Kit reference, "Select menu element", section "Select
	// menu of static options"; "Option group object".
	"static_select": {
		may: map[string]want{
			"action_id": wantActionID, "placeholder": wantText(mostPlaceholder, "plain_text"),
			"options": wantArray(1, 100, wantOption), "initial_option": wantOption,
			"option_groups": wantArray(1, 100, wantObject(shape{
				need: []string{"label", "options"},
				may:  map[string]want{"label": wantText(75, "plain_text"), "options": wantArray(1, 100, wantOption)},
			})),
			"confirm": wantConfirm, "focus_on_load": wantFocus,
		},
		also: func(j *judge, at string, o map[string]any) {
			exactlyOne("options", "option_groups")(j, at, o)
			startAmongOptions(j, at, o)
		},
	},
	// Source: Slack, Block Kit reference, "URL input element"; "Block elements"
	// for its surface.
	"url_text_input": {on: []surface{inModal}, may: typedKeys(map[string]want{})},
}

// typedKeys adds the keys that all elements to type in have.
func typedKeys(may map[string]want) map[string]want {
	may["action_id"] = wantActionID
	may["initial_value"] = wantString(0, unlimited)
	may["placeholder"] = wantText(mostPlaceholder, "plain_text")
	may["focus_on_load"] = wantFocus
	// Source: Slack, Block Kit reference, "Dispatch action configuration object".
	may["dispatch_action_config"] = wantObject(shape{may: map[string]want{
		"trigger_actions_on": wantArray(1, 2, wantOneOf("on_enter_pressed", "on_character_entered")),
	}})
	return may
}

// Options of menus, of groups of buttons, and of menus with links.
// Source: Slack, Block Kit reference, "Option object".
var (
	wantOption     = wantObject(optionShape("plain_text"))
	wantRichOption = wantObject(optionShape("plain_text", "mrkdwn"))
	wantLinkOption = func() want {
		s := optionShape("plain_text")
		s.may["url"] = wantString(1, mostURL)
		return wantObject(s)
	}()
)

func optionShape(formats ...string) shape {
	return shape{
		need: []string{"text", "value"},
		may:  map[string]want{"text": wantText(75, formats...), "value": wantString(0, 150), "description": wantText(75, formats...)},
	}
}

// startAmongOptions is that options have values of their own, and that those
// chosen at first are among them.
// Source: Slack, Block Kit reference, "Option object", value; each element's
// initial_option.
func startAmongOptions(j *judge, at string, o map[string]any) {
	offered, _ := o["options"].([]any)
	groups, _ := o["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(map[string]any)
		options, _ := group["options"].([]any)
		offered = append(slices.Clip(offered), options...)
	}
	values := map[string]bool{}
	for _, option := range offered {
		if option, ok := option.(map[string]any); ok {
			j.once(values, at+": value of an option", option["value"])
		}
	}
	check := func(at string, first any) {
		if !slices.ContainsFunc(offered, func(option any) bool { return reflect.DeepEqual(option, first) }) {
			j.refuse(at, "not one of the options")
		}
	}
	if first, ok := o["initial_option"]; ok {
		check(at+".initial_option", first)
	}
	all, _ := o["initial_options"].([]any)
	for i, first := range all {
		check(fmt.Sprintf("%s.initial_options[%d]", at, i), first)
	}
}

// wantConfirm is a dialog that asks again.
// Source: Slack, Block Kit reference, "Confirmation dialog object".
var wantConfirm = wantObject(shape{
	need: []string{"title", "text", "confirm", "deny"},
	may: map[string]want{
		"title": wantText(100, "plain_text"), "text": wantText(300, "plain_text"),
		"confirm": wantText(30, "plain_text"), "deny": wantText(30, "plain_text"), "style": wantOneOf("primary", "danger"),
	},
})

// wantSlackFile is an image that Slack keeps.
// Source: Slack, Block Kit reference, "Slack file object".
var wantSlackFile = wantObject(shape{
	may:  map[string]want{"id": wantString(1, unlimited), "url": wantString(1, unlimited)},
	also: exactlyOne("id", "url"),
})

// contextShapes are what a context block holds: texts and images.
func contextShapes() map[string]shape {
	shapes := textShapes(mostText)
	shapes["image"] = elementShapes["image"]
	return shapes
}

// wantText is a text object in one of the formats.
func wantText(most int, formats ...string) want { return wantKind(textShapes(most), formats...) }

// textShapes are texts of at most so many characters.
// Source: Slack, Block Kit reference, "Text object".
func textShapes(most int) map[string]shape {
	length := func(j *judge, at string, o map[string]any) {
		if text, ok := o["text"].(string); ok {
			wantString(1, most)(j, at, text)
		}
	}
	return map[string]shape{
		"plain_text": {
			need: []string{"text"}, also: length,
			may: map[string]want{"text": wantString(0, unlimited), "emoji": wantBool},
		},
		"mrkdwn": {
			need: []string{"text"},
			may:  map[string]want{"text": wantString(0, unlimited), "verbatim": wantBool},
			also: func(j *judge, at string, o map[string]any) {
				length(j, at, o)
				if mention.MatchString(stringOf(o["text"])) {
					j.refuse(at, callsPeople)
				}
			},
		},
	}
}

// wantFocus is whether an element takes the focus, which one may.
// Source: Slack, Block Kit reference, each element's focus_on_load.
func wantFocus(j *judge, at string, v any) {
	wantBool(j, at, v)
	if v == true && j.focused {
		j.refuse(at, "a second element with the focus")
	}
	j.focused = j.focused || v == true
}

func wantDate(j *judge, at string, v any) {
	if _, err := time.Parse(time.DateOnly, stringOf(v)); err != nil {
		j.refuse(at, "not a date as YYYY-MM-DD")
	}
}

func wantActionID(j *judge, at string, v any) {
	wantString(1, mostActionID)(j, at, v)
	j.once(j.actionIDs, at, v)
}

// richTextShapes are what a rich text block is made of.
var richTextShapes = map[string]shape{
	// Source: Slack, Block Kit reference, "Rich text section element".
	"rich_text_section": sectionShape,
	// Source: Slack, Block Kit reference, "Rich text list element"; the levels of
	// indent: Node Slack SDK reference, "RichTextList".
	"rich_text_list": {
		need: []string{"style", "elements"},
		may: map[string]want{
			"style": wantOneOf("bullet", "ordered"), "indent": wantInt(0, 8), "offset": wantInt(0, unlimited), "border": wantInt(0, 1),
			"elements": wantArray(0, unlimited, wantKind(map[string]shape{"rich_text_section": sectionShape})),
		},
	},
	// Source: Slack, Block Kit reference, "Rich text preformatted element".
	"rich_text_preformatted": {
		need: []string{"elements"},
		may: map[string]want{
			"border": wantInt(0, 1), "language": wantString(1, unlimited),
			"elements": wantArray(0, unlimited, wantKind(inlineShapes, "text", "link")),
		},
	},
	// Source: Slack, Block Kit reference, "Rich text quote element".
	"rich_text_quote": {
		need: []string{"elements"},
		may:  map[string]want{"border": wantInt(0, 1), "elements": wantArray(0, unlimited, wantKind(inlineShapes))},
	},
}

var sectionShape = shape{
	need: []string{"elements"},
	may:  map[string]want{"elements": wantArray(0, unlimited, wantKind(inlineShapes))},
}

// inlineShapes are the pieces of rich text. Those that mention people are
// refused: they do what "<@…>" and "<!…>" do in mrkdwn.
// Source: Slack, Block Kit reference, "Text element", "Link element", "Emoji
// element", "Color element", "Date element", "Channel element", "User element",
// "User group element", "Broadcast element".
var inlineShapes = map[string]shape{
	"text": {need: []string{"text"}, may: styledKeys(map[string]want{"text": wantString(1, unlimited)})},
	"link": {need: []string{"url"}, may: styledKeys(map[string]want{
		"url": wantString(1, unlimited), "text": wantString(1, unlimited),
		"unsafe": wantBool, "from_llm": wantBool, "is_slack_url": wantBool, "truncated": wantBool,
	})},
	"emoji": {need: []string{"name"}, may: styledKeys(map[string]want{
		"name": wantString(1, unlimited), "unicode": wantString(1, unlimited),
	})},
	"color": {need: []string{"value"}, may: styledKeys(map[string]want{"value": wantString(1, unlimited)})},
	"date": {need: []string{"timestamp", "format"}, may: styledKeys(map[string]want{
		"timestamp": wantInt(0, unlimited), "format": wantString(1, unlimited),
		"url": wantString(1, unlimited), "fallback": wantString(1, unlimited),
	})},
	"channel": {need: []string{"channel_id"}, may: styledKeys(map[string]want{"channel_id": wantString(1, unlimited)})},
	"user": {
		need: []string{"user_id"}, also: refuseMention,
		may: styledKeys(map[string]want{"user_id": wantString(1, unlimited)}),
	},
	"usergroup": {
		need: []string{"usergroup_id"}, also: refuseMention,
		may: styledKeys(map[string]want{"usergroup_id": wantString(1, unlimited)}),
	},
	"broadcast": {
		need: []string{"range"}, also: refuseMention,
		may: styledKeys(map[string]want{"range": wantOneOf("here", "channel", "everyone")}),
	},
}

func refuseMention(j *judge, at string, _ map[string]any) { j.refuse(at, callsPeople) }

// styledKeys adds the style that a piece of rich text may have.
// Source: Slack, Block Kit reference, "Text element"; code: Node Slack SDK
// reference, "RichTextStyleable".
func styledKeys(may map[string]want) map[string]want {
	may["style"] = wantObject(shape{may: map[string]want{
		"bold": wantBool, "italic": wantBool, "strike": wantBool, "code": wantBool, "underline": wantBool,
		"highlight": wantBool, "client_highlight": wantBool, "unlink": wantBool,
	}})
	return may
}
