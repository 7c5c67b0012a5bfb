package bot_test

// Promises of trust: the audit log.

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"contactbot/bot"
	"contactbot/cloudmonitor"
)

func TestNoOutcomeIsLostToTheAuditLog(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		h.platform.fail = 1 << 30 // nothing can be told
		h.must("U1", "", "help")
		pass(time.Second)
		h.must("U1", "", oneLiner)
		pass(time.Minute)
		for range 120 {
			h.must("U1", "", "help")
		}
		pass(26 * time.Hour)
		h.platform.mu.Lock()
		h.platform.fail = 0
		h.platform.mu.Unlock()
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		if r := audit.records(t); len(r) != 1 || r[0].Result != "done" {
			t.Errorf("audited: %+v", r)
		}
	})
}

func TestNoOutcomeIsLostToTheAuditLogWhenTheClockIsSetBack(t *testing.T) {
	var back atomic.Int64
	trusts(t, func(o *bot.Options) {
		o.Now = func() time.Time { return time.Now().Add(-time.Duration(back.Load())) }
	}, func(t *testing.T, h *house, audit *ledger) {
		h.platform.fail = 12 // what is told waits, and is audited already
		h.must("U1", "", oneLiner)
		pass(time.Second)
		back.Store(int64(10 * time.Minute))
		h.must("U1", "", "register name=Bob describe=ECS mail=bob@example.com lang=en")
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		h.wants("U1", "Bob is registered")
		seen := map[string]bool{}
		for _, r := range audit.records(t) {
			seen[r.ID] = true
		}
		if len(audit.lines) != 2 || len(seen) != 2 {
			t.Errorf("%d lines with %d IDs for two registrations", len(audit.lines), len(seen))
		}
	})
}

func TestEveryOutcomeIsAuditedBeforeItIsTold(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		audit.fails = 2
		h.must("U1", "", oneLiner)
		for h.service.count() == 0 {
			pass(time.Millisecond)
		}
		pass(time.Second)
		if h.platform.told("U1", "is registered as") != 0 {
			t.Error("told before it was audited")
		}
		if err := h.bot.Settled(t.Context(), person("U1")); err != nil {
			t.Fatal(err)
		}
		h.wants("U1", "Alice is registered")

		h.service.fail = []error{&cloudmonitor.Error{Action: "PutContact", Status: 400, Code: "InvalidParameterValue", RequestID: "7F3E"}}
		h.tells("U2", "register name=Bob describe=ECS mail=bob@example.com lang=en")
		records := audit.records(t)
		if len(records) != 2 {
			t.Fatalf("audited: %+v", records)
		}
		done, refused := records[0], records[1]
		if done.Person != "fake/W1/U1" || done.Action != "register" || done.Result != "done" || done.Contact != "Alice" || done.RequestID != "REQUEST-Alice" || done.Time.IsZero() || done.ID == "" {
			t.Errorf("audited as %+v", done)
		}
		if refused.Result != "refused" || refused.Code != "InvalidParameterValue" || refused.RequestID != "7F3E" {
			t.Errorf("audited as %+v", refused)
		}
		if done.Values["mail"] != "a***@example.com" || done.Values["phone"] != "138****8000" {
			t.Errorf("not masked: %v", done.Values)
		}
		for _, line := range audit.lines {
			for _, typed := range []string{"alice@", "13800138000", "bob@", "ECS"} {
				if strings.Contains(line, typed) {
					t.Errorf("%q is audited", typed)
				}
			}
		}
	})
}

func TestDeletionsAndLimitsAreAudited(t *testing.T) {
	trusts(t, nil, func(t *testing.T, h *house, audit *ledger) {
		h.tells("U1", oneLiner)
		h.tells("U1", "unregister")
		h.tells("U1", "yes")
		for i := range 3 {
			h.tells("U2", fmt.Sprintf("register name=B%d describe=ECS mail=b@example.com lang=en", i))
		}
		h.tells("U3", "register name=Bob describe=ECS mail=b@example.com phone=13900139000 lang=en")
		h.tells("U3", "mail=b3@example.com")
		var got []string
		for _, r := range audit.records(t) {
			got = append(got, r.Action+" "+r.Result)
		}
		want := []string{"register done", "remove done", "register done", "register done", "register done", "register limited"}
		if !slices.Equal(got, want) {
			t.Errorf("audited %q instead of %q", got, want)
		}
	})
}
