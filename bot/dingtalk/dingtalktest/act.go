package dingtalktest

// Who is there, and what they do.

import (
	"cmp"
	"net/url"
	"strings"
	"testing"
)

// A Person is a user of DingTalk.
type Person struct {
	ID   string // the staff ID
	Corp string // default this corporation
	Nick string // default Name

	Name, Mobile, Mail string // as the directory has them
	OrgMail            string // an address that the corporation gave

	Admin    bool
	Outsider bool // of no corporation that the app knows: messages have no staff ID

	d    *DingTalk
	seen int // so much of what is shown was looked at
}

// A group is a group chat that the robot is in.
type group struct {
	id, title string
	members   map[string]bool
}

// Join adds a person.
func (d *DingTalk) Join(p Person) *Person {
	p.Corp = cmp.Or(p.Corp, d.CorpID)
	p.Nick = cmp.Or(p.Nick, p.Name, p.ID)
	p.d = d
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[p.ID] = &p
	return &p
}

// staff reports whether somebody is of this corporation. The caller holds d.mu.
func (d *DingTalk) staff(id string) (*Person, bool) {
	p := d.people[id]
	return p, p != nil && !p.Outsider && p.Corp == d.CorpID
}

// AddGroup makes a group chat that the robot is in.
func (d *DingTalk) AddGroup(id, title string, members ...*Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &group{id: id, title: title, members: map[string]bool{}}
	for _, p := range members {
		g.members[p.ID] = true
	}
	d.groups[id] = g
}

// Direct is the conversation of the person's single chat with the robot.
func (p *Person) Direct() string { return "cid-of-" + p.ID }

// Say writes to the robot in single chat.
func (p *Person) Say(text string) *Delivery {
	return p.tell(p.Direct(), "text", map[string]any{"text": map[string]any{"content": text}})
}

// Mention mentions the robot in a group, and writes a text behind that. The app
// gets it without the mention, but with the space.
func (p *Person) Mention(group, text string) *Delivery {
	content := ""
	if text != "" {
		content = " " + text
	}
	return p.tell(group, "text", map[string]any{"text": map[string]any{"content": content}})
}

// Rich writes rich text in a conversation, one part for each text; a text of
// [Picture] is a picture. In a group the mention comes first, and is kept.
func (p *Person) Rich(conversation string, texts ...string) *Delivery {
	var parts []any
	if conversation != p.Direct() {
		texts = append([]string{"@" + RobotName + " "}, texts...)
	}
	for _, text := range texts {
		if text == Picture {
			parts = append(parts, map[string]any{"type": "picture", "downloadCode": "code-1", "pictureDownloadCode": "code-2"})
			continue
		}
		parts = append(parts, map[string]any{"text": text})
	}
	return p.tell(conversation, "richText", map[string]any{"content": map[string]any{"richText": parts}})
}

// Picture is a picture in [Person.Rich].
const Picture = "\x00picture"

// RobotName is the robot's name, as people mention it.
const RobotName = "contactbot"

// Picture sends a picture.
func (p *Person) Picture(conversation string) *Delivery {
	return p.tell(conversation, "picture", map[string]any{"content": map[string]any{"downloadCode": "code-1", "pictureDownloadCode": "code-2"}})
}

// Audio says something, which DingTalk may have recognized.
func (p *Person) Audio(conversation, recognized string) *Delivery {
	return p.tell(conversation, "audio", map[string]any{"content": map[string]any{"duration": 4000, "downloadCode": "code-1", "recognition": recognized}})
}

// File sends a file.
func (p *Person) File(conversation, name string) *Delivery {
	return p.tell(conversation, "file", map[string]any{"content": map[string]any{"fileName": name, "fileId": "1", "spaceId": "1", "downloadCode": "code-1"}})
}

// sendMessage is how a link begins that sends a text as the person who taps it.
const sendMessage = "dtmd://dingtalkclient/sendMessage?content="

// Tap taps a link that sends a text as the person: in a group it mentions the
// robot.
func (p *Person) Tap(t testing.TB, on Shown, label string) *Delivery {
	t.Helper()
	for _, link := range on.Links {
		if link.Label != label {
			continue
		}
		escaped, ok := strings.CutPrefix(link.URL, sendMessage)
		if !ok {
			t.Fatalf("the link %q sends no text: %s", label, link.URL)
		}
		text, err := url.PathUnescape(escaped)
		if err != nil {
			t.Fatalf("the link %q: %v", label, err)
		}
		if on.In == p.Direct() {
			return p.Say(text)
		}
		return p.Mention(on.In, text)
	}
	t.Fatalf("there is no link %q in\n%s", label, on.Reads)
	return nil
}
