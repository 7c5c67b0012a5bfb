package slacktest

// What Slack would refuse in a message or a view, and in their blocks: tables of
// shapes with the limits Slack's reference gives, and the judge that holds a
// payload against them. Kinds that no screen of ours needs (video, table, …) are
// refused as unknown. What blocks are made of is in elements.go.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A surface is where blocks are shown, as complaints call it.
type surface string

const (
	onMessage surface = "on a message"
	inModal   surface = "in a modal"
	onHome    surface = "on the Home tab"
)

// mostBlocks is how many blocks a surface holds.
// Source: Slack, Block Kit reference, "Blocks"; Views reference, "Modal views",
// "Home tab views".
var mostBlocks = map[surface]int{onMessage: 50, inModal: 100, onHome: 100}

// Limits of whole messages and of what names things, in characters.
const (
	// Source: Slack, "chat.postMessage", section "Truncating content".
	mostMessage = 40_000
	// Source: Slack, Block Kit reference, each block's block_id.
	mostBlockID = 255
	// Source: Slack, Block Kit reference, "Text object".
	mostText = 3000
)

// mention is mark-up that calls people.
// Source: Slack, "Formatting text for app surfaces", sections "Mentioning users",
// "Mentioning groups", "Special mentions".
var mention = regexp.MustCompile(`<(@[^<>]+|!subteam\^[^<>]+|!(channel|here|everyone)\b[^<>]*)>`)

const callsPeople = "mentions people"

// checkBlocks is what Slack would refuse in an array of blocks on a surface, and
// what would mention anybody: a position and a complaint each, in the order of
// the blocks. It is empty when all is well.
func checkBlocks(raw json.RawMessage, on surface) []string {
	var j judge
	j.read(raw, "blocks", wantBlocks(on))
	return j.complaints
}

// checkView is what Slack would refuse in a view, its blocks included.
func checkView(raw json.RawMessage) []string {
	var j judge
	j.read(raw, "view", wantKind(viewShapes))
	return j.complaints
}

// checkText is what is wrong with the text of a message. Slack would cut it
// rather than refuse it when it is too long, which is no better.
func checkText(text string) []string {
	var j judge
	wantString(0, mostMessage)(&j, "text", text)
	if mention.MatchString(text) {
		j.refuse("text", callsPeople)
	}
	return j.complaints
}

var viewShapes = map[string]shape{
	// Source: Slack, Views reference, "Modal views".
	"modal": {
		need: []string{"title", "blocks"},
		may: viewKeys(map[string]want{
			"title":           wantText(24, "plain_text"),
			"close":           wantText(24, "plain_text"),
			"submit":          wantText(24, "plain_text"),
			"submit_disabled": wantBool,
			"clear_on_close":  wantBool,
			"notify_on_close": wantBool,
			"blocks":          wantBlocks(inModal),
		}),
		also: needSubmit,
	},
	// Source: Slack, Views reference, "Home tab views".
	"home": {
		need: []string{"blocks"},
		may:  viewKeys(map[string]want{"blocks": wantBlocks(onHome)}),
	},
}

// viewKeys adds the keys that all views have.
func viewKeys(may map[string]want) map[string]want {
	// Source: Slack, Views reference, "Modal views", "Home tab views".
	may["private_metadata"] = wantString(0, 3000)
	may["callback_id"] = wantString(0, 255)
	// The reference names no limit; 255 is that of the other names.
	may["external_id"] = wantString(0, 255)
	return may
}

// needSubmit is that a modal with an input can be sent.
// Source: Slack, Views reference, "Modal views", submit.
func needSubmit(j *judge, at string, view map[string]any) {
	blocks, _ := view["blocks"].([]any)
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		if _, ok := view["submit"]; !ok && block["type"] == "input" {
			j.refuse(at+".submit", "missing, and there is an input block")
			return
		}
	}
}

// wantBlocks is an array of blocks, with ids of their own.
func wantBlocks(on surface) want {
	block := wantKind(blockShapes)
	return func(j *judge, at string, v any) {
		j.on, j.blockIDs = on, map[string]bool{}
		wantArray(0, mostBlocks[on], func(j *judge, at string, v any) {
			j.actionIDs = map[string]bool{} // are unique in their block
			block(j, at, v)
		})(j, at, v)
	}
}

