package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"contactbot/bot/bottest"
	"contactbot/bot/dingtalk"
	"contactbot/bot/dingtalk/dingtalktest"
)

// TestDingTalkGuide holds the tables of permissions against what the bot uses,
// each of which makes a difference, and environment variables against settings.
func TestDingTalkGuide(t *testing.T) {
	used, full := withPermissions(t, dingtalktest.AllPermissions)
	for _, permission := range used {
		if _, seen := withPermissions(t, slices.DeleteFunc(slices.Clone(used), func(p string) bool { return p == permission })); slices.Equal(seen, full) {
			t.Errorf("without %s nothing is missing: it is not needed", permission)
		}
	}
	const guide = "deploy/dingtalk/README.md"
	row := regexp.MustCompile("(?m)^\\| (?:permission |权限 )?`([^`]+)`")
	known, variable := environment(t), regexp.MustCompile(`\b[A-Z]+(_[A-Z]+)+\b`)
	for heading, file := range map[string]string{"## Why each permission": guide, "### 每个权限的用途": guide, "## In DingTalk": "README.md"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		_, section, _ := strings.Cut(string(text), "\n"+heading+"\n")
		section, _, _ = strings.Cut(section, "\n#")
		var rows []string
		for _, found := range row.FindAllStringSubmatch(section, -1) {
			rows = append(rows, found[1])
		}
		slices.Sort(rows)
		if d := cmp.Diff(used, rows); d != "" {
			t.Errorf("%q in %s (-used +explained):\n%s", heading, file, d)
		}
		for _, name := range variable.FindAllString(string(text), -1) {
			if _, ok := known[name]; !ok {
				t.Errorf("%s names %s, which the program does not know", file, name)
			}
		}
	}
}

// withPermissions walks from a group into the private chat: the permissions that
// takes, and what is seen of that which needs one.
func withPermissions(t *testing.T, permissions []string) (used, seen []string) {
	t.Helper()
	ding := dingtalktest.New(dingtalktest.Options{Permissions: permissions})
	defer ding.Close()
	wang := ding.Join(dingtalktest.Person{ID: "wang01", Name: "王小明", Mail: "wang@example.com", Mobile: "13700137000"})
	ding.AddGroup("cid", "运维群", wang)
	o := bottest.New(t)
	o.Start(dingtalk.New(dingtalk.Options{ClientID: ding.ClientID, ClientSecret: ding.ClientSecret, APIURL: ding.URL()}), nil)
	o.Eventually("connected", func() bool { return ding.Connections() == 1 })
	wang.Mention("cid", "登记")
	wang.Sees(t, "联系人叫什么名字")
	wang.Say("姓名=张三 描述=值班")
	wang.Sees(t, "报警发到哪个邮箱")
	wang.Say("跳过")
	wang.Sees(t, "报警短信发到哪个手机号")
	if err := o.End(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"群里开始的登记可以在这里继续", "用 " + wang.Mail, "用 " + wang.Mobile} {
		if wang.Count(text) > 0 {
			seen = append(seen, text)
		}
	}
	return ding.UsedPermissions(), seen
}
