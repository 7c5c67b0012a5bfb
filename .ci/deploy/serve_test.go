package deploy

// The settings of each way to deploy, tried with the program itself: it starts
// with them, says that it is well, and ends when it is asked to.

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A serving is what a deployment gives the program.
type serving struct {
	env       map[string]string
	secrets   []string // the names of the files that are there
	mounted   string   // the directory in which the settings look for them
	platforms []string // that are to be served, in the order of /readyz
	http      bool     // Slack in HTTP mode
}

// secretValues are secrets of the right form.
var secretValues = map[string]string{
	"slack-bot-token": "xoxb-1", "slack-app-token": "xapp-1", "slack-signing-secret": "s", "dingtalk-client-secret": "d",
	"access-key-secret": "k", "data-key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}

// serves starts the program as it is deployed, but simulated, with a Slack and a
// DingTalk that are not there.
func serves(t *testing.T, s serving) {
	t.Helper()
	dir := t.TempDir()
	secrets := filepath.Join(dir, "secrets")
	lib := filepath.Join(dir, "state")
	for _, d := range []string{secrets, lib} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range s.secrets {
		value, ok := secretValues[name]
		if !ok {
			t.Fatalf("do not know the secret %s", name)
		}
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(value+"\n"), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	nobody := free(t)
	address := free(t)
	var env []string
	for name, value := range s.env {
		value = strings.ReplaceAll(strings.ReplaceAll(value, s.mounted+"/", secrets+"/"), "/var/lib/contactbot/", lib+"/")
		if name == "CONTACTBOT_LISTEN" { // the port is taken, perhaps
			host, port, err := net.SplitHostPort(value)
			if err != nil || port != "8080" {
				t.Errorf("CONTACTBOT_LISTEN is %q; everything else names port 8080", value)
			}
			_, port, _ = net.SplitHostPort(address)
			value = net.JoinHostPort(host, port)
		}
		env = append(env, name+"="+value)
	}
	env = append(env, "SLACK_API_URL=http://"+nobody+"/api/", "DINGTALK_API_URL=http://"+nobody)

	c := exec.Command(binary(t), "serve", "--simulate")
	var log bytes.Buffer
	c.Dir, c.Env, c.Stderr = lib, env, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	defer func() { _ = c.Process.Kill() }()

	well := false
	for begin := time.Now(); !well && time.Since(begin) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
		health := exec.Command(binary(t), "health")
		health.Env = env
		well = health.Run() == nil
		select {
		case err := <-ended:
			t.Fatalf("it ended by itself: %v\n%s", err, log.String())
		default:
		}
	}
	if !well {
		t.Errorf("“contactbot health” fails:\n%s", log.String())
	}
	// Which platforms are served shows in what is not ready.
	status, text := ask(t, http.MethodGet, "http://"+address+"/readyz")
	var named []string
	for _, p := range []string{"slack", "dingtalk"} {
		if strings.Contains(strings.ToLower(text), p) {
			named = append(named, p)
		}
	}
	if status != http.StatusServiceUnavailable || !slices.Equal(named, s.platforms) {
		t.Errorf("/readyz: HTTP %d %s, want one that tells of %v", status, text, s.platforms)
	}
	want := http.StatusNotFound
	if s.http {
		want = http.StatusUnauthorized // the request is not signed
	}
	if status, _ := ask(t, http.MethodPost, "http://"+address+"/slack/events"); status != want {
		t.Errorf("/slack/events: HTTP %d, want %d", status, want)
	}
	// Nobody has said anything: what counts people's doings is not shown yet.
	_, text = ask(t, http.MethodGet, "http://"+address+"/metrics")
	measured(t, text, []string{"contactbot_build_info", "contactbot_link_up", "contactbot_link_opens_total", "contactbot_queue_length", "contactbot_queue_age_seconds"})
	if _, err := os.Stat(filepath.Join(lib, "contactbot-simulated.db")); err != nil {
		t.Errorf("a simulation has to keep to its own file: %v", err)
	}
	if s.env["CONTACTBOT_AUDIT"] == "" {
		t.Error("there is no audit log")
	}
	_ = c.Process.Signal(syscall.SIGHUP) // opens the audit log anew
	time.Sleep(50 * time.Millisecond)
	_ = c.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v\n%s", err, log.String())
		}
	case <-time.After(10 * time.Second): // what all deployments allow
		t.Error("it does not end within 10 s")
	}
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func ask(t *testing.T, method, url string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}