func wantBlockID(j *judge, at string, v any) {
	wantString(1, mostBlockID)(j, at, v)
	j.once(j.blockIDs, at, v)
}

// blockShapes are the blocks. All may stand on every surface.
// Source: Slack, Block Kit reference, "Blocks".
var blockShapes = map[string]shape{
	// Source: Slack, Block Kit reference, "Actions block".
	"actions": {
		need: []string{"elements"},
		may: map[string]want{
			"block_id": wantBlockID,
			"elements": wantArray(1, 25, wantKind(elementShapes,
				"button", "checkboxes", "datepicker", "overflow", "radio_buttons", "static_select")),
		},
	},
	// Source: Slack, Block Kit reference, "Context block".
	"context": {
		need: []string{"elements"},
		may:  map[string]want{"block_id": wantBlockID, "elements": wantArray(1, 10, wantKind(contextShapes()))},
	},
	// Source: Slack, Block Kit reference, "Divider block".
	"divider": {may: map[string]want{"block_id": wantBlockID}},
	// Source: Slack, Block Kit reference, "Header block".
	"header": {
		need: []string{"text"},
		may:  map[string]want{"block_id": wantBlockID, "text": wantText(150, "plain_text")},
	},
	// Source: Slack, Block Kit reference, "Image block".
	"image": {
		need: []string{"alt_text"},
		may: map[string]want{
			"block_id": wantBlockID, "alt_text": wantString(1, 2000), "title": wantText(2000, "plain_text"),
			"image_url": wantString(1, 3000), "slack_file": wantSlackFile,
		},
		also: exactlyOne("image_url", "slack_file"),
	},
	// Source: Slack, Block Kit reference, "Input block".
	"input": {
		need: []string{"label", "element"},
		may: map[string]want{
			"block_id": wantBlockID, "label": wantText(2000, "plain_text"), "hint": wantText(2000, "plain_text"),
			"optional": wantBool, "dispatch_action": wantBool,
			"element": wantKind(elementShapes, "checkboxes", "datepicker", "email_text_input", "number_input",
				"plain_text_input", "radio_buttons", "static_select", "url_text_input"),
		},
	},
	// Source: Slack, Block Kit reference, "Rich text block".
	"rich_text": {
		need: []string{"elements"},
		may:  map[string]want{"block_id": wantBlockID, "elements": wantArray(0, unlimited, wantKind(richTextShapes))},
	},
	// Source: Slack, Block Kit reference, "Section block".
	"section": {
		may: map[string]want{
			"block_id": wantBlockID, "text": wantText(3000, "plain_text", "mrkdwn"), "expand": wantBool,
			"fields": wantArray(1, 10, wantText(2000, "plain_text", "mrkdwn")),
			"accessory": wantKind(elementShapes,
				"button", "checkboxes", "datepicker", "image", "overflow", "radio_buttons", "static_select"),
		},
		also: func(j *judge, at string, o map[string]any) {
			if o["text"] == nil && o["fields"] == nil {
				j.refuse(at, "neither text nor fields")
			}
		},
	},
}

// A judge collects what Slack would refuse in one payload.
type judge struct {
	complaints []string
	on         surface
	blockIDs   map[string]bool // of the payload
	actionIDs  map[string]bool // of the block
	focused    bool            // an element has taken the focus
}

// A want judges the value at a position.
type want func(j *judge, at string, v any)

// A shape is what an object must look like, apart from its type.
type shape struct {
	on   []surface       // where it may stand; none: everywhere
	need []string        // keys it must have
	may  map[string]want // keys it may have
	also func(j *judge, at string, o map[string]any)
}

// refuse notes a complaint. It holds positions, kinds and numbers, never a value.
func (j *judge) refuse(at, format string, args ...any) {
	j.complaints = append(j.complaints, at+": "+fmt.Sprintf(format, args...))
}

