package deploy

// Compose, as Compose's own library reads it: with the variables and the secrets
// that the file's header says to make.

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

const composeFile = "deploy/container/compose.yaml"

// composed loads the file, which is checked against Compose's schema.
func composed(t *testing.T, text string, env map[string]string) (*types.Project, error) {
	t.Helper()
	dir := abs(t, filepath.Join(top, filepath.Dir(composeFile)))
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(dir, "compose.yaml"), Content: []byte(text)}},
		Environment: env,
	})
}

// dotenv is the file .env that the header says to write.
func dotenv(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, line := range told(t, composeFile, `(?m)^# {8}([A-Z_]+=.*)$`) {
		name, value, _ := strings.Cut(line, "=")
		env[name] = strings.ReplaceAll(value, "…", "x")
	}
	return env
}

func TestCompose(t *testing.T) {
	text := read(t, composeFile)
	project, err := composed(t, text, dotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Services) != 1 {
		t.Fatalf("there are %d services, want one", len(project.Services))
	}
	s := project.Services["contactbot"]
	made := told(t, composeFile, `> secrets/(\S+)`)
	if used := slices.Sorted(maps.Keys(project.Secrets)); !slices.Equal(used, slices.Sorted(slices.Values(made))) {
		t.Errorf("the header makes the secrets %v, the file uses %v", made, used)
	}
	if len(s.Secrets) != len(made) {
		t.Errorf("the service has %d secrets, want %d", len(s.Secrets), len(made))
	}
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) || s.Privileged || s.User != "65532:65532" {
		t.Errorf("read_only=%v cap_drop=%v security_opt=%v privileged=%v user=%s", s.ReadOnly, s.CapDrop, s.SecurityOpt, s.Privileged, s.User)
	}
	if s.StopGracePeriod == nil || s.StopGracePeriod.String() != "10s" {
		t.Errorf("stop_grace_period is %v, and it takes up to 5 s to end", s.StopGracePeriod)
	}
	if s.HealthCheck == nil || !slices.Equal(s.HealthCheck.Test, []string{"CMD", "/contactbot", "health"}) {
		t.Errorf("the health check is %+v", s.HealthCheck)
	}
	if l := s.Deploy.Resources.Limits; l == nil || l.MemoryBytes < 128<<20 || l.NanoCPUs == 0 || l.Pids == 0 {
		t.Errorf("the limits are %+v", l)
	}
	for _, p := range s.Ports {
		if p.HostIP != "127.0.0.1" {
			t.Errorf("port %d is open to others than this machine: %q", p.Target, p.HostIP)
		}
	}
	if len(s.Volumes) != 1 || s.Volumes[0].Type != "volume" || s.Volumes[0].Target != "/var/lib/contactbot" {
		t.Errorf("the volumes are %v", s.Volumes)
	}
	for from, file := range map[string]string{"build": filepath.Join(s.Build.Context, s.Build.Dockerfile), "context": filepath.Join(s.Build.Context, "go.mod")} {
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s: %v", from, err)
		}
	}
	if !strings.HasSuffix(s.Image, ":"+*s.Build.Args["VERSION"]) {
		t.Errorf("the image %s is stamped %s", s.Image, *s.Build.Args["VERSION"])
	}
	serves(t, serving{env: values(s.Environment), secrets: made, mounted: "/run/secrets", platforms: []string{"slack"}})

	if _, err := composed(t, text, nil); err == nil || !strings.Contains(err.Error(), "ALIBABA_CLOUD_ACCESS_KEY_ID") {
		t.Errorf("without .env, it says %v", err)
	}
	if _, err := composed(t, strings.Replace(text, "cap_drop:", "cap_dorp:", 1), dotenv(t)); err == nil {
		t.Error("a word that Compose does not know is not noticed")
	}
}

// TestComposeDingTalk takes the “#” off the lines of DingTalk.
func TestComposeDingTalk(t *testing.T) {
	env := dotenv(t)
	env["DINGTALK_CLIENT_ID"] = "dingx"
	project, err := composed(t, uncommented(read(t, composeFile), `(?:DINGTALK_|- dingtalk-|dingtalk-|  file: \./secrets/dingtalk-)`), env)
	if err != nil {
		t.Fatal(err)
	}
	secrets := slices.Sorted(maps.Keys(project.Secrets))
	if !slices.Contains(secrets, "dingtalk-client-secret") {
		t.Fatalf("the secrets are %v", secrets)
	}
	serves(t, serving{env: values(project.Services["contactbot"].Environment), secrets: secrets, mounted: "/run/secrets", platforms: []string{"slack", "dingtalk"}})
}

func values(env types.MappingWithEquals) map[string]string {
	all := map[string]string{}
	for name, value := range env {
		all[name] = *value
	}
	return all
}
