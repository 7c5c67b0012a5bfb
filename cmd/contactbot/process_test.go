package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A session is contactbot in a process of its own, which can be killed.
type session struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	seen  strings.Builder
	logs  bytes.Buffer // to be read when it has ended
}

// start runs the program in a folder.
func start(t *testing.T, dir string, args ...string) *session {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, cmd: exec.Command(self, args...)}
	s.cmd.Args[0] = "contactbot" // testscript.Main goes by the name
	s.cmd.Dir = dir
	s.cmd.Env = append(os.Environ(), "LC_ALL=C") // no language is known from the start
	s.cmd.Stderr = io.MultiWriter(os.Stderr, &s.logs)
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.lines = bufio.NewScanner(out)
	s.lines.Buffer(nil, 8<<20)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

func (s *session) says(line string) {
	s.t.Helper()
	if _, err := io.WriteString(s.in, line+"\n"); err != nil {
		s.t.Fatal(err)
	}
}

// waitFor reads until a line matches, and returns it.
func (s *session) waitFor(pattern string) string {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	for s.lines.Scan() {
		s.seen.WriteString(s.lines.Text() + "\n")
		if re.MatchString(s.lines.Text()) {
			return s.lines.Text()
		}
	}
	s.t.Fatalf("%q was not said, but:\n%s", pattern, s.seen.String())
	return ""
}

// kill ends the process at once: it can put nothing in order.
func (s *session) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait()
}

// end closes the input; the program must end well.
func (s *session) end() {
	s.t.Helper()
	_ = s.in.Close()
	for s.lines.Scan() {
		s.seen.WriteString(s.lines.Text() + "\n")
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("%v after:\n%s", err, s.seen.String())
	}
}

// TestKilledInConversation: killed between a question and its answer, the
// conversation goes on where it stood.
func TestKilledInConversation(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir, "chat")
	first.says("register name=Alice phone=13800138000")
	first.waitFor("What is this contact for")
	first.kill()

	second := start(t, dir, "chat")
	second.waitFor("Welcome back")
	second.waitFor("phone +13800138000")
	second.says("ECS on-call")
	second.waitFor("Which email address")
	second.says("alice@example.com")
	second.waitFor("Please check")
	second.says("submit")
	second.waitFor("Alice is registered")
	second.end()
}

// TestKilledInPutContact: killed while CloudMonitor is called, the contact
// arrives with the right values after a restart, and the person is told.
func TestKilledInPutContact(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir, "chat", "--fail", "PutContact=hang")
	first.says(`register name=Alice describe="ECS on-call" mail=alice@example.com phone=13800138000 lang=en`)
	first.waitFor("Sending Alice")
	first.waitFor("CloudMonitor is slow") // the call is under way, and hangs
	first.kill()

	second := start(t, dir, "chat")
	second.waitFor("Alice is registered")
	second.says("me")
	second.waitFor("description +ECS on-call")
	second.waitFor(`email +alice@example.com  \(PENDING`)
	second.waitFor(`phone +13800138000  \(PENDING`)
	second.waitFor("English")
	second.end()
}

// TestActivation walks the whole way: the printed link is opened, and the
// contact's channel is OK.
func TestActivation(t *testing.T) {
	s := start(t, t.TempDir(), "chat")
	s.says(`登记 姓名=张三 描述=“ECS 值班” 邮箱=zhangsan@example.com 语言=中文`)
	s.waitFor("发到 zhangsan@example.com：打开链接，激活 张三")
	link := s.waitFor("http://")
	s.waitFor("张三 已登记")
	s.says("我的")
	s.waitFor("zhangsan@example.com  .*PENDING")
	answer, err := http.Get(link[strings.Index(link, "http://"):])
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the link answers %s", answer.Status)
	}
	s.says("我的")
	s.waitFor("zhangsan@example.com  .*OK")
	s.end()
}

