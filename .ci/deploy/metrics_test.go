package deploy

// What the rules and the dashboard may ask for: the metrics that the bot has.

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// A family is a metric: its kind, and its labels with the values they have.
type family struct {
	kind   dto.MetricType
	labels map[string][]string
}

// foreign are metrics that others than the bot have: Prometheus itself and the
// kubelet.
var foreign = map[string]family{
	"up":                                   {kind: dto.MetricType_GAUGE},
	"kubelet_volume_stats_available_bytes": {dto.MetricType_GAUGE, map[string][]string{"persistentvolumeclaim": nil, "namespace": nil}},
	"kubelet_volume_stats_capacity_bytes":  {dto.MetricType_GAUGE, map[string][]string{"persistentvolumeclaim": nil, "namespace": nil}},
}

// families are all metrics that may be asked for. Those of the bot are in the
// form of its /metrics.
func families(t *testing.T) map[string]family {
	t.Helper()
	text, err := os.ReadFile("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := exposed(t, string(text))
	maps.Copy(all, foreign)
	return all
}

// exposed reads what /metrics shows.
func exposed(t *testing.T, text string) map[string]family {
	t.Helper()
	reader := expfmt.NewTextParser(model.UTF8Validation)
	shown, err := reader.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]family{}
	for name, m := range shown {
		known := family{m.GetType(), map[string][]string{}}
		for _, one := range m.Metric {
			for _, l := range one.Label {
				if values := known.labels[l.GetName()]; !slices.Contains(values, l.GetValue()) {
					known.labels[l.GetName()] = append(values, l.GetValue())
				}
			}
		}
		all[name] = known
	}
	return all
}

// measured holds what a bot really shows against the list.
func measured(t *testing.T, text string, want []string) {
	t.Helper()
	all := families(t)
	shown := exposed(t, text)
	for name, f := range shown {
		if !strings.HasPrefix(name, "contactbot_") {
			continue
		}
		known, ok := all[name]
		if !ok || known.kind != f.kind {
			t.Errorf("/metrics shows %s, a %v, which is not on the list, or as a %v", name, f.kind, known.kind)
		}
		for label, values := range f.labels {
			for _, v := range values {
				if label != "version" && label != "code" && !slices.Contains(known.labels[label], v) {
					t.Errorf("/metrics shows %s with %s=%q, which is not on the list", name, label, v)
				}
			}
		}
	}
	for name, f := range all {
		_, ok := shown[name]
		if strings.HasPrefix(name, "contactbot_") && !ok && (len(f.labels) == 0 || slices.Contains(want, name)) {
			t.Errorf("/metrics does not show %s", name)
		}
	}
}

// find looks up what a selector names, a part of a histogram perhaps.
func find(all map[string]family, name string) (f family, part string, ok bool) {
	if f, ok = all[name]; ok {
		return f, "", f.kind != dto.MetricType_HISTOGRAM
	}
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if whole, cut := strings.CutSuffix(name, part); cut && all[whole].kind == dto.MetricType_HISTOGRAM {
			f = family{all[whole].kind, maps.Clone(all[whole].labels)}
			if part == "_bucket" {
				f.labels[model.BucketLabel] = nil
			}
			return f, part, true
		}
	}
	return f, "", false
}

var query = parser.NewParser(parser.Options{})

// asks checks an expression, and returns the labels that a result may have, and
// the metrics.
func asks(t *testing.T, where, text string) (result, metrics []string) {
	t.Helper()
	result, metrics, problems := examine(families(t), text)
	for _, p := range problems {
		t.Errorf("%s: %s", where, p)
	}
	return result, metrics
}

// examine finds out what is wrong with an expression: that it cannot be read, that
// its metrics do not exist, or not with the labels and values that are looked for,
// or that it counts what cannot be counted.
func examine(all map[string]family, text string) (result, metrics, problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	expr, err := query.ParseExpr(text)
	if err != nil {
		wrong("%v", err)
		return nil, nil, problems
	}
	result = []string{"job", "instance"} // of the scraping
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		f, part, ok := find(all, selector.Name)
		if !ok {
			wrong("there is no metric %s", selector.Name)
			return nil
		}
		metrics = append(metrics, strings.TrimSuffix(selector.Name, part))
		result = slices.AppendSeq(result, maps.Keys(f.labels))
		for _, m := range selector.LabelMatchers {
			values, ok := f.labels[m.Name]
			switch {
			case slices.Contains([]string{model.MetricNameLabel, "job", "instance"}, m.Name):
			case !ok:
				wrong("%s has no label %s", selector.Name, m.Name)
			case values != nil && !slices.ContainsFunc(values, m.Matches):
				wrong("no %s has %s, only %q", selector.Name, m, values)
			}
		}
		counts := part != "" || f.kind == dto.MetricType_COUNTER
		for _, p := range path {
			switch call, _ := p.(*parser.Call); {
			case call == nil:
			case slices.Contains([]string{"rate", "increase", "irate"}, call.Func.Name) && !counts:
				wrong("%s of %s, which is no counter", call.Func.Name, selector.Name)
			case slices.Contains([]string{"changes", "delta", "deriv"}, call.Func.Name) && counts:
				wrong("%s of %s, which is a counter", call.Func.Name, selector.Name)
			}
		}
		return nil
	})
	if len(metrics) == 0 {
		wrong("it asks for no metric")
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if sum, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range sum.Grouping {
				if !slices.Contains(result, label) {
					wrong("by the label %s, which nothing in it has", label)
				}
			}
		}
		return nil
	})
	return result, metrics, problems
}

// TestExamine asks for what does not exist: it has to be noticed.
func TestExamine(t *testing.T) {
	all := families(t)
	for _, text := range []string{
		`contactbot_link_upp`, `contactbot_link_up{platfrom="slack"}`, `contactbot_link_up{platform="teams"}`,
		`contactbot_api_calls_total{code=~"Nothing.*"}`, `rate(contactbot_store_bytes[5m])`, `changes(contactbot_audit_failures_total[1h])`,
		`sum by (queue) (contactbot_link_up)`, `contactbot_api_seconds`, `contactbot_api_seconds_total`, `sum(`, `1`,
	} {
		if _, _, problems := examine(all, text); len(problems) == 0 {
			t.Errorf("nothing is found wrong with %s", text)
		}
	}
	if _, _, problems := examine(all, `rate(contactbot_api_seconds_bucket{action="PutContact"}[5m])`); len(problems) > 0 {
		t.Errorf("found wrong with what is right: %v", problems)
	}
}
