package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"contactbot/bot"
	"contactbot/bot/dialog"
	"contactbot/cloudmonitor"
	"contactbot/cloudmonitor/simulator"
	"contactbot/state"
	"contactbot/state/enginetest"
)

// TestPolicy holds the RAM policy against the actions that the bot really
// calls: neither more nor less.
func TestPolicy(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "deploy/ram/policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Effect, Resource string
			Action           []string
		}
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	var granted []string
	for _, s := range policy.Statement {
		granted = append(granted, s.Action...)
	}

	var mu sync.Mutex
	var called []string
	key := cloudmonitor.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	service, err := simulator.New(simulator.Options{
		Credentials: []cloudmonitor.Credentials{key},
		OnCall: func(c simulator.Call) {
			mu.Lock()
			defer mu.Unlock()
			if action := "cms:" + c.Action; !slices.Contains(called, action) {
				called = append(called, action)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.Handler(service))
	defer server.Close()
	client, err := cloudmonitor.New(cloudmonitor.Options{Endpoint: server.URL, Credentials: cloudmonitor.Static(key)})
	if err != nil {
		t.Fatal(err)
	}
	store, err := state.Open(t.Context(), &enginetest.Memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(bot.Options{Store: store, CloudMonitor: client, Platforms: []bot.Platform{deaf{}}})
	go func() { _ = b.Run(t.Context()) }()
	me := state.Person{Platform: "deaf", Workspace: "w", User: "u"}
	for _, text := range []string{"register name=Alice describe=ECS mail=a@example.com", "me", "register name=Alice phone=13800138000", "yes", "unregister Alice", "yes"} {
		saved := make(chan error, 1)
		b.Take(me, dialog.Message{Text: text, From: state.Address{Private: true}, Member: true}, func(err error) { saved <- err })
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		if err := b.Settled(t.Context(), me); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(granted)
	slices.Sort(called)
	if !slices.Equal(granted, called) {
		t.Errorf("the policy grants %v, the bot calls %v", granted, called)
	}
	if _, ok := service.Contact("Alice"); ok {
		t.Error("the conversation did not come to its end")
	}
}

// deaf is a platform on which nobody listens.
type deaf struct{}

func (deaf) Name() string                                                   { return "deaf" }
func (deaf) Deliver(_ context.Context, _ state.Person, _ state.Reply) error { return nil }
