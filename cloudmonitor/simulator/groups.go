package simulator

// The actions on contact groups.

import (
	"net/url"
	"slices"
	"strconv"
)

// maxMembers is how many contacts a call may put into a group.
// Source: Alibaba Cloud, "CloudMonitor: PutContactGroup", ContactNames.N.
const maxMembers = 100

// putContactGroup creates a group or replaces its members: whether the service
// replaces or adds is not documented.
func (s *Server) putContactGroup(query url.Values) answer {
	g := group{Name: query.Get("ContactGroupName"), Describe: query.Get("Describe"), EnableSubscribed: true}
	if g.Name == "" {
		return *invalid("ContactGroupName", "")
	}
	if text := query.Get("EnableSubscribed"); text != "" {
		on, err := strconv.ParseBool(text)
		if err != nil {
			return *invalid("EnableSubscribed", text)
		}
		g.EnableSubscribed = on
	}
	for i := 1; i <= maxMembers; i++ {
		if name := query.Get("ContactNames." + strconv.Itoa(i)); name != "" && !slices.Contains(g.Members, name) {
			g.Members = append(g.Members, name)
		}
	}
	if !s.keepGroup(g) {
		return errNoContact
	}
	if s.save() != nil {
		return errInternal
	}
	return success(nil)
}

// keepGroup puts the group into the world, if its members are there.
func (s *Server) keepGroup(g group) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range g.Members {
		if _, found := s.world.find(name); !found {
			return false
		}
	}
	at, found := s.world.group(g.Name)
	if !found {
		s.world.Groups = slices.Insert(s.world.Groups, at, nil)
	}
	s.world.Groups[at] = &g
	s.world.index()
	s.world.version++
	return true
}

func (s *Server) describeContactGroupList(query url.Values) answer {
	first, size, refused := paging(query)
	if refused != nil {
		return *refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, g := range part(s.world.Groups, first, size) {
		list = append(list, map[string]any{
			"Name":             g.Name,
			"Describe":         g.Describe,
			"EnableSubscribed": g.EnableSubscribed,
			"Contacts":         map[string]any{"Contact": append([]string{}, g.Members...)},
		})
	}
	return success(map[string]any{
		"ContactGroupList": map[string]any{"ContactGroup": list},
		"Total":            len(s.world.Groups),
	})
}

func (s *Server) describeContactListByContactGroup(query url.Values) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.world.group(query.Get("ContactGroupName"))
	if !found {
		return errNoGroup
	}
	list := []any{}
	for _, name := range s.world.Groups[at].Members {
		if at, found := s.world.find(name); found {
			list = append(list, s.world.tell(s.world.Contacts[at], false))
		}
	}
	return success(map[string]any{"Contacts": map[string]any{"Contact": list}})
}
