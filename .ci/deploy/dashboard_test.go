package deploy

// The dashboard: decoded strictly by Grafana's own library, its expressions read
// by Prometheus'.

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

const dashboardFile = "deploy/monitoring/dashboard.json"

// shown is the dashboard, its queries and its panels' options decoded strictly.
func shown(t *testing.T, text string) (d dashboard.Dashboard, err error) {
	t.Helper()
	grafana := cog.NewRuntime()
	grafana.RegisterDataqueryVariant(prometheus.VariantConfig())
	grafana.RegisterPanelcfgVariant(stat.VariantConfig())
	grafana.RegisterPanelcfgVariant(statetimeline.VariantConfig())
	grafana.RegisterPanelcfgVariant(timeseries.VariantConfig())
	// It returns an empty list of errors where there is none, and gets lost in its
	// own: what it decodes is not all there, so it is decoded once more.
	var problems cog.BuildErrors
	if err := new(dashboard.Dashboard).UnmarshalJSONStrict([]byte(text)); err != nil && (!errors.As(err, &problems) || len(problems) > 0) {
		return d, err
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, err
	}
	return d, d.Validate()
}

// fill puts values for Grafana's variables into an expression.
var fill = strings.NewReplacer("$__rate_interval", "5m", "$__range", "24h", "$job", "contactbot", "$instance", ".*")

func TestDashboard(t *testing.T) {
	text := read(t, dashboardFile)
	d, err := shown(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if d.SchemaVersion != dashboard.NewDashboard().SchemaVersion {
		t.Errorf("the schema's version is %d, Grafana's is %d", d.SchemaVersion, dashboard.NewDashboard().SchemaVersion)
	}
	alerts := rules(t)
	var ids []uint32
	var places []dashboard.GridPos
	var seen []string
	for _, p := range d.Panels {
		if p.RowPanel != nil {
			ids, places = append(ids, p.RowPanel.Id), append(places, *p.RowPanel.GridPos)
			continue
		}
		ids, places = append(ids, *p.Panel.Id), append(places, *p.Panel.GridPos)
		title := *p.Panel.Title
		if p.Panel.Description == nil || len(p.Panel.Targets) == 0 {
			t.Errorf("%s: it has no description or asks nothing", title)
			continue
		}
		for _, name := range regexp.MustCompile(`Contactbot\w+`).FindAllString(*p.Panel.Description, -1) {
			if _, ok := alerts[name]; !ok {
				t.Errorf("%s: there is no alert %s", title, name)
			}
		}
		for _, target := range p.Panel.Targets {
			q, ok := target.(*prometheus.Dataquery)
			if !ok {
				t.Errorf("%s: it asks a %T", title, target)
				continue
			}
			result, metrics := asks(t, title, fill.Replace(q.Expr))
			seen = append(seen, metrics...)
			for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(*q.LegendFormat, -1) {
				if !slices.Contains(result, label[1]) {
					t.Errorf("%s: the legend names the label %s, which the result does not have", title, label[1])
				}
			}
			if !strings.Contains(q.Expr, `{job="$job",instance=~"$instance"`) || strings.Contains(fill.Replace(q.Expr), "$") {
				t.Errorf("%s: %s does not keep to the chosen bot, or uses a variable that does not exist", title, q.Expr)
			}
		}
	}
	for _, a := range d.Annotations.List {
		asks(t, a.Name, fill.Replace(expression(t, text, a.Name)))
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("two panels have the same id: %v", ids)
	}
	for i, a := range places {
		if a.X+a.W > 24 {
			t.Errorf("a panel at %d,%d is too wide", a.X, a.Y)
		}
		for _, b := range places[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("two panels overlap at %d,%d", a.X, a.Y)
			}
		}
	}
	for name := range families(t) {
		if strings.HasPrefix(name, "contactbot_") && !slices.Contains(seen, name) {
			t.Errorf("%s is not shown", name)
		}
	}
	for _, broken := range []string{
		strings.Replace(text, `"fillOpacity"`, `"fillOpasity"`, 1), strings.Replace(text, `"legendFormat"`, `"legendFromat"`, 1),
		strings.Replace(text, `"graphTooltip"`, `"graphTooltipp"`, 1), strings.Replace(text, `"reduceOptions"`, `"reduce"`, 1),
	} {
		if _, err := shown(t, broken); err == nil {
			t.Error("a word that Grafana does not know is not noticed")
		}
	}
}

// expression is that of an annotation; Grafana's types know of none.
func expression(t *testing.T, text, name string) string {
	t.Helper()
	var d struct {
		Annotations struct {
			List []struct{ Name, Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	for _, a := range d.Annotations.List {
		if a.Name == name {
			return a.Expr
		}
	}
	t.Fatalf("there is no annotation %s", name)
	return ""
}
