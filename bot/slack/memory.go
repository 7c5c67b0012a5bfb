package slack

// What is known only as long as the process lives: which response_urls have how
// many uses left, which posts may or may not have arrived, who has which direct
// message. After a restart the slower, certain ways are taken.

import (
	"sync"
	"time"

	"contactbot/state"
)

// maxDirect is how many direct messages are remembered.
const maxDirect = 10_000

type memory struct {
	mu       sync.Mutex
	left     map[string]*urlState
	swept    time.Time
	doubts   map[state.Person]uint64
	directly map[string]string
	looked   map[string]time.Time // who has looked at their App home, and when
}

type urlState struct {
	given time.Time
	used  int
}

// given notes a response_url that Slack has handed out.
func (m *memory) given(url string, at time.Time) {
	if url == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == nil {
		m.left = map[string]*urlState{}
	}
	if at.Sub(m.swept) > time.Minute {
		m.swept = at
		for key, s := range m.left {
			if at.Sub(s.given) > urlLife {
				delete(m.left, key)
			}
		}
	}
	if m.left[url] == nil {
		m.left[url] = &urlState{given: at}
	}
}

// use takes one of the uses of a response_url; false if there may be none left.
// One that was given to another process counts as used up.
func (m *memory) use(url string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.left[url]
	if s == nil || s.used >= urlUses || now.Sub(s.given) > urlLife-time.Minute {
		return false
	}
	s.used++
	return true
}

// doubt notes whether a post may have arrived although it counts as failed.
func (m *memory) doubt(who state.Person, reply uint64, unsure bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !unsure:
		delete(m.doubts, who)
	case m.doubts == nil:
		m.doubts = map[state.Person]uint64{who: reply}
	default:
		m.doubts[who] = reply
	}
}

func (m *memory) unsure(who state.Person, reply uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doubts[who] == reply && reply != 0
}

func (m *memory) direct(user string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.directly[user]
}

func (m *memory) remember(user, channel string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.directly == nil || len(m.directly) >= maxDirect {
		m.directly = map[string]string{}
	}
	m.directly[user] = channel
}

// homeLife is how long an App home that was looked at is kept up to date.
const homeLife = time.Hour

// lookedAt notes that somebody looks at their App home.
func (m *memory) lookedAt(user string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.looked == nil || len(m.looked) >= maxDirect {
		m.looked = map[string]time.Time{}
	}
	m.looked[user] = now
}

// looks reports whether somebody may still look at their App home.
func (m *memory) looks(user string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.looked[user]
	return ok && now.Sub(at) < homeLife
}
