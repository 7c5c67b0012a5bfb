package deploy

// systemd: the unit and its drop-ins as systemd-analyze sees them, and their
// settings tried with the program.

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-systemd/v22/unit"
)

const systemd = "deploy/systemd"

// exposure is how much of the machine the unit may reach at most, in tenths of
// what systemd-analyze calls the overall exposure level (10 is everything).
const exposure = "15"

// dropIns are the ways to serve, by the drop-ins that they need.
var dropIns = []struct {
	names   []string
	serving serving
}{
	{nil, serving{platforms: []string{"slack"}}},
	{[]string{"10-http-mode.conf"}, serving{platforms: []string{"slack"}, http: true}},
	{[]string{"20-dingtalk.conf"}, serving{platforms: []string{"slack", "dingtalk"}}},
	{[]string{"10-http-mode.conf", "20-dingtalk.conf"}, serving{platforms: []string{"slack", "dingtalk"}, http: true}},
	{[]string{"10-dingtalk-only.conf"}, serving{platforms: []string{"dingtalk"}}},
}

// TestSystemdVerify has systemd look at the unit with each set of drop-ins.
func TestSystemdVerify(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed: the units are not verified")
	}
	for _, d := range dropIns {
		t.Run(strings.Join(append([]string{"unit"}, d.names...), "+"), func(t *testing.T) {
			file := installed(t, read(t, systemd+"/contactbot.service"), d.names)
			if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("systemd-analyze verify: %v\n%s", err, out)
			}
			if out, err := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+exposure, file).CombinedOutput(); err != nil {
				t.Errorf("systemd-analyze security: %v\n%s", err, out)
			}
		})
	}
	file := installed(t, strings.Replace(read(t, systemd+"/contactbot.service"), "ProtectClock=", "ProtectClok=", 1), nil)
	if out, _ := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); len(out) == 0 {
		t.Error("systemd-analyze does not notice a word that it does not know")
	}
}

// installed puts the unit and drop-ins where they belong, below a directory; the
// program is the one that was built.
func installed(t *testing.T, text string, names []string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "contactbot.service")
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(file, strings.ReplaceAll(text, "=/usr/local/bin/contactbot", "="+binary(t)))
	for _, name := range names {
		write(filepath.Join(file+".d", name), read(t, systemd+"/"+name))
	}
	return file
}

// TestSystemdSettings serves with the settings and the credentials that systemd
// would give.
func TestSystemdSettings(t *testing.T) {
	for _, d := range dropIns {
		t.Run(strings.Join(append([]string{"unit"}, d.names...), "+"), func(t *testing.T) {
			s := d.serving
			s.env, s.mounted = map[string]string{}, "/credentials"
			// What the unit says in Environment= is overridden by the file.
			var assigned, unset []string
			for _, name := range append([]string{"contactbot.service"}, d.names...) {
				options, err := unit.Deserialize(strings.NewReader(read(t, systemd+"/"+name)))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, o := range options {
					switch {
					case o.Name == "LoadCredential" && o.Value == "":
						s.secrets = nil
					case o.Name == "LoadCredential":
						id, path, _ := strings.Cut(o.Value, ":")
						if path != "/etc/contactbot/"+id {
							t.Errorf("%s: the credential %s is read from %s", name, id, path)
						}
						s.secrets = append(s.secrets, id)
					case o.Name == "Environment":
						assigned = append(assigned, strings.ReplaceAll(o.Value, "%d/", "/credentials/"))
					case o.Name == "UnsetEnvironment":
						unset = append(unset, strings.Fields(o.Value)...)
					}
				}
			}
			file := read(t, systemd+"/contactbot.env")
			if slices.Contains(s.platforms, "dingtalk") {
				file = strings.ReplaceAll(file, "#DINGTALK_", "DINGTALK_") // as its drop-in says
			}
			for line := range strings.Lines(file) {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					assigned = append(assigned, line)
				}
			}
			for _, a := range assigned {
				name, value, _ := strings.Cut(a, "=")
				s.env[name] = value
			}
			for _, name := range unset {
				if _, ok := s.env[name]; !ok {
					t.Errorf("%s is unset, and was not set", name)
				}
				delete(s.env, name)
			}
			serves(t, s)
		})
	}
	// What the unit's header says to install is what it loads.
	for _, line := range told(t, systemd+"/contactbot.service", `install -m 0400 (.*) /etc/contactbot`) {
		for _, name := range strings.Fields(line) {
			if !strings.Contains(read(t, systemd+"/contactbot.service"), "LoadCredential="+name+":/etc/contactbot/"+name) {
				t.Errorf("the header installs %s, which is not loaded", name)
			}
		}
	}
}
