package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"contactbot/bot/slack"
)

// The manifests of deploy/slack, by the mode they are for.
const (
	socketManifest = "manifest-socket.json"
	httpManifest   = "manifest-http.json"
)

// manifest is what the tests read of an app's manifest.
type manifest struct {
	Features struct {
		SlashCommands []struct{ Command, URL string } `json:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot []string }
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			URL string `json:"request_url"`
		}
	}
}

// TestManifestSchema holds both manifests against Slack's own schema.
func TestManifestSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(func(pattern string) (jsonschema.Regexp, error) {
		if strings.Contains(pattern, "(?!") { // Go's expressions have no such group
			return nothing(pattern), nil
		}
		return regexp.Compile(pattern)
	})
	schema, err := compiler.Compile("testdata/slack-manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{socketManifest, httpManifest} {
		if err := schema.Validate(readJSON[any](t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// nothing is an expression that nothing matches: what the schema says of a field
// that it stands for cannot be tried, so the field must not be used.
type nothing string

func (nothing) MatchString(string) bool { return false }
func (n nothing) String() string        { return string(n) }

// TestManifestModes compares the manifests: they differ in how Slack's messages
// come, and in nothing else.
func TestManifestModes(t *testing.T) {
	bare := func(name string) map[string]any {
		m := readJSON[map[string]any](t, name)
		delete(at(t, m, "settings"), "socket_mode_enabled")
		delete(at(t, m, "settings", "event_subscriptions"), "request_url")
		delete(at(t, m, "settings", "interactivity"), "request_url")
		for _, c := range at(t, m, "features")["slash_commands"].([]any) {
			delete(c.(map[string]any), "url")
		}
		return m
	}
	if d := cmp.Diff(bare(socketManifest), bare(httpManifest)); d != "" {
		t.Errorf("the manifests differ (-socket +http):\n%s", d)
	}
	for name, socket := range map[string]bool{socketManifest: true, httpManifest: false} {
		if on := at(t, readJSON[map[string]any](t, name), "settings")["socket_mode_enabled"]; on != socket {
			t.Errorf("%s: socket_mode_enabled is %v, want %v", name, on, socket)
		}
	}
	for what, u := range urls(readJSON[manifest](t, socketManifest)) {
		if u != "" {
			t.Errorf("%s: Socket Mode needs no URL for %s", socketManifest, what)
		}
	}
}

// TestManifestURLs posts what Slack posts, signed, to the URLs that the manifest
// tells Slack.
func TestManifestURLs(t *testing.T) {
	handler := slack.New(slack.Options{BotToken: "xoxb-1", SigningSecret: "s"}).Handler()
	post := func(path, kind, body string) *httptest.ResponseRecorder {
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte("s"))
		mac.Write([]byte("v0:" + stamp + ":" + body))
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	m := urls(readJSON[manifest](t, httpManifest))
	for _, test := range []struct{ what, kind, body string }{
		{"commands", "application/x-www-form-urlencoded", url.Values{"command": {"/contact"}, "team_id": {"T1"}, "user_id": {"U1"}}.Encode()},
		{"interactions", "application/x-www-form-urlencoded", url.Values{"payload": {`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"}}`}}.Encode()},
		{"events", "application/json", `{"type":"url_verification","challenge":"c"}`},
	} {
		u, err := url.Parse(m[test.what])
		if err != nil || u.Scheme != "https" || u.Host != "contactbot.example.com" {
			t.Errorf("%s: the URL for %s is %q", httpManifest, test.what, m[test.what])
			continue
		}
		// The bot does not run, so what it understands may still be turned away.
		w := post(u.Path, test.kind, test.body)
		switch w.Code {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusMethodNotAllowed:
			t.Errorf("%s: %s are not served at %s: HTTP %d %s", httpManifest, test.what, u.Path, w.Code, w.Body)
		}
		if test.what == "events" && w.Body.String() != "c" {
			t.Errorf("the events URL would not be verified: HTTP %d %q", w.Code, w.Body)
		}
	}
}

// TestManifestCommand holds the slash command against the program's default.
func TestManifestCommand(t *testing.T) {
	want := environment(t)["SLACK_COMMAND"]
	for _, name := range []string{socketManifest, httpManifest} {
		if c := readJSON[manifest](t, name).Features.SlashCommands; len(c) != 1 || c[0].Command != want {
			t.Errorf("%s: the commands are %v, SLACK_COMMAND is %q by default", name, c, want)
		}
	}
}

// TestGuideScopes holds the guide's tables, in both languages, against the
// manifest: each scope and each event is explained, and nothing else is.
func TestGuideScopes(t *testing.T) {
	m := readJSON[manifest](t, socketManifest)
	want := slices.Concat(m.OAuth.Scopes.Bot, m.Settings.Events.Bot)
	if len(m.OAuth.Scopes.Bot) == 0 || len(m.Settings.Events.Bot) == 0 {
		t.Fatal("the manifest has no scopes or no events")
	}
	row := regexp.MustCompile("(?m)^\\| (?:scope|event|权限|事件) `([^`]+)` \\|")
	for language, text := range guide(t) {
		var rows []string
		for _, found := range row.FindAllStringSubmatch(text, -1) {
			rows = append(rows, found[1])
		}
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("the table in %s (-manifest +guide):\n%s", language, d)
		}
	}
}

// TestGuideSettings looks for each environment variable of the guide in the
// program's table of settings.
func TestGuideSettings(t *testing.T) {
	known := environment(t)
	variable := regexp.MustCompile(`\b[A-Z]+(_[A-Z]+)+\b`)
	named := map[string][]string{}
	for language, text := range guide(t) {
		for _, name := range variable.FindAllString(text, -1) {
			if _, ok := known[name]; !ok {
				t.Errorf("the guide in %s names %s, which the program does not know", language, name)
			}
			named[language] = append(named[language], name)
		}
		slices.Sort(named[language])
		named[language] = slices.Compact(named[language])
	}
	if d := cmp.Diff(named["English"], named["Chinese"]); d != "" {
		t.Errorf("the guide names other variables in Chinese (-English +Chinese):\n%s", d)
	}
}

// guide is the set-up guide, by language.
func guide(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/slack/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	english, chinese, ok := strings.Cut(string(text), "\n## 中文\n")
	if !ok {
		t.Fatal("the guide has no Chinese part")
	}
	return map[string]string{"English": english, "Chinese": chinese}
}

// environment is every environment variable that the program reads, with its
// default. A secret is read from a file, too.
func environment(t *testing.T) map[string]string {
	t.Helper()
	parser, err := kong.New(&program{}, vars)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			for _, env := range f.Envs {
				known[env] = f.Default
				if f.Tag.Has("secret") {
					known[env+"_FILE"] = ""
				}
			}
		}
	}
	return known
}

// urls are the URLs that a manifest tells Slack, by what is posted there.
func urls(m manifest) map[string]string {
	all := map[string]string{"events": m.Settings.Events.URL, "interactions": m.Settings.Interactivity.URL}
	for _, c := range m.Features.SlashCommands {
		all["commands"] = c.URL
	}
	return all
}

// readJSON reads a file of deploy/slack.
func readJSON[T any](t *testing.T, name string) T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/slack", name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// at is the object at a path of keys.
func at(t *testing.T, object map[string]any, path ...string) map[string]any {
	t.Helper()
	for _, key := range path {
		inner, ok := object[key].(map[string]any)
		if !ok {
			t.Fatalf("the manifest has no %s", strings.Join(path, "."))
		}
		object = inner
	}
	return object
}
