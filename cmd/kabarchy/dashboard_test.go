package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateDashboard = flag.Bool("dashboard", false, "write docs/dashboard.json anew")

// The parts of Grafana's dashboard model that are used here.
type (
	dashboard struct {
		UID           string         `json:"uid"`
		Title         string         `json:"title"`
		Tags          []string       `json:"tags"`
		SchemaVersion int            `json:"schemaVersion"`
		Editable      bool           `json:"editable"`
		Refresh       string         `json:"refresh"`
		Time          map[string]any `json:"time"`
		Templating    map[string]any `json:"templating"`
		Panels        []panel        `json:"panels"`
	}
	panel struct {
		ID          int            `json:"id"`
		Type        string         `json:"type"`
		Title       string         `json:"title"`
		Description string         `json:"description,omitempty"`
		GridPos     gridPos        `json:"gridPos"`
		Datasource  *datasource    `json:"datasource,omitempty"`
		FieldConfig map[string]any `json:"fieldConfig,omitempty"`
		Targets     []target       `json:"targets,omitempty"`
	}
	gridPos struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	datasource struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	target struct {
		RefID        string `json:"refId"`
		Expr         string `json:"expr"`
		LegendFormat string `json:"legendFormat"`
	}
)

// glances are what stands first: what several metrics answer together.
var glances = []struct{ title, unit, expr, legend string }{
	{"Does all go on?", "s", `max by (job) (kabarchy_stalled_seconds{job="$job"})`, "due, and nothing done for"},
	{"How fast is it sent, and how fast may it be?", "short",
		`sum by (job) (rate(kabarchy_broadcast_attempts_total{job="$job"}[$__rate_interval]))` +
			` + sum by (job) (rate(kabarchy_send_answers_total{job="$job"}[$__rate_interval]))` +
			` or max by (limit) (kabarchy_send_limit_messages_per_second{job="$job"})`, "{{limit}}"},
	{"What share of the calls is refused, and why?", "percentunit",
		`sum by (reason) (rate(kabarchy_telegram_refusals_total{job="$job"}[$__rate_interval]))` +
			` / ignoring (reason) group_left () sum(rate(kabarchy_telegram_calls_total{job="$job"}[$__rate_interval])) > 0`, "{{reason}}"},
	{"How late is each source read?", "s", `clamp_min(time() - max by (source) (kabarchy_feeds_due_timestamp_seconds{job="$job"}), 0)`, "{{source}}"},
	{"How full is Redis?", "percentunit",
		`max by (server) (kabarchy_redis_memory_used_bytes{job="$job"}) / max by (server) (kabarchy_redis_memory_limit_bytes{job="$job"})`, "{{server}}"},
	{"What alerts?", "short", `ALERTS{job="$job",alertstate="firing"}`, "{{alertname}}"},
}

// question is a row of docs/metrics.md.
var question = regexp.MustCompile("(?m)^(?:## (.*)|\\| `(kabarchy_[^`]*)` \\| (\\w+) \\| ([^|]*) \\| ([^?]*\\?)\\s*(.*) \\|)$")

// drawn is the dashboard: a row for each part of docs/metrics.md, and in it the question of
// each metric.
func drawn(page string) dashboard {
	d := dashboard{
		UID: "kabarchy", Title: "Kabarchy", Tags: []string{"kabarchy"}, SchemaVersion: 39, Refresh: "1m",
		Time: map[string]any{"from": "now-12h", "to": "now"},
		Templating: map[string]any{"list": []any{
			map[string]any{"name": "datasource", "type": "datasource", "query": "prometheus"},
			map[string]any{
				"name": "job", "type": "query", "datasource": datasource{"prometheus", "${datasource}"},
				"query": "label_values(kabarchy_leader, job)", "refresh": 2,
			},
		}},
	}
	d.row("At a glance")
	for _, g := range glances {
		d.panel(g.title, "", g.unit, g.expr, g.legend)
	}
	part := ""
	for _, found := range question.FindAllStringSubmatch(page, -1) {
		if found[1] != "" {
			part = found[1]
			continue
		}
		if part != "" {
			d.row(part)
			part = ""
		}
		expr, legend, unit := queryOf(found[2], found[3], strings.ReplaceAll(found[4], "`", ""), whoAnswers(found[6]))
		d.panel(found[5], "`"+found[2]+"`. "+found[6], unit, expr, legend)
	}
	return d
}

