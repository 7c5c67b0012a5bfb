package deploy

// The alert rules: read by Prometheus' own library, and tried on figures of which
// testdata/alerts_test.yaml says who fires. That file is in the form of “promtool
// test rules”; of promtool, what it needs is here, because all of it takes minutes
// to build.

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/template"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
	"sigs.k8s.io/yaml"
)

const alertsFile = "deploy/monitoring/alerts.yaml"

// rules are the alerting rules, by name.
func rules(t *testing.T) map[string]rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.ParseFile(filepath.Join(top, alertsFile), false, model.UTF8Validation, query, slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Error(err)
	}
	if groups == nil {
		t.FailNow()
	}
	all := map[string]rulefmt.Rule{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || all[r.Alert].Alert != "" {
				t.Errorf("%q is no alert, or there are two", r.Alert)
			}
			all[r.Alert] = r
		}
	}
	return all
}

func TestAlerts(t *testing.T) {
	page := read(t, "deploy/monitoring/runbook.md")
	for name, r := range rules(t) {
		result, _ := asks(t, name, r.Expr)
		if s := r.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s: the severity is %q", name, s)
		}
		for _, a := range []string{"summary", "description", "runbook"} {
			if r.Annotations[a] == "" {
				t.Errorf("%s: it has no %s", name, a)
			}
			for _, label := range labelsIn(r.Annotations[a]) {
				if !slices.Contains(result, label) {
					t.Errorf("%s: %s speaks of the label %s, which it does not have", name, a, label)
				}
			}
		}
		file, anchor, _ := strings.Cut(r.Annotations["runbook"], "#")
		if file != "deploy/monitoring/runbook.md" || !strings.Contains(strings.ToLower(page), "\n## "+anchor+"\n") || anchor != strings.ToLower(name) {
			t.Errorf("%s: the runbook has no part %s", name, r.Annotations["runbook"])
		}
	}
}

// labelsIn are the labels that a template names.
func labelsIn(text string) (all []string) {
	for _, part := range strings.Split(text, "$labels.")[1:] {
		end := strings.IndexFunc(part, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
		all = append(all, part[:max(end, 0)])
	}
	return all
}

// A ruleTest is promtool's form of a test, as far as it is used.
type ruleTest struct {
	RuleFiles          []string       `json:"rule_files"`
	EvaluationInterval model.Duration `json:"evaluation_interval"`
	Tests              []struct {
		Name        string         `json:"name"`
		Interval    model.Duration `json:"interval"`
		InputSeries []struct {
			Series string `json:"series"`
			Values string `json:"values"`
		} `json:"input_series"`
		AlertRuleTest []struct {
			EvalTime  model.Duration `json:"eval_time"`
			Alertname string         `json:"alertname"`
			ExpAlerts []struct {
				ExpLabels      map[string]string `json:"exp_labels"`
				ExpAnnotations map[string]string `json:"exp_annotations"`
			} `json:"exp_alerts"`
		} `json:"alert_rule_test"`
	} `json:"tests"`
}

func TestAlertsFire(t *testing.T) {
	text, err := os.ReadFile("testdata/alerts_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all ruleTest
	if err := yaml.UnmarshalStrict(text, &all); err != nil {
		t.Fatal(err)
	}
	known := rules(t)
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: query})
	type tried struct{ fires, rests bool }
	seen := map[string]tried{}
	for _, test := range all.Tests {
		db := database{}
		for _, s := range test.InputSeries {
			db = append(db, series(t, s.Series, s.Values, time.Duration(test.Interval)))
			asks(t, test.Name, s.Series)
		}
		for _, a := range test.AlertRuleTest {
			where := fmt.Sprintf("%s: %s after %v", test.Name, a.Alertname, a.EvalTime)
			rule, ok := known[a.Alertname]
			if !ok {
				t.Errorf("%s: there is no such alert", where)
				continue
			}
			got := firing(t, engine, db, rule, time.Duration(a.EvalTime), time.Duration(all.EvaluationInterval))
			want := map[string]string{}
			for _, e := range a.ExpAlerts {
				want[labels.FromMap(e.ExpLabels).String()] = e.ExpAnnotations["description"]
			}
			s := seen[a.Alertname]
			seen[a.Alertname] = tried{s.fires || len(want) > 0, s.rests || len(want) == 0}
			for _, l := range slices.Sorted(maps.Keys(want)) {
				if description, ok := got[l]; !ok {
					t.Errorf("%s: it does not fire for %s", where, l)
				} else if want[l] != "" && want[l] != description {
					t.Errorf("%s: it says %q, want %q", where, description, want[l])
				}
			}
			for _, l := range slices.Sorted(maps.Keys(got)) {
				if _, ok := want[l]; !ok {
					t.Errorf("%s: it fires for %s", where, l)
				}
			}
		}
	}
	for name := range known {
		if s := seen[name]; !s.fires || !s.rests {
			t.Errorf("%s: is seen firing: %v, is seen resting: %v", name, s.fires, s.rests)
		}
	}
}