func (j *judge) read(raw json.RawMessage, at string, w want) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		j.refuse(at, "not JSON")
		return
	}
	w(j, at, v)
}

// once is that nothing else of the same scope has this name.
func (j *judge) once(seen map[string]bool, at string, v any) {
	if name, ok := v.(string); ok {
		if seen[name] {
			j.refuse(at, "used twice")
		}
		seen[name] = true
	}
}

// keyName is a key that can stand in a complaint.
var keyName = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

func (j *judge) object(at string, o map[string]any, s shape) {
	for _, key := range s.need {
		if _, ok := o[key]; !ok {
			j.refuse(at+"."+key, "missing")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		w, known := s.may[key]
		switch {
		case known:
			w(j, at+"."+key, o[key])
		case keyName.MatchString(key):
			j.refuse(at+"."+key, "unknown key")
		default:
			j.refuse(at, "unknown key")
		}
	}
	if s.also != nil {
		s.also(j, at, o)
	}
}

// wantObject is an object that has no type.
func wantObject(s shape) want {
	return func(j *judge, at string, v any) {
		if o, ok := v.(map[string]any); ok {
			j.object(at, o, s)
		} else {
			j.refuse(at, "not an object")
		}
	}
}

// wantKind is an object whose type says what it must look like: one of only
// these types, or of all.
func wantKind(shapes map[string]shape, only ...string) want {
	return func(j *judge, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			j.refuse(at, "not an object")
			return
		}
		kind, isString := o["type"].(string)
		s, known := shapes[kind]
		switch {
		case o["type"] == nil:
			j.refuse(at+".type", "missing")
		case !isString:
			j.refuse(at+".type", "not a string")
		case !known:
			j.refuse(at+".type", "unknown type")
		case len(only) > 0 && !slices.Contains(only, kind):
			j.refuse(at+".type", "%s is not allowed here", kind)
		case len(s.on) > 0 && !slices.Contains(s.on, j.on):
			j.refuse(at+".type", "%s is not allowed %s", kind, j.on)
		default:
			o = maps.Clone(o)
			delete(o, "type")
			j.object(at, o, s)
		}
	}
}

func wantArray(least, most int, each want) want {
	return func(j *judge, at string, v any) {
		all, ok := v.([]any)
		switch {
		case !ok:
			j.refuse(at, "not an array")
		case len(all) < least:
			j.refuse(at, "empty")
		case len(all) > most:
			j.refuse(at, "more than %d items", most)
		}
		for i, item := range all {
			each(j, fmt.Sprintf("%s[%d]", at, i), item)
		}
	}
}

func wantString(least, most int) want {
	return func(j *judge, at string, v any) {
		s, ok := v.(string)
		switch n := utf8.RuneCountInString(s); {
		case !ok:
			j.refuse(at, "not a string")
		case n < least:
			j.refuse(at, "empty")
		case n > most:
			j.refuse(at, "longer than %d characters", most)
		}
	}
}

func wantOneOf(values ...string) want {
	return func(j *judge, at string, v any) {
		if !slices.Contains(values, stringOf(v)) {
			j.refuse(at, "not %s", strings.Join(values, " or "))
		}
	}
}

func wantInt(least, most int) want {
	return func(j *judge, at string, v any) {
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || n < float64(least) || n > float64(most) {
			j.refuse(at, "not a whole number from %d to %d", least, most)
		}
	}
}

func wantBool(j *judge, at string, v any) {
	if _, ok := v.(bool); !ok {
		j.refuse(at, "not true or false")
	}
}

// exactlyOne is that an object has one of two keys and not the other.
func exactlyOne(a, b string) func(*judge, string, map[string]any) {
	return func(j *judge, at string, o map[string]any) {
		_, hasA := o[a]
		_, hasB := o[b]
		if hasA == hasB {
			j.refuse(at, "needs either %s or %s", a, b)
		}
	}
}

func stringOf(v any) string {
	s, _ := v.(string)
	return s
}

// Check returns what Slack would refuse in the blocks of a message, or in a view.
func Check(raw json.RawMessage) []string {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '[' {
		return checkBlocks(raw, onMessage)
	}
	return checkView(raw)
}