// TestExitCodes: a wrong setting is told from a failure, and starts nothing.
func TestExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		env  string
		args []string
		want int
	}{
		{"", []string{"version"}, 0},
		{"", []string{"dance"}, exitSetting},
		{"", []string{"chat", "--live", "--fail", "hang"}, exitSetting},
		{"", []string{"chat", "--fail", "nonsense!"}, exitSetting},
		{"", []string{"chat", "--live", "--endpoint", "http://metrics.example.com"}, exitSetting},
		{"", []string{"simulator", "--listen", "nowhere"}, exitSetting},
		{"", []string{"simulator", "--listen", "127.0.0.1:99999"}, exitFailed},
		{"CONTACTBOT_STATE=postgres://x", []string{"chat"}, exitSetting},
		{"CONTACTBOT_DATA_KEYS=c2hvcnQ=", []string{"chat"}, exitSetting},
		{"CONTACTBOT_LOG=loud", []string{"chat"}, exitSetting},
		{"CONTACTBOT_STATE=bolt:nowhere/x.db", []string{"chat"}, exitFailed},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID=x", []string{"chat", "--live"}, exitSetting},
		{"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true", []string{"chat", "--live"}, exitSetting},
		{"ALIBABA_CLOUD_CREDENTIALS_URI=http://127.0.0.1:9", []string{"chat", "--live"}, exitFailed}, // it may come back
	} {
		if name, value, ok := strings.Cut(test.env, "="); ok {
			t.Setenv(name, value)
		}
		if got := run(test.args); got != test.want {
			t.Errorf("%s contactbot %s: exit %d, want %d", test.env, strings.Join(test.args, " "), got, test.want)
		}
		if name, _, ok := strings.Cut(test.env, "="); ok {
			t.Setenv(name, "")
		}
		if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
			t.Errorf("%s contactbot %s left %v behind (%v)", test.env, strings.Join(test.args, " "), left, err)
		}
	}
}

// TestSignal: a program that is asked to end does so, though its input is open,
// and says that nothing is lost.
func TestSignal(t *testing.T) {
	s := start(t, t.TempDir(), "chat", "--fail", "PutContact=Throttling.User:*")
	s.says("register name=Alice describe=ECS mail=alice@example.com")
	s.waitFor("keep trying")
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.waitFor("Alice is not sent yet. It is kept")
	if err := s.cmd.Wait(); s.cmd.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("ended with %v", err)
	}
}

// TestSecondProcess: one file, one process; the second says why it ends.
func TestSecondProcess(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir, "chat")
	first.waitFor("Hello")
	second := exec.Command("contactbot", "chat")
	second.Path, second.Dir = first.cmd.Path, dir
	out, err := second.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use by another process") {
		t.Errorf("%v: %s", err, out)
	}
	first.end()
}

// TestHostileInput: 100 kB of nonsense, NUL bytes and broken UTF-8 each get a
// line of an answer, and the conversation goes on.
func TestHostileInput(t *testing.T) {
	s := start(t, t.TempDir(), "chat")
	s.waitFor("Hello")
	for _, nonsense := range []string{
		strings.Repeat("(=\"", 40<<10), strings.Repeat("电话：", 20<<10), strings.Repeat("a", 2<<20),
		"\x00\x00\x00", "\xff\xfe\x80 name", "\x1b[2J\x1b]0;owned\x07 name=\x1b[31mAlice", "register name=\u202eecilA",
	} {
		s.says(nonsense)
		s.says("cancel")
		s.waitFor("Nothing is under way|Cancelled|取消|没有进行中")
	}
	s.says("register name=Bob describe=x mail=bob@example.com")
	s.waitFor("Bob is registered")
	s.end()
	for _, raw := range []string{"\x1b", "\x00", "\x07", "\u202e"} {
		if strings.Contains(s.seen.String(), raw) {
			t.Errorf("%q reached the screen", raw)
		}
	}
}

// TestLive: the chat that means CloudMonitor itself, with the simulator in its
// place, in another process, under a key of the environment.
func TestLive(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAItest")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "token")
	service := start(t, t.TempDir(), "simulator", "--listen", "127.0.0.1:0")
	line := service.waitFor("simulated at http://")
	t.Setenv("CLOUDMONITOR_ENDPOINT", line[strings.Index(line, "http://"):])

	dir := t.TempDir()
	chat := start(t, dir, "chat", "--live")
	chat.waitFor("contacts are really registered")
	chat.says("register name=Alice describe=ECS mail=alice@example.com")
	chat.waitFor("Alice is registered")
	service.waitFor("to alice@example.com")
	chat.end()

	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong")
	chat = start(t, dir, "chat", "--live")
	chat.says("register name=Bob describe=ECS mail=bob@example.com")
	chat.waitFor("access key is not accepted")
	chat.waitFor("Code: SignatureDoesNotMatch")
	chat.says("cancel")
	chat.end()
}

// execute runs a command to its end, and returns what it prints.
func execute(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0], cmd.Dir = "contactbot", dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}
