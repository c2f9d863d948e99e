package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recordEvery is how often Prometheus would scrape.
const recordEvery = time.Minute

// recording is what Prometheus would have scraped of the fixture's instances, of the metrics that
// the rules look at.
type recording struct {
	w         *fixture
	began     time.Time
	scrapes   int
	instances map[string]*App // nil where it was stopped
	machine   *nodeExporter   // nil where nobody looks at the machine
	series    map[string][]string
}

// ruledMetric is a metric that the rules look at: the program's own, or its machine's.
var ruledMetric = regexp.MustCompile(`\b(?:kabarchy|node)_[a-z_]+`)

func (w *fixture) record(instances ...*App) *recording {
	r := &recording{w: w, began: time.Now(), instances: make(map[string]*App), series: make(map[string][]string)}
	for i, a := range instances {
		r.instances[fmt.Sprintf("instance-%d", i+1)] = a
	}
	return r
}

// run scrapes for so long.
func (r *recording) run(long time.Duration) {
	for range long / recordEvery {
		time.Sleep(recordEvery)
		r.scrape()
	}
}

func (r *recording) scrape() {
	for name, a := range r.instances {
		labels := fmt.Sprintf(`job="kabarchy",instance=%q`, name)
		if a == nil {
			r.add("up{"+labels+"}", "0")
			continue
		}
		r.add("up{"+labels+"}", "1")
		series, _ := r.w.scrape(a)
		r.note(labels, series)
	}
	if r.machine != nil {
		r.note(`job="node",instance="machine"`, r.machine.scrape(r.w.t))
	}
	r.scrapes++
}

// note adds what a scrape brought that the rules look at.
func (r *recording) note(labels string, series map[string]float64) {
	for metric, value := range series {
		bare, own, _ := strings.Cut(strings.TrimSuffix(metric, "}"), "{")
		if !slices.Contains(ruledMetrics(r.w.t), bare) {
			continue
		}
		if strings.HasSuffix(bare, "_timestamp_seconds") && value > 0 {
			value -= float64(r.began.UnixMilli()) / 1000 // promtool's time begins with 0
		}
		all := bare + "{" + labels + "}"
		if own != "" {
			all = bare + "{" + labels + "," + own + "}"
		}
		r.add(all, strconv.FormatFloat(value, 'f', -1, 64))
	}
}

// misses fails the test where a metric that the rules look at was not recorded, but for some:
// an alert that has nothing to judge stays silent whatever happens.
func (r *recording) misses(but ...string) {
	r.w.t.Helper()
	for _, metric := range ruledMetrics(r.w.t) {
		recorded := false
		for series := range r.series {
			recorded = recorded || strings.HasPrefix(series, metric+"{")
		}
		if recorded == slices.Contains(but, metric) {
			r.w.t.Errorf("%s: recorded: %v", metric, recorded)
		}
	}
}

// add adds a value to a series, which may have had none for a while.
func (r *recording) add(series, value string) {
	values := r.series[series]
	for missed := range r.scrapes - len(values) {
		nothing := "_"
		if missed == 0 && len(values) > 0 {
			nothing = "stale"
		}
		values = append(values, nothing)
	}
	r.series[series] = append(values, value)
}

// tests is a file for promtool test rules: of all alerts those fire, and no others.
func (r *recording) tests(fire ...string) string {
	rules, err := filepath.Abs(rulesFile)
	if err != nil {
		r.w.t.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "rule_files: [%q]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n", rules)
	for _, series := range slices.Sorted(maps.Keys(r.series)) {
		values := r.series[series]
		if len(values) < r.scrapes {
			values = append(values, "stale")
		}
		fmt.Fprintf(&text, "  - series: '%s'\n    values: '%s'\n", strings.ReplaceAll(series, "'", "''"), strings.Join(values, " "))
	}
	long := time.Duration(r.scrapes) * recordEvery
	fmt.Fprintf(&text, "  promql_expr_test:\n  - expr: group by (alertname) (count_over_time(ALERTS{alertstate=\"firing\"}[%dm]))\n    eval_time: %dm\n    exp_samples:\n",
		int(long.Minutes())+1, int(long.Minutes())-1)
	for _, alert := range slices.Sorted(slices.Values(fire)) {
		fmt.Fprintf(&text, "    - {labels: '{alertname=%q}', value: 1}\n", alert)
	}
	if len(fire) == 0 {
		return strings.Replace(text.String(), "exp_samples:\n", "exp_samples: []\n", 1)
	}
	return text.String()
}

// rulesFile has the alerts.
var rulesFile = filepath.Join(top, "docs", "alerts", "kabarchy.rules.yml")

// comment is a line that Prometheus does not read.
var comment = regexp.MustCompile(`(?m)^ *#.*\n`)

// rules are the alerts' text, without comments.
func rules(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	return comment.ReplaceAllString(string(text), "")
}

// ruledMetrics are the metrics that the rules look at.
func ruledMetrics(t *testing.T) []string {
	names := ruledMetric.FindAllString(rules(t), -1)
	slices.Sort(names)
	return slices.Compact(names)
}
