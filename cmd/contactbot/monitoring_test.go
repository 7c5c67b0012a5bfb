package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// The rules, the dashboard and the runbook, held against the metrics that the bot
// has, and against each other. .ci/deploy reads them with Prometheus' and
// Grafana's own libraries.

// listed are the metrics that the rules and the dashboard are held against there:
// the one list of them.
const listed = ".ci/deploy/testdata/metrics.txt"

// metricNames are the metrics on that list that are the bot's own.
func metricNames(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, listed))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (contactbot_\w+) (counter|gauge|histogram)$`).FindAllStringSubmatch(string(text), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return names
}

// TestMetricsListed holds that list against the program's sources.
func TestMetricsListed(t *testing.T) {
	var made []string
	for path := range goFiles(t) {
		if strings.HasPrefix(path, "deploy/") || strings.Contains(path, "test/") {
			continue
		}
		text, err := fs.ReadFile(os.DirFS(root), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:Name: |\b(?:counter|gauge|histogram|NewDesc)\()"(contactbot_\w+)"`).FindAllStringSubmatch(string(text), -1) {
			made = append(made, m[1])
		}
	}
	slices.Sort(made)
	if d := cmp.Diff(slices.Compact(made), metricNames(t)); d != "" {
		t.Errorf("%s is not what the program has (-program +list):\n%s", listed, d)
	}
}

// TestMonitoringMetrics looks for each metric that a rule, a panel or the runbook
// names on the list; and each on the list has to be shown.
func TestMonitoringMetrics(t *testing.T) {
	names := metricNames(t)
	for _, file := range []string{"alerts.yaml", "dashboard.json", "runbook.md"} {
		for _, name := range regexp.MustCompile(`\bcontactbot_\w+`).FindAllString(deployed(t)["monitoring/"+file], -1) {
			whole := name
			for _, part := range []string{"_bucket", "_count", "_sum"} {
				whole = strings.TrimSuffix(whole, part)
			}
			if !slices.Contains(names, name) && !slices.Contains(names, whole) {
				t.Errorf("%s names %s, which does not exist", file, name)
			}
		}
	}
	for _, name := range names {
		if !strings.Contains(deployed(t)["monitoring/dashboard.json"], name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// TestRunbook: each alert has its part in the runbook, which says what it means,
// what people notice and what to do, and sums that up in Chinese; and each part is
// an alert's.
func TestRunbook(t *testing.T) {
	files := deployed(t)
	alerts := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^      - alert: (\w+)$`).FindAllStringSubmatch(files["monitoring/alerts.yaml"], -1) {
		alerts[m[1]] = true
	}
	if len(alerts) < 10 {
		t.Fatalf("found only %d alerts", len(alerts))
	}
	parts := strings.Split(files["monitoring/runbook.md"], "\n## ")[1:]
	var seen []string
	for _, part := range parts {
		name, text, _ := strings.Cut(part, "\n")
		seen = append(seen, name)
		for _, heading := range []string{"**What it means.** ", "**What people notice.** ", "**What to do.**", "**中文摘要。** "} {
			if !strings.Contains(text, "\n"+heading) {
				t.Errorf("%s: nothing is said at %q", name, heading)
			}
		}
		_, chinese, _ := strings.Cut(text, "**中文摘要。** ")
		if !strings.ContainsFunc(chinese, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: the summary is not in Chinese", name)
		}
		for _, m := range regexp.MustCompile(`\]\(#(\w+)\)`).FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(alerts)), func(a string) bool { return strings.ToLower(a) == m[1] }) {
				t.Errorf("%s: the link #%s leads nowhere", name, m[1])
			}
		}
	}
	slices.Sort(seen)
	if d := cmp.Diff(slices.Sorted(maps.Keys(alerts)), seen); d != "" {
		t.Errorf("the runbook is not about the alerts (-alerts +runbook):\n%s", d)
	}
}
