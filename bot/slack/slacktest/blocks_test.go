package slacktest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// longText is a text of so many characters, each of three bytes.
func longText(n int) string { return strings.Repeat("字", n) }

// manyOf are so many items of an array.
func manyOf(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

// numberedOf are so many items that hold their number where item has %d.
func numberedOf(n int, item string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(item, i)
	}
	return strings.Join(all, ",")
}

func plainJSON(text string) string { return `{"type":"plain_text","text":"` + text + `"}` }

func mrkdwnJSON(text string) string { return `{"type":"mrkdwn","text":"` + text + `"}` }

func optionJSON(value string) string {
	return `{"text":` + plainJSON("A") + `,"value":"` + value + `"}`
}

// actionsJSON, inputJSON and richJSON are a block around elements.
func actionsJSON(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }

func inputJSON(element string) string {
	return `[{"type":"input","label":` + plainJSON("A") + `,"element":` + element + `}]`
}

func richJSON(inlines string) string {
	return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + inlines + `]}]}]`
}

type complaint struct {
	on   surface // none: in a modal
	in   string
	want []string
}

var blockComplaints = []complaint{
	// The array.
	{in: `[]`},
	{in: ``, want: []string{"blocks: not JSON"}},
	{in: `[`, want: []string{"blocks: not JSON"}},
	{in: `null`, want: []string{"blocks: not an array"}},
	{in: `{}`, want: []string{"blocks: not an array"}},
	{in: `[1,null]`, want: []string{"blocks[0]: not an object", "blocks[1]: not an object"}},
	{on: onMessage, in: `[` + manyOf(50, `{"type":"divider"}`) + `]`},
	{on: onMessage, in: `[` + manyOf(51, `{"type":"divider"}`) + `]`, want: []string{"blocks: more than 50 items"}},
	{on: onHome, in: `[` + manyOf(100, `{"type":"divider"}`) + `]`},
	{in: `[` + manyOf(101, `{"type":"divider"}`) + `]`, want: []string{"blocks: more than 100 items"}},

	// All blocks.
	{in: `[{}]`, want: []string{"blocks[0].type: missing"}},
	{in: `[{"type":7}]`, want: []string{"blocks[0].type: not a string"}},
	{in: `[{"type":"devider"}]`, want: []string{"blocks[0].type: unknown type"}},
	{in: `[{"type":"divider","blockid":"a"}]`, want: []string{"blocks[0].blockid: unknown key"}},
	{in: `[{"type":"divider","13800138000":"a"}]`, want: []string{"blocks[0]: unknown key"}},
	{in: `[{"type":"divider","block_id":"` + longText(255) + `"}]`},
	{in: `[{"type":"divider","block_id":"` + longText(256) + `"}]`, want: []string{"blocks[0].block_id: longer than 255 characters"}},
	{in: `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, want: []string{"blocks[1].block_id: used twice"}},

	// Header, section, context, image.
	{in: `[{"type":"header","text":` + plainJSON(longText(150)) + `}]`},
	{in: `[{"type":"header","text":` + plainJSON(longText(151)) + `}]`, want: []string{"blocks[0].text: longer than 150 characters"}},
	{in: `[{"type":"header","text":` + mrkdwnJSON("a") + `}]`, want: []string{"blocks[0].text.type: mrkdwn is not allowed here"}},
	{in: `[{"type":"header"}]`, want: []string{"blocks[0].text: missing"}},
	{in: `[{"type":"section","text":` + mrkdwnJSON(longText(3000)) + `}]`},
	{in: `[{"type":"section","text":` + mrkdwnJSON(longText(3001)) + `}]`, want: []string{"blocks[0].text: longer than 3000 characters"}},
	{in: `[{"type":"section"}]`, want: []string{"blocks[0]: neither text nor fields"}},
	{in: `[{"type":"section","fields":[` + manyOf(10, plainJSON(longText(2000))) + `]}]`},
	{in: `[{"type":"section","fields":[` + manyOf(11, plainJSON("a")) + `]}]`, want: []string{"blocks[0].fields: more than 10 items"}},
	{in: `[{"type":"section","fields":[` + plainJSON(longText(2001)) + `]}]`, want: []string{"blocks[0].fields[0]: longer than 2000 characters"}},
	{in: `[{"type":"section","text":` + plainJSON("a") + `,"expand":true,"accessory":{"type":"button","text":` + plainJSON("a") + `}}]`},
	{
		in:   `[{"type":"section","text":` + plainJSON("a") + `,"accessory":{"type":"plain_text_input"}}]`,
		want: []string{"blocks[0].accessory.type: plain_text_input is not allowed here"},
	},
	{in: `[{"type":"context","elements":[` + plainJSON("a") + `,` + mrkdwnJSON("*a*") + `,{"type":"image","alt_text":"a","image_url":"https://a"}]}]`},
	{in: `[{"type":"context","elements":[]}]`, want: []string{"blocks[0].elements: empty"}},
	{in: `[{"type":"context","elements":[` + manyOf(11, plainJSON("a")) + `]}]`, want: []string{"blocks[0].elements: more than 10 items"}},
	{in: `[{"type":"image","alt_text":"a","image_url":"https://a","title":` + plainJSON("a") + `}]`},
	{in: `[{"type":"image","alt_text":"a","slack_file":{"id":"F1"}}]`},
	{
		in: `[{"type":"image","image_url":"https://a","slack_file":{}}]`,
		want: []string{
			"blocks[0].alt_text: missing", "blocks[0].slack_file: needs either id or url",
			"blocks[0]: needs either image_url or slack_file",
		},
	},

	// Texts.
	{in: `[{"type":"section","text":{"type":"plain_text","text":"a","emoji":false}}]`},
	{in: `[{"type":"section","text":{"type":"mrkdwn","text":"a","verbatim":true}}]`},
	{in: `[{"type":"section","text":{"type":"mrkdwn","text":"a","emoji":true}}]`, want: []string{"blocks[0].text.emoji: unknown key"}},
	{in: `[{"type":"section","text":{"type":"plain_text","text":"a","verbatim":true}}]`, want: []string{"blocks[0].text.verbatim: unknown key"}},
	{in: `[{"type":"section","text":{"type":"plain_text","text":"a","emoji":"no"}}]`, want: []string{"blocks[0].text.emoji: not true or false"}},
	{in: `[{"type":"section","text":{"type":"markdown","text":"a"}}]`, want: []string{"blocks[0].text.type: unknown type"}},
	{in: `[{"type":"section","text":` + plainJSON("") + `}]`, want: []string{"blocks[0].text: empty"}},
	{in: `[{"type":"section","text":{"type":"plain_text","text":1}}]`, want: []string{"blocks[0].text.text: not a string"}},
	{in: `[{"type":"section","text":"a"}]`, want: []string{"blocks[0].text: not an object"}},

	// Mentions.
	{in: `[{"type":"section","text":` + plainJSON("<!channel> <@U1>") + `}]`},
	{in: `[{"type":"section","text":` + mrkdwnJSON("&lt;!channel&gt; <https://a|a> <#C1> <!date^1^{date}|a> @here") + `}]`},
	{in: `[{"type":"section","text":` + mrkdwnJSON("<!channel>") + `}]`, want: []string{"blocks[0].text: mentions people"}},
	{in: `[{"type":"section","text":` + mrkdwnJSON("a <!here|here>") + `}]`, want: []string{"blocks[0].text: mentions people"}},
	{in: `[{"type":"section","text":` + mrkdwnJSON("<!everyone>") + `}]`, want: []string{"blocks[0].text: mentions people"}},
	{in: `[{"type":"section","fields":[` + mrkdwnJSON("<!subteam^S1|a>") + `]}]`, want: []string{"blocks[0].fields[0]: mentions people"}},
	{in: `[{"type":"context","elements":[` + mrkdwnJSON("<@U1>") + `]}]`, want: []string{"blocks[0].elements[0]: mentions people"}},
	{in: richJSON(`{"type":"broadcast","range":"here"}`), want: []string{"blocks[0].elements[0].elements[0]: mentions people"}},
	{in: richJSON(`{"type":"user","user_id":"U1"}`), want: []string{"blocks[0].elements[0].elements[0]: mentions people"}},
	{in: richJSON(`{"type":"usergroup","usergroup_id":"S1"}`), want: []string{"blocks[0].elements[0].elements[0]: mentions people"}},

	// Actions and buttons.
	{in: actionsJSON(numberedOf(25, `{"type":"button","action_id":"a%d","text":`+plainJSON("A")+`}`))},
	{in: actionsJSON(manyOf(26, `{"type":"button","text":`+plainJSON("A")+`}`)), want: []string{"blocks[0].elements: more than 25 items"}},
	{in: actionsJSON(``), want: []string{"blocks[0].elements: empty"}},
	{in: actionsJSON(`{"type":"email_text_input"}`), want: []string{"blocks[0].elements[0].type: email_text_input is not allowed here"}},
	{
		in:   actionsJSON(manyOf(2, `{"type":"button","action_id":"a","text":`+plainJSON("A")+`}`)),
		want: []string{"blocks[0].elements[1].action_id: used twice"},
	},
	{
		in:   actionsJSON(`{"type":"button","action_id":"` + longText(256) + `","text":` + plainJSON("A") + `}`),
		want: []string{"blocks[0].elements[0].action_id: longer than 255 characters"},
	},
	{in: `[` + numberedOf(2, `{"type":"actions","block_id":"%d","elements":[{"type":"button","action_id":"a","text":`+plainJSON("A")+`}]}`) + `]`},
	{in: actionsJSON(`{"type":"button","text":` + plainJSON(longText(75)) + `,"style":"danger","value":"` + longText(2000) + `","url":"` + longText(3000) + `"}`)},
	{
		in: actionsJSON(`{"type":"button","text":` + plainJSON(longText(76)) + `,"style":"big","value":"` + longText(2001) + `","url":"` + longText(3001) + `"}`),
		want: []string{
			"blocks[0].elements[0].style: not primary or danger", "blocks[0].elements[0].text: longer than 75 characters",
			"blocks[0].elements[0].url: longer than 3000 characters", "blocks[0].elements[0].value: longer than 2000 characters",
		},
	},
	{
		in: actionsJSON(`{"type":"button","text":` + plainJSON("A") + `,"confirm":{"title":` + plainJSON("A") + `,"text":` + plainJSON("A") +
			`,"confirm":` + plainJSON(longText(31)) + `,"deny":` + plainJSON("A") + `}}`),
		want: []string{"blocks[0].elements[0].confirm.confirm: longer than 30 characters"},
	},
	{in: actionsJSON(`{"type":"button","text":` + plainJSON("A") + `,"confirm":true}`), want: []string{"blocks[0].elements[0].confirm: not an object"}},

	// Inputs.
	{on: onMessage, in: inputJSON(`{"type":"plain_text_input","action_id":"a","min_length":0,"max_length":3000,"multiline":true,"initial_value":"a"}`)},
	{in: inputJSON(`{"type":"plain_text_input","max_length":2,"initial_value":"` + longText(2) + `"}`)},
	{
		in:   inputJSON(`{"type":"plain_text_input","max_length":2,"initial_value":"` + longText(3) + `"}`),
		want: []string{"blocks[0].element.initial_value: longer than max_length"},
	},
	{
		in: inputJSON(`{"type":"plain_text_input","max_length":0,"min_length":3001}`),
		want: []string{
			"blocks[0].element.max_length: not a whole number from 1 to 3000",
			"blocks[0].element.min_length: not a whole number from 0 to 3000",
		},
	},
	{in: inputJSON(`{"type":"plain_text_input","max_length":1.5}`), want: []string{"blocks[0].element.max_length: not a whole number from 1 to 3000"}},
	{
		in:   inputJSON(`{"type":"plain_text_input","placeholder":` + plainJSON(longText(151)) + `}`),
		want: []string{"blocks[0].element.placeholder: longer than 150 characters"},
	},
	{in: inputJSON(`{"type":"email_text_input","dispatch_action_config":{"trigger_actions_on":["on_enter_pressed"]}}`)},
	{on: onMessage, in: inputJSON(`{"type":"email_text_input"}`), want: []string{"blocks[0].element.type: email_text_input is not allowed on a message"}},
	{in: inputJSON(`{"type":"url_text_input","initial_value":"https://a"}`)},
	{in: inputJSON(`{"type":"number_input","is_decimal_allowed":false,"min_value":"1","max_value":"2"}`)},
	{
		in:   inputJSON(`{"type":"number_input","min_value":"10","max_value":"9"}`),
		want: []string{"blocks[0].element.is_decimal_allowed: missing", "blocks[0].element.min_value: greater than max_value"},
	},
	{in: inputJSON(`{"type":"button","text":` + plainJSON("A") + `}`), want: []string{"blocks[0].element.type: button is not allowed here"}},
	{in: `[{"type":"input"}]`, want: []string{"blocks[0].label: missing", "blocks[0].element: missing"}},
	{
		in: `[{"type":"input","label":` + plainJSON(longText(2001)) + `,"hint":` + plainJSON(longText(2001)) + `,"optional":"no","element":{"type":"datepicker"}}]`,
		want: []string{
			"blocks[0].hint: longer than 2000 characters", "blocks[0].label: longer than 2000 characters",
			"blocks[0].optional: not true or false",
		},
	},
	{
		in: `[` + manyOf(2, `{"type":"input","label":`+plainJSON("A")+`,"element":{"type":"datepicker","focus_on_load":true}}`) + `]`,
		want: []string{
			"blocks[1].element.focus_on_load: a second element with the focus",
		},
	},
	{in: inputJSON(`{"type":"datepicker","initial_date":"2026-11-24"}`)},
	{in: inputJSON(`{"type":"datepicker","initial_date":"24.11.2026"}`), want: []string{"blocks[0].element.initial_date: not a date as YYYY-MM-DD"}},

	// Options.
	{in: inputJSON(`{"type":"static_select","placeholder":` + plainJSON("A") + `,"options":[` + optionJSON("1") + `,` + optionJSON("2") + `],"initial_option":` + optionJSON("2") + `}`)},
	{
		in:   inputJSON(`{"type":"static_select","options":[` + optionJSON("1") + `],"initial_option":` + optionJSON("2") + `}`),
		want: []string{"blocks[0].element.initial_option: not one of the options"},
	},
	{in: inputJSON(`{"type":"static_select","options":[` + numberedOf(100, optionJSON("%d")) + `]}`)},
	{in: inputJSON(`{"type":"static_select","options":[` + numberedOf(101, optionJSON("%d")) + `]}`), want: []string{"blocks[0].element.options: more than 100 items"}},
	{in: inputJSON(`{"type":"static_select","options":[]}`), want: []string{"blocks[0].element.options: empty"}},
	{in: inputJSON(`{"type":"static_select"}`), want: []string{"blocks[0].element: needs either options or option_groups"}},
	{in: inputJSON(`{"type":"static_select","option_groups":[{"label":` + plainJSON("A") + `,"options":[` + optionJSON("1") + `]}],"initial_option":` + optionJSON("1") + `}`)},
	{
		in: inputJSON(`{"type":"static_select","options":[{"text":` + plainJSON(longText(76)) + `,"value":"` + longText(151) + `","url":"https://a"}]}`),
		want: []string{
			"blocks[0].element.options[0].text: longer than 75 characters", "blocks[0].element.options[0].url: unknown key",
			"blocks[0].element.options[0].value: longer than 150 characters",
		},
	},
	{
		in:   inputJSON(`{"type":"static_select","options":[{"text":` + mrkdwnJSON("A") + `,"value":"1"}]}`),
		want: []string{"blocks[0].element.options[0].text.type: mrkdwn is not allowed here"},
	},
	{
		in:   inputJSON(`{"type":"static_select","options":[` + optionJSON("1") + `,` + optionJSON("1") + `]}`),
		want: []string{"blocks[0].element: value of an option: used twice"},
	},
	{in: inputJSON(`{"type":"radio_buttons","options":[{"text":` + mrkdwnJSON("*A*") + `,"value":"1"}]}`)},
	{in: inputJSON(`{"type":"radio_buttons","options":[` + numberedOf(11, optionJSON("%d")) + `]}`), want: []string{"blocks[0].element.options: more than 10 items"}},
	{in: inputJSON(`{"type":"checkboxes","options":[` + optionJSON("1") + `],"initial_options":[` + optionJSON("1") + `]}`)},
	{
		in:   inputJSON(`{"type":"checkboxes","options":[` + optionJSON("1") + `],"initial_options":[` + optionJSON("2") + `]}`),
		want: []string{"blocks[0].element.initial_options[0]: not one of the options"},
	},
	{in: actionsJSON(`{"type":"overflow","options":[{"text":` + plainJSON("A") + `,"value":"1","url":"https://a"}]}`)},
	{in: actionsJSON(`{"type":"overflow","options":[` + numberedOf(6, optionJSON("%d")) + `]}`), want: []string{"blocks[0].elements[0].options: more than 5 items"}},

	// Rich text.
	{in: richJSON(`{"type":"text","text":"<!channel>","style":{"bold":true,"code":false}},{"type":"link","url":"https://a","text":"a"},{"type":"emoji","name":"wave"},{"type":"color","value":"#F405B3"},{"type":"date","timestamp":1764036000,"format":"{date}","fallback":"a"},{"type":"channel","channel_id":"C1"}`)},
	{in: richJSON(`{"type":"text","text":""}`), want: []string{"blocks[0].elements[0].elements[0].text: empty"}},
	{in: richJSON(`{"type":"text","text":"a","style":{"blod":true}}`), want: []string{"blocks[0].elements[0].elements[0].style.blod: unknown key"}},
	{in: richJSON(`{"type":"text","text":"a","style":{"bold":1}}`), want: []string{"blocks[0].elements[0].elements[0].style.bold: not true or false"}},
	{in: richJSON(`{"type":"date","timestamp":"1","format":"a"}`), want: []string{"blocks[0].elements[0].elements[0].timestamp: not a whole number from 0 to 9223372036854775807"}},
	{in: richJSON(`{"type":"plain_text","text":"a"}`), want: []string{"blocks[0].elements[0].elements[0].type: unknown type"}},
	{in: `[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":"a"}]},{"type":"rich_text_quote","elements":[]},{"type":"rich_text_list","style":"bullet","indent":1,"elements":[{"type":"rich_text_section","elements":[]}]}]}]`},
	{
		in:   `[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"emoji","name":"wave"}]}]}]`,
		want: []string{"blocks[0].elements[0].elements[0].type: emoji is not allowed here"},
	},
	{
		in:   `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"round","elements":[{"type":"rich_text_quote"}]}]}]`,
		want: []string{"blocks[0].elements[0].elements[0].type: unknown type", "blocks[0].elements[0].style: not bullet or ordered"},
	},
}

func TestBlocks(t *testing.T) {
	for _, c := range blockComplaints {
		on := c.on
		if on == "" {
			on = inModal
		}
		if d := cmp.Diff(c.want, checkBlocks(json.RawMessage(c.in), on), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%.200s\n%s (-want +got)", c.in, d)
		}
	}
}

func TestView(t *testing.T) {
	title := `,"title":` + plainJSON("A")
	for _, c := range []complaint{
		{in: `{"type":"modal","blocks":[]` + title + `}`},
		{in: `{"type":"home","blocks":[]}`},
		{in: ``, want: []string{"view: not JSON"}},
		{in: `null`, want: []string{"view: not an object"}},
		{in: `{"type":"workflow_step"}`, want: []string{"view.type: unknown type"}},
		{in: `{"type":"modal"}`, want: []string{"view.title: missing", "view.blocks: missing"}},
		{in: `{"type":"home","blocks":[]` + title + `}`, want: []string{"view.title: unknown key"}},
		{in: `{"type":"modal","blocks":[],"title":` + plainJSON(longText(24)) + `}`},
		{
			in: `{"type":"modal","blocks":[],"title":` + plainJSON(longText(25)) + `,"submit":` + plainJSON(longText(25)) + `,"close":` + mrkdwnJSON("a") + `}`,
			want: []string{
				"view.close.type: mrkdwn is not allowed here", "view.submit: longer than 24 characters",
				"view.title: longer than 24 characters",
			},
		},
		{
			in: `{"type":"modal","blocks":[],"private_metadata":"` + longText(3001) + `","callback_id":"` + longText(256) +
				`","external_id":"` + longText(256) + `","notify_on_close":1,"clear_on_close":null` + title + `}`,
			want: []string{
				"view.callback_id: longer than 255 characters", "view.clear_on_close: not true or false",
				"view.external_id: longer than 255 characters", "view.notify_on_close: not true or false",
				"view.private_metadata: longer than 3000 characters",
			},
		},
		{in: `{"type":"modal","submit":` + plainJSON("A") + `,"blocks":` + inputJSON(`{"type":"email_text_input"}`) + title + `}`},
		{
			in:   `{"type":"modal","blocks":` + inputJSON(`{"type":"email_text_input"}`) + title + `}`,
			want: []string{"view.submit: missing, and there is an input block"},
		},
		{
			in:   `{"type":"home","blocks":` + inputJSON(`{"type":"email_text_input"}`) + `}`,
			want: []string{"view.blocks[0].element.type: email_text_input is not allowed on the Home tab"},
		},
	} {
		if d := cmp.Diff(c.want, checkView(json.RawMessage(c.in)), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%.200s\n%s (-want +got)", c.in, d)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []complaint{
		{in: ""},
		{in: longText(40_000)},
		{in: longText(40_001), want: []string{"text: longer than 40000 characters"}},
		{in: "a &lt;!channel&gt; <https://a> <#C1> @here"},
		{in: "a <!channel>", want: []string{"text: mentions people"}},
		{in: "a <@U1|a>", want: []string{"text: mentions people"}},
	} {
		if d := cmp.Diff(c.want, checkText(c.in), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%.200s\n%s (-want +got)", c.in, d)
		}
	}
}

// screenFiles are the screens that the app's own tests keep.
func screenFiles(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../testdata/screens/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no screens in ../testdata/screens (%v)", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestScreens(t *testing.T) {
	for name, raw := range screenFiles(t) {
		var screen struct {
			Type   string          `json:"type"`
			Text   string          `json:"text"`
			Blocks json.RawMessage `json:"blocks"`
		}
		if err := json.Unmarshal(raw, &screen); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var complaints []string
		if screen.Type == "" {
			complaints = append(checkText(screen.Text), checkBlocks(screen.Blocks, onMessage)...)
		} else {
			complaints = checkView(raw)
		}
		if len(complaints) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(complaints, "\n"))
		}
	}
}

// FuzzBlocks is that no payload breaks the judge, and that it does not change
// its mind.
func FuzzBlocks(f *testing.F) {
	for _, c := range blockComplaints {
		if len(c.in) < 2000 {
			f.Add([]byte(c.in))
		}
	}
	for _, raw := range screenFiles(f) {
		f.Add(raw)
	}
	f.Add([]byte(strings.Repeat("[", 20_000)))
	all := func(raw []byte) (complaints [][]string) {
		for _, on := range []surface{onMessage, inModal, onHome} {
			complaints = append(complaints, checkBlocks(raw, on))
		}
		return append(complaints, checkView(raw), checkText(string(raw)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if d := cmp.Diff(all(raw), all(raw)); d != "" {
			t.Errorf("judged twice, differently:\n%s", d)
		}
	})
}
