package simulator

// The actions on contacts.

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"contactbot/cloudmonitor"
)

// actions are all that is simulated. RAM knows them as cms:<Action>.
var actions = map[string]func(*Server, url.Values) answer{
	"PutContact":                        (*Server).putContact,
	"DescribeContactList":               (*Server).describeContactList,
	"DescribeContactListByContactGroup": (*Server).describeContactListByContactGroup,
	"DescribeContactGroupList":          (*Server).describeContactGroupList,
	"PutContactGroup":                   (*Server).putContactGroup,
	"DeleteContact":                     (*Server).deleteContact,
}

// webhook is how a robot's URL begins, the only form that is documented.
// Source: Alibaba Cloud, "CloudMonitor: PutContact", Channels.DingWebHook.
const webhook = "https://oapi.dingtalk.com/robot/send?access_token="

// goodName reports whether a contact may have the name: 2 to 40 characters,
// a Chinese or English letter first, then also digits, points and underscores.
// Source: Alibaba Cloud, ROS, ALIYUN::CMS::Contact. Hyphens are in the tests
// of Terraform's provider and inner spaces in requests captured from the
// vendor's SDKs, so they are not known to be refused.
func goodName(name string) bool {
	if n := utf8.RuneCountInString(name); n < 2 || n > 40 || strings.HasSuffix(name, " ") {
		return false
	}
	for i, r := range name {
		letter := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || unicode.Is(unicode.Han, r)
		if !letter && (i == 0 || !strings.ContainsRune("0123456789._- ", r)) {
			return false
		}
	}
	return true
}

// check holds the parameters of PutContact against what is documented.
func (s *Server) check(c cloudmonitor.Contact) *answer {
	switch {
	case !goodName(c.Name):
		return invalid("ContactName", c.Name)
	case c.Describe == "":
		return invalid("Describe", c.Describe)
	case c.Channels.Mail != "" && !strings.Contains(c.Channels.Mail, "@"):
		return invalid("Channels.Mail", c.Channels.Mail)
	case c.Channels.DingWebHook != "" && (!strings.HasPrefix(c.Channels.DingWebHook, webhook) || c.Channels.DingWebHook == webhook):
		return invalid("Channels.DingWebHook", c.Channels.DingWebHook)
	case c.Lang != "" && c.Lang != "zh-cn" && c.Lang != "en":
		return invalid("Lang", c.Lang)
	}
	return nil
}

func (s *Server) putContact(query url.Values) answer {
	given := cloudmonitor.Contact{Name: query.Get("ContactName"), Describe: query.Get("Describe"), Lang: query.Get("Lang")}
	for _, kind := range channels {
		*kind.value(&given.Channels) = query.Get("Channels." + kind.name)
	}
	if refused := s.check(given); refused != nil {
		return *refused
	}
	s.mu.Lock()
	if at, found := s.world.find(given.Name); found && s.options.KeepMissing {
		before := s.world.listed(s.world.Contacts[at])
		for _, kind := range channels {
			if value := kind.value(&given.Channels); *value == "" {
				*value = *kind.value(&before.Channels)
			}
		}
		if given.Lang == "" {
			given.Lang = before.Lang
		}
	}
	if !s.options.Site.Sufficient(given.Channels) {
		s.mu.Unlock()
		return *invalid("Channels", "")
	}
	sent := s.world.put(given, s.options.Now())
	for i := range sent {
		sent[i].URL = s.base + activatePath + sent[i].URL
	}
	s.mu.Unlock()
	if s.save() != nil {
		return errInternal
	}
	if s.options.OnLink != nil {
		for _, l := range sent {
			s.options.OnLink(l)
		}
	}
	return success(nil)
}

// put creates or modifies a contact, and gives the links to be sent, with
// their tokens as URLs: to what is new or changed, and again to what was never
// activated.
func (w *world) put(given cloudmonitor.Contact, now time.Time) (sent []Link) {
	c, _ := w.contact(given.Name, now)
	c.Describe, c.Lang, c.Updated = given.Describe, given.Lang, now
	for i, kind := range channels {
		ch, value := kind.of(c), *kind.value(&given.Channels)
		if value != ch.Value {
			w.unlink(ch)
			*ch = channel{Value: value}
		}
		switch {
		case value == "":
		case !kind.activates:
			ch.State = cloudmonitor.OK
		case ch.State != cloudmonitor.OK:
			ch.State = cloudmonitor.Pending
			sent = append(sent, Link{Contact: c.Name, Channel: kind.name, To: value, URL: w.link(c, i)})
		}
	}
	w.version++
	return sent
}