// firing evaluates a rule from the beginning until now and returns for whom it
// fires then, with what it says.
func firing(t *testing.T, engine *promql.Engine, db database, rule rulefmt.Rule, now, interval time.Duration) map[string]string {
	t.Helper()
	since := map[string]time.Duration{}
	said := map[string]string{}
	for at := time.Duration(0); at <= now; at += interval {
		said = map[string]string{}
		for _, sample := range evaluate(t, engine, db, rule.Expr, at) {
			b := labels.NewBuilder(sample.Metric)
			b.Del(model.MetricNameLabel)
			data := template.AlertTemplateData(sample.Metric.Map(), nil, "", sample)
			for name, text := range rule.Labels {
				b.Set(name, expand(t, text, data, at))
			}
			b.Set(model.AlertNameLabel, rule.Alert)
			said[b.Labels().String()] = expand(t, rule.Annotations["description"], data, at)
			expand(t, rule.Annotations["summary"], data, at)
		}
		maps.DeleteFunc(since, func(l string, _ time.Duration) bool { _, ok := said[l]; return !ok })
		for l := range said {
			if _, ok := since[l]; !ok {
				since[l] = at
			}
		}
	}
	// An alert's own labels do not have its name when promtool compares them.
	fire := map[string]string{}
	for l, begun := range since {
		if now-begun >= time.Duration(rule.For) {
			parsed, err := query.ParseMetric(l)
			if err != nil {
				t.Fatal(err)
			}
			fire[labels.NewBuilder(parsed).Del(model.AlertNameLabel).Labels().String()] = said[l]
		}
	}
	return fire
}

// expand fills a template in; what is missing must not be noticed by people first.
func expand(t *testing.T, text string, data any, at time.Duration) string {
	t.Helper()
	before := "{{$labels := .Labels}}{{$value := .Value}}"
	out, err := template.NewTemplateExpander(t.Context(), before+text, "", data, model.Time(at.Milliseconds()), nil, nil, nil).Expand()
	if err != nil || strings.Contains(out, "<no value>") {
		t.Errorf("%q becomes %q: %v", text, out, err)
	}
	return out
}

func evaluate(t *testing.T, engine *promql.Engine, db database, text string, at time.Duration) promql.Vector {
	t.Helper()
	q, err := engine.NewInstantQuery(t.Context(), db, nil, text, time.UnixMilli(at.Milliseconds()))
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	r := q.Exec(t.Context())
	v, err := r.Vector()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return slices.Clone(v)
}

// A database holds series for one test.
type database []*storage.SeriesEntry

// series reads a series in promtool's notation.
func series(t *testing.T, name, values string, interval time.Duration) *storage.SeriesEntry {
	t.Helper()
	metric, all, err := query.ParseSeriesDesc(name + " " + values)
	if err != nil {
		t.Fatalf("%s %s: %v", name, values, err)
	}
	var samples []chunks.Sample
	for i, v := range all {
		if !v.Omitted {
			samples = append(samples, point{(time.Duration(i) * interval).Milliseconds(), v.Value})
		}
	}
	return storage.NewListSeries(metric, samples)
}

// Querier implements storage.Queryable.
func (d database) Querier(int64, int64) (storage.Querier, error) {
	return &storage.MockQuerier{SelectMockFunction: func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
		found := &selected{}
		for _, s := range d {
			if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.Lset.Get(m.Name)) }) {
				found.all = append(found.all, s)
			}
		}
		slices.SortFunc(found.all, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
		return found
	}}, nil
}

// selected are series that are read one after the other.
type selected struct {
	all []storage.Series
	at  storage.Series
}

func (s *selected) Next() bool {
	if len(s.all) == 0 {
		return false
	}
	s.at, s.all = s.all[0], s.all[1:]
	return true
}
func (s *selected) At() storage.Series                { return s.at }
func (s *selected) Err() error                        { return nil }
func (s *selected) Warnings() annotations.Annotations { return nil }

// A point is one sample.
type point struct {
	t int64
	v float64
}

func (p point) T() int64                      { return p.t }
func (p point) ST() int64                     { return 0 }
func (p point) F() float64                    { return p.v }
func (p point) H() *histogram.Histogram       { return nil }
func (p point) FH() *histogram.FloatHistogram { return nil }
func (p point) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (p point) Copy() chunks.Sample           { return p }