// queryOf is the expression by which a metric answers.
func queryOf(name, kind, labels, answers string) (expr, legend, unit string) {
	labels = strings.TrimSpace(labels)
	of := fmt.Sprintf(`%s{job="$job"}`, name)
	for label := range strings.SplitSeq(labels, ", ") {
		if label != "" {
			legend += "{{" + label + "}} "
		}
	}
	legend = strings.TrimSpace(legend)
	unit = unitOf(name)
	by := ""
	if labels != "" {
		by = " by (" + labels + ") "
	}
	switch {
	case kind == "histogram":
		by = strings.TrimSuffix("le, "+labels, ", ")
		return fmt.Sprintf(`histogram_quantile(0.95, sum by (%s) (rate(%s_bucket{job="$job"}[$__rate_interval])))`, by, name), strings.TrimSpace(legend + " 95 %"), unit
	case kind == "counter":
		return fmt.Sprintf("sum%s(rate(%s[$__rate_interval]))", by, of), legend, unit
	case strings.HasPrefix(answers, "each"):
		expr, legend = of, strings.TrimSpace("{{instance}} "+legend)
	default:
		expr = fmt.Sprintf("max%s(%s)", by, of)
	}
	if strings.HasSuffix(name, "_timestamp_seconds") {
		expr = fmt.Sprintf("time() - (%s > 0)", expr)
	}
	return expr, legend, unit
}

func unitOf(name string) string {
	name = strings.TrimSuffix(name, "_total")
	switch {
	case strings.HasSuffix(name, "_per_second"):
		return "short"
	case strings.HasSuffix(name, "_seconds"):
		return "s"
	case strings.HasSuffix(name, "_bytes"):
		return "bytes"
	}
	return "short"
}

// whoAnswers is the last sentence behind a question.
func whoAnswers(text string) string {
	return strings.TrimSpace(text[strings.LastIndexAny(text, ".?")+1:])
}

const panelWidth, panelHeight, panelsInARow = 8, 7, 3

func (d *dashboard) row(title string) {
	y := 0
	if n := len(d.Panels); n > 0 {
		y = d.Panels[n-1].GridPos.Y + d.Panels[n-1].GridPos.H
	}
	d.Panels = append(d.Panels, panel{ID: len(d.Panels) + 1, Type: "row", Title: title, GridPos: gridPos{1, 24, 0, y}})
}

func (d *dashboard) panel(title, description, unit, expr, legend string) {
	last := d.Panels[len(d.Panels)-1]
	at := gridPos{panelHeight, panelWidth, 0, last.GridPos.Y + last.GridPos.H}
	if last.Type != "row" && last.GridPos.X < (panelsInARow-1)*panelWidth {
		at.X, at.Y = last.GridPos.X+panelWidth, last.GridPos.Y
	}
	d.Panels = append(d.Panels, panel{
		ID: len(d.Panels) + 1, Type: "timeseries", Title: title, Description: description, GridPos: at,
		Datasource:  &datasource{"prometheus", "${datasource}"},
		FieldConfig: map[string]any{"defaults": map[string]any{"unit": unit}, "overrides": []any{}},
		Targets:     []target{{"A", expr, legend}},
	})
}

// TestDashboardIsOfTheMetrics: docs/dashboard.json is what is drawn of docs/metrics.md; each
// metric is in it, each of its own is there, and Prometheus can parse each expression.
func TestDashboardIsOfTheMetrics(t *testing.T) {
	t.Parallel()
	d := drawn(documentTexts(t)["docs/metrics.md"])
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	file := filepath.Join(top, "docs", "dashboard.json")
	if *updateDashboard {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != string(text) {
		t.Errorf("docs/dashboard.json is not what is drawn (%v): go test ./cmd/kabarchy -run Dashboard -dashboard", err)
	}
	defined, shown := definedMeasures(t), make(map[string]bool)
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			for _, name := range ruledMetric.FindAllString(target.Expr, -1) {
				name = strings.TrimSuffix(name, "_bucket")
				if shown[name] = true; defined[name].kind == "" {
					t.Errorf("%q looks at %s, which is no metric", p.Title, name)
				}
			}
			expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			fmt.Fprintf(&rules, "  - record: panel:%d\n    expr: '%s'\n", p.ID, expr)
		}
	}
	for name := range defined {
		if !shown[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	at := filepath.Join(t.TempDir(), "dashboard.rules.yml")
	if err := os.WriteFile(at, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", at)
}
