package slack

import (
	"testing"
	"time"
)

// TestResponseURLs: five uses in half an hour, of those that this process was
// given.
func TestResponseURLs(t *testing.T) {
	var m memory
	now := time.Now()
	m.given("a", now)
	m.given("b", now)
	for i := range urlUses {
		if !m.use("a", now) {
			t.Errorf("use %d is refused", i+1)
		}
	}
	for what, used := range map[string]bool{
		"the sixth": m.use("a", now), "too late": m.use("b", now.Add(urlLife)), "another process's": m.use("c", now),
	} {
		if used {
			t.Errorf("%s is allowed", what)
		}
	}
	if !m.use("b", now) {
		t.Error("one that nobody has used is refused")
	}
	m.given("d", now.Add(2*urlLife))
	if len(m.left) != 1 {
		t.Errorf("%d are remembered, although they have ended", len(m.left)-1)
	}
}