func (s *Server) deleteContact(query url.Values) answer {
	s.mu.Lock()
	at, found := s.world.find(query.Get("ContactName"))
	if found {
		s.world.remove(at)
		s.world.version++
	}
	s.mu.Unlock()
	switch {
	case !found:
		return errNoContact
	case s.save() != nil:
		return errInternal
	}
	return success(nil)
}

func (s *Server) describeContactList(query url.Values) answer {
	first, size, refused := paging(query)
	if refused != nil {
		return *refused
	}
	kind := -1
	// sic: the API's spelling
	if t := query.Get("ChanelType"); t != "" {
		for i := range channels {
			if channels[i].name == t {
				kind = i
			}
		}
		if kind < 0 {
			return *invalid("ChanelType", t)
		}
	}
	name, value := query.Get("ContactName"), query.Get("ChanelValue")
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.world.Contacts
	if name != "" {
		at, found := s.world.find(name)
		if all = nil; found {
			all = s.world.Contacts[at : at+1]
		}
	}
	if value != "" || kind >= 0 {
		all = slices.Clone(all)
		all = slices.DeleteFunc(all, func(c *contact) bool { return !c.has(kind, value) })
	}
	list := []any{}
	for _, c := range part(all, first, size) {
		list = append(list, s.world.tell(c, true))
	}
	return success(map[string]any{"Contacts": map[string]any{"Contact": list}, "Total": len(all)})
}

// has reports whether the contact has a channel of the kind, or any if that is
// negative, with the value, or any if that is empty.
func (c *contact) has(kind int, value string) bool {
	for i := range channels {
		if ch := channels[i].of(c); (kind < 0 || kind == i) && ch.Value != "" && (value == "" || ch.Value == value) {
			return true
		}
	}
	return false
}

// tell is a contact in the shape of the API.
func (w *world) tell(c *contact, states bool) map[string]any {
	values, state := map[string]string{}, map[string]cloudmonitor.Activation{}
	for _, kind := range channels {
		if ch := kind.of(c); ch.Value != "" {
			values[kind.name], state[kind.name] = ch.Value, ch.State
		}
	}
	groups := w.memberOf[c.Name]
	if groups == nil {
		groups = []string{}
	}
	told := map[string]any{
		"Name":          c.Name,
		"Desc":          c.Describe,
		"Lang":          c.Lang,
		"CreateTime":    c.Created.UnixMilli(),
		"UpdateTime":    c.Updated.UnixMilli(),
		"Channels":      values,
		"ContactGroups": map[string]any{"ContactGroup": groups},
	}
	if states {
		told["ChannelsState"] = state
	}
	return told
}

// maxPage is the largest and the default size of a page.
// Source: Alibaba Cloud, "CloudMonitor: DescribeContactList", PageSize.
const maxPage = 100

func paging(query url.Values) (first, size int, refused *answer) {
	read := func(name string, otherwise, most int) int {
		text := query.Get(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			refused = invalid(name, text)
		}
		return n
	}
	number := read("PageNumber", 1, 1<<31/maxPage)
	size = read("PageSize", maxPage, maxPage)
	return (number - 1) * size, size, refused
}

func part[T any](all []T, first, size int) []T {
	first = min(first, len(all))
	return all[first:min(first+size, len(all))]
}

// Contacts are the contacts the service holds, sorted by name.
func (s *Server) Contacts() []cloudmonitor.Listed {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]cloudmonitor.Listed, 0, len(s.world.Contacts))
	for _, c := range s.world.Contacts {
		list = append(list, s.world.listed(c))
	}
	return list
}

// Contact is the contact of that name.
func (s *Server) Contact(name string) (c cloudmonitor.Listed, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.world.find(name)
	if found {
		c = s.world.listed(s.world.Contacts[at])
	}
	return c, found
}

// Put makes a contact as it is, unchecked, as if somebody had done so in the
// console: no link is sent. A channel without a state is OK. Groups are left
// alone.
func (s *Server) Put(l cloudmonitor.Listed) error {
	s.mu.Lock()
	s.world.put(l.Contact, s.options.Now())
	c, _ := s.world.contact(l.Name, s.options.Now())
	for _, kind := range channels {
		ch := kind.of(c)
		s.world.unlink(ch)
		if ch.State = ""; ch.Value != "" {
			if ch.State = *kind.state(&l.State); ch.State == "" {
				ch.State = cloudmonitor.OK
			}
		}
	}
	s.mu.Unlock()
	return s.save()
}

var _ http.Handler = (*Server)(nil)
