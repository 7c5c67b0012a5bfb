package dingtalktest

// What the app may write.

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Limits of the real DingTalk.
const (
	// maxReply is how long a reply to a session webhook may be, in bytes.
	// Source: DingTalk, "Custom robot", error code 460101: message too long.
	maxReply = 20_000
	// maxParam is how long msgParam may be, in bytes.
	// Source: DingTalk, "Robot sends group messages".
	maxParam = 15_000
)

// markdown is a text with a title, which stands in notifications.
type markdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// readReply reads what is posted to a session webhook of a conversation. The
// caller holds d.mu.
func (d *DingTalk) readReply(conversation string, body []byte) (n Shown, err error) {
	if len(body) > maxReply {
		return n, fmt.Errorf("more than %d bytes", maxReply)
	}
	var m struct {
		Type       string          `json:"msgtype"`
		Text       json.RawMessage `json:"text"`
		Markdown   json.RawMessage `json:"markdown"`
		ActionCard json.RawMessage `json:"actionCard"`
		At         json.RawMessage `json:"at"`
	}
	if err := strictly(body, &m, "msgtype*", "text", "markdown", "actionCard", "at"); err != nil {
		return n, err
	}
	switch m.Type {
	case "text":
		n, err = readText(m.Text)
	case "markdown":
		n, err = readMarkdown(m.Markdown)
	case "actionCard":
		n, err = readActionCard(m.ActionCard)
	default:
		return n, fmt.Errorf("msgtype %q", m.Type)
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", m.Type, err)
	}
	if len(m.At) > 0 {
		var at struct {
			UserIDs []string `json:"atUserIds"`
			Mobiles []string `json:"atMobiles"`
			All     bool     `json:"isAtAll"`
		}
		if err := strictly(m.At, &at, "atUserIds", "atMobiles", "isAtAll"); err != nil {
			return n, fmt.Errorf("at: %w", err)
		}
		if at.All {
			d.breaks("at", "isAtAll: everybody in the group is called")
		}
		n.At = at.UserIDs
	}
	return d.complete(n, conversation), nil
}

// readText, readMarkdown and readActionCard read a message of a kind.
func readText(raw json.RawMessage) (n Shown, err error) {
	var m struct {
		Content string `json:"content"`
	}
	err = strictly(raw, &m, "content*")
	return Shown{Text: m.Content, Reads: m.Content}, err
}

func readMarkdown(raw json.RawMessage) (n Shown, err error) {
	var m markdown
	if err = strictly(raw, &m, "title*", "text*"); err != nil {
		return n, err
	}
	return readable(m)
}

func readActionCard(raw json.RawMessage) (n Shown, err error) {
	var m struct {
		markdown
		SingleTitle string `json:"singleTitle"`
		SingleURL   string `json:"singleURL"`
		Orientation string `json:"btnOrientation"`
		Buttons     []struct {
			Title string `json:"title"`
			URL   string `json:"actionURL"`
		} `json:"btns"`
	}
	if err = strictly(raw, &m, "title*", "text*", "singleTitle", "singleURL", "btnOrientation", "btns"); err != nil {
		return n, err
	}
	if n, err = readable(m.markdown); err != nil {
		return n, err
	}
	if (m.SingleTitle != "") == (len(m.Buttons) > 0) {
		return n, errors.New("give singleTitle or btns")
	}
	if m.SingleTitle != "" {
		n.Links = append(n.Links, Link{m.SingleTitle, m.SingleURL})
	}
	for _, b := range m.Buttons {
		n.Links = append(n.Links, Link{b.Title, b.URL})
	}
	return n, nil
}

// readParam reads a message of the OpenAPI, by its msgKey.
// Source: DingTalk, "Types of robot messages".
func (d *DingTalk) readParam(key, param string) (n Shown, err error) {
	if len(param) > maxParam {
		return n, fmt.Errorf("msgParam of more than %d bytes", maxParam)
	}
	raw := json.RawMessage(param)
	switch key {
	case "sampleText":
		n, err = readText(raw)
	case "sampleMarkdown":
		n, err = readMarkdown(raw)
	case "sampleActionCard":
		n, err = readActionCard(raw)
	case "sampleActionCard2", "sampleActionCard3", "sampleActionCard4", "sampleActionCard5":
		names, m := []string{"title*", "text*"}, map[string]string{}
		for i := '1'; i <= rune(key[len(key)-1]); i++ {
			names = append(names, "actionTitle"+string(i)+"*", "actionURL"+string(i)+"*")
		}
		if err = strictly(raw, &m, names...); err != nil {
			break
		}
		if n, err = readable(markdown{m["title"], m["text"]}); err == nil {
			for i := '1'; i <= rune(key[len(key)-1]); i++ {
				n.Links = append(n.Links, Link{m["actionTitle"+string(i)], m["actionURL"+string(i)]})
			}
		}
	default:
		return n, fmt.Errorf("msgKey %q", key)
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", key, err)
	}
	return d.complete(n, ""), nil
}

var everybody = regexp.MustCompile(`(?i)@(all|所有人)`)

// complete checks what all messages must heed, and puts names in place of the
// people mentioned. The caller holds d.mu.
func (d *DingTalk) complete(n Shown, conversation string) Shown {
	if everybody.MatchString(n.Title + "\n" + n.Text) {
		d.breaks("at", "a text that calls everybody")
	}
	for _, id := range n.At {
		p := d.people[id]
		g := d.groups[conversation]
		switch {
		case p == nil || g != nil && !g.members[id]:
			d.breaks("at", "a person who is not in the conversation")
		// Source: DingTalk, "Custom robot", parameter at: the text must hold it.
		case g != nil && !strings.Contains(n.Text, "@"+id):
			d.breaks("at", "a person who is not mentioned in the text, so that nobody sees it")
		default:
			n.Reads = strings.ReplaceAll(n.Reads, "@"+id, "@"+p.Nick)
		}
	}
	for _, link := range n.Links {
		if why := badLink(link); why != "" {
			d.breaks("link", "%q %s", link.Label, why)
		}
	}
	for _, link := range n.Links[n.inText:] {
		n.Reads += "\n" + link.Label
	}
	if n.Title != "" {
		n.Reads = n.Title + "\n" + n.Reads
	}
	return n
}
