package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"contactbot/bot/dingtalk/dingtalktest"
	"contactbot/cloudmonitor"
	"contactbot/state"
	"contactbot/state/bolt"
)

// BenchmarkServe starts the real program with so many pending requests. It tells
// how long it takes until it answers, and how much memory it has then: resident,
// and anonymous, which is what no file stands behind.
func BenchmarkServe(b *testing.B) {
	self := filepath.Join(b.TempDir(), "contactbot") // not this binary: it holds all tests
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", self, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, pending := range []int{0, 1_000, 1_000_000} {
		b.Run(fmt.Sprint(pending), func(b *testing.B) {
			if testing.Short() && pending > 1_000 {
				b.Skip("takes a minute")
			}
			dir := b.TempDir()
			fill(b, filepath.Join(dir, "contactbot.db"), pending)
			ding := dingtalktest.New(dingtalktest.Options{})
			defer ding.Close()
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			address := free.Addr().String()
			_ = free.Close()
			for b.Loop() {
				cmd := exec.Command(self, "serve")
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "CONTACTBOT_LISTEN="+address, "CONTACTBOT_LOG=json,error",
					"DINGTALK_API_URL="+ding.URL(), "DINGTALK_CLIENT_ID="+ding.ClientID, "DINGTALK_CLIENT_SECRET="+ding.ClientSecret,
					"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "CLOUDMONITOR_ENDPOINT=http://127.0.0.1:9")
				began := time.Now()
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				for {
					res, err := http.Get("http://" + address + "/healthz")
					if err == nil {
						_, _ = io.Copy(io.Discard, res.Body)
						_ = res.Body.Close()
						break
					}
					if time.Since(began) > time.Minute {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "start-ms")
				<-time.After(2 * time.Second) // idle
				b.ReportMetric(memory(b, cmd.Process.Pid, "VmRSS"), "resident-MB")
				b.ReportMetric(memory(b, cmd.Process.Pid, "RssAnon"), "anonymous-MB")
				_ = cmd.Process.Signal(os.Interrupt)
				_ = cmd.Wait()
			}
		})
	}
}

// memory is a figure of a process, in MB.
func memory(b *testing.B, pid int, what string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	m := regexp.MustCompile(what + `:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		b.Fatalf("there is no %s", what)
	}
	kB, err := strconv.Atoi(string(m[1]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kB) / 1000
}

// fill makes a state with pending requests: people who were asked for an address,
// and have until tomorrow.
func fill(b *testing.B, path string, pending int) {
	engine, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	store, err := state.Open(context.Background(), engine, nil)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	var writers sync.WaitGroup
	for w := range 1000 {
		writers.Go(func() {
			for i := w; i < pending; i += 1000 {
				r := state.Request{
					Person: state.Person{Platform: "dingtalk", Workspace: "ding1", User: fmt.Sprintf("staff%07d", i)}, Phase: state.Asking, Begun: now, Touched: now,
					Language: "zh", Standing: state.Member, Timer: now.Add(time.Hour + time.Duration(i)*time.Millisecond),
					Form: state.Form{Draft: cloudmonitor.Contact{Name: fmt.Sprintf("某人%d", i), Describe: "ECS 值班"}, Asking: "mail", Trail: []string{"name", "description"}},
				}
				if _, err := store.Save(context.Background(), state.Change{Request: r, Patient: true}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	if err := engine.Close(); err != nil {
		b.Fatal(err)
	}
}
