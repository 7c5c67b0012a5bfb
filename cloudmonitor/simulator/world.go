package simulator

// What the service remembers: contacts, groups and links, in memory and in a
// file.

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"contactbot/cloudmonitor"
)

// A world is guarded by Server.mu. Contacts and groups are sorted by name, and
// so are their pages.
type world struct {
	Format   string     `json:"format"`
	Contacts []*contact `json:"contacts"`
	Groups   []*group   `json:"groups"`

	version  int                 // counts the changes
	links    map[string]link     // by token
	memberOf map[string][]string // groups by contact
}

// format is in every file: one without it is somebody else's, and not to be
// replaced.
const format = "contactbot-simulator/1"

type contact struct {
	Name, Describe, Lang          string
	Created, Updated              time.Time
	SMS, Mail, AliIM, DingWebHook channel
}

type channel struct {
	Value string                  `json:",omitempty"`
	State cloudmonitor.Activation `json:",omitempty"`
	Links []string                `json:",omitempty"` // tokens, newest last
}

type link struct {
	contact *contact
	kind    int // of channels
}

type group struct {
	Name, Describe   string
	Members          []string // in the order given
	EnableSubscribed bool
}

// channels are the four kinds: how each is named, where it is, and whether its
// owner has to open a link before alerts go there.
var channels = [...]struct {
	name      string
	of        func(*contact) *channel
	value     func(*cloudmonitor.Channels) *string
	state     func(*cloudmonitor.States) *cloudmonitor.Activation
	activates bool
}{
	{"SMS", func(c *contact) *channel { return &c.SMS },
		func(c *cloudmonitor.Channels) *string { return &c.SMS },
		func(s *cloudmonitor.States) *cloudmonitor.Activation { return &s.SMS }, true},
	{"Mail", func(c *contact) *channel { return &c.Mail },
		func(c *cloudmonitor.Channels) *string { return &c.Mail },
		func(s *cloudmonitor.States) *cloudmonitor.Activation { return &s.Mail }, true},
	{"AliIM", func(c *contact) *channel { return &c.AliIM },
		func(c *cloudmonitor.Channels) *string { return &c.AliIM },
		func(s *cloudmonitor.States) *cloudmonitor.Activation { return &s.AliIM }, false},
	{"DingWebHook", func(c *contact) *channel { return &c.DingWebHook },
		func(c *cloudmonitor.Channels) *string { return &c.DingWebHook },
		func(s *cloudmonitor.States) *cloudmonitor.Activation { return &s.DingWebHook }, false},
}

func (w *world) find(name string) (at int, found bool) {
	return slices.BinarySearchFunc(w.Contacts, name, func(c *contact, name string) int { return cmp.Compare(c.Name, name) })
}

// contact gives the contact of that name, made if there is none.
func (w *world) contact(name string, now time.Time) (c *contact, found bool) {
	at, found := w.find(name)
	if !found {
		w.Contacts = slices.Insert(w.Contacts, at, &contact{Name: name, Created: now})
	}
	return w.Contacts[at], found
}

// remove forgets a contact, its links and its memberships.
func (w *world) remove(at int) {
	c := w.Contacts[at]
	for i := range channels {
		w.unlink(channels[i].of(c))
	}
	for _, g := range w.Groups {
		g.Members = slices.DeleteFunc(g.Members, func(name string) bool { return name == c.Name })
	}
	w.Contacts = slices.Delete(w.Contacts, at, at+1)
	w.index()
}

func (w *world) group(name string) (at int, found bool) {
	return slices.BinarySearchFunc(w.Groups, name, func(g *group, name string) int { return cmp.Compare(g.Name, name) })
}

// index rebuilds which groups each contact is in.
func (w *world) index() {
	w.memberOf = map[string][]string{}
	for _, g := range w.Groups {
		for _, name := range g.Members {
			w.memberOf[name] = append(w.memberOf[name], g.Name)
		}
	}
}

// maxLinks is how many links of a channel work at once: an older message may
// be the one that is opened first.
const maxLinks = 4

// link makes a new link for a channel and gives its token.
func (w *world) link(c *contact, kind int) string {
	ch := channels[kind].of(c)
	token := rand.Text()
	ch.Links = append(ch.Links, token)
	w.links[token] = link{c, kind}
	for len(ch.Links) > maxLinks {
		delete(w.links, ch.Links[0])
		ch.Links = slices.Delete(ch.Links, 0, 1)
	}
	return token
}

func (w *world) unlink(ch *channel) {
	for _, token := range ch.Links {
		delete(w.links, token)
	}
	ch.Links = nil
}

// listed is the contact as DescribeContactList tells it.
func (w *world) listed(c *contact) cloudmonitor.Listed {
	l := cloudmonitor.Listed{
		Contact: cloudmonitor.Contact{Name: c.Name, Describe: c.Describe, Lang: c.Lang},
		Groups:  slices.Clone(w.memberOf[c.Name]),
	}
	for _, kind := range channels {
		ch := kind.of(c)
		*kind.value(&l.Channels) = ch.Value
		*kind.state(&l.State) = ch.State
	}
	return l
}

// load reads a world, an empty one if there is no file yet.
func load(file string) (*world, error) {
	w := &world{Format: format, links: map[string]link{}}
	defer w.index()
	if file == "" {
		return w, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	w.Format = ""
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // they would be lost
	// The parser's own text could repeat a value.
	if decoder.Decode(w) != nil || decoder.Decode(new(any)) != io.EOF || w.Format != format || slices.Contains(w.Contacts, nil) || slices.Contains(w.Groups, nil) {
		return nil, fmt.Errorf("simulator: %s is not a simulator's file (move it away to begin anew)", file)
	}
	slices.SortFunc(w.Contacts, func(a, b *contact) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(w.Groups, func(a, b *group) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range w.Contacts {
		for i := range channels {
			for _, token := range channels[i].of(c).Links {
				w.links[token] = link{c, i}
			}
		}
	}
	return w, nil
}

// probe tries whether a file can be replaced, and leaves nothing behind.
func probe(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("simulator: the folder %s does not exist: make it first", filepath.Dir(file))
	case err != nil:
		return fmt.Errorf("simulator: contacts cannot be kept in %s: %w", file, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// save makes what has happened so far durable. Calls at the same time share a
// write: who waited while another's included their change is done.
func (s *Server) save() error {
	if s.options.File == "" {
		return nil
	}
	s.mu.Lock()
	want := s.world.version
	s.mu.Unlock()
	s.saving.Lock()
	defer s.saving.Unlock()
	if s.saved >= want {
		return nil
	}
	s.mu.Lock()
	text, err := json.Marshal(s.world)
	version := s.world.version
	s.mu.Unlock()
	if err == nil {
		err = replace(s.options.File, text)
	}
	if err != nil {
		s.options.Log.Error("simulator's file not saved", "error", err)
		return err
	}
	s.saved = version
	return nil
}

// replace writes a file so that, whatever happens, the old or the new text is
// there.
func replace(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	dir, err := os.Open(filepath.Dir(file)) // the new name has to last too
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
