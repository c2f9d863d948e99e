package main

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/subscriptions/redistest"
)

// scrape asks an instance for its metrics. What it tells is by the series, such as
// kabarchy_subscribers{state="active"}.
func (w *fixture) scrape(a *App) (series map[string]float64, text string) {
	w.t.Helper()
	status, text := w.net.get(w.t, "http://"+a.Addr()+"/metrics")
	if status != 200 {
		w.t.Fatalf("metrics: %d %s", status, text)
	}
	return seriesIn(w.t, text), text
}

// seriesIn reads what a scrape brought.
func seriesIn(t *testing.T, text string) map[string]float64 {
	t.Helper()
	series := make(map[string]float64)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		series[line[:at]] = value
	}
	return series
}

// tells fails the test where a scrape does not say what it should.
func (w *fixture) tells(a *App, want map[string]float64) {
	w.t.Helper()
	time.Sleep(readFactsEvery) // what was read before is forgotten
	got, _ := w.scrape(a)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, told := got[name]; !told || value != want[name] {
			w.t.Errorf("%s is %v (told: %v), not %v", name, value, told, want[name])
		}
	}
}

// promtool runs a command of Prometheus' own; where it is not installed, as without CI, what
// it would look at is not looked at.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("promtool is not installed: apt-get install prometheus")
		}
		t.Logf("promtool is not installed: %s is left out", strings.Join(args, " "))
		return
	}
	command := exec.CommandContext(t.Context(), tool, args...)
	command.Stdin = strings.NewReader(stdin)
	if out, err := command.CombinedOutput(); err != nil || strings.Contains(string(out), "FAILED") {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// TestMetricsAnswer what an operator asks, on the instance that leads and on one that stands
// by, before and after a restart; and Prometheus finds nothing wrong with them.
func TestMetricsAnswer(t *testing.T) {
	t.Parallel()
	text := ""
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		w.config.Telegram.MessagesPerSecond, w.config.Poll = 1000, "@every 1m"
		a := w.app()
		w.subscribe(a, 30)
		w.publish(1)
		eventually(t, "the item is out", func() bool { return w.finished(a, 3) })
		time.Sleep(countEvery) // until the leader counts again
		shared := map[string]float64{
			"kabarchy_lease_taken": 1, "kabarchy_archive_items": 9, "kabarchy_ledger_lines": 30, "kabarchy_broadcasts_running": 0,
			"kabarchy_stalled_seconds": 0, "kabarchy_oldest_unsent_item_age_seconds": 0, "kabarchy_redis_up": 1,
			`kabarchy_desk_cases{status="submitted"}`: 0, `kabarchy_feeds_failures_in_row{source="sample-ky"}`: 0,
		}
		w.tells(a, shared)
		w.tells(a, map[string]float64{
			"kabarchy_leader": 1, `kabarchy_subscribers{state="active"}`: 30, `kabarchy_subscribers{state="gone"}`: 0,
			`kabarchy_send_limit_messages_per_second{limit="now"}`: 1000, `kabarchy_broadcast_attempts_total{outcome="delivered"}`: 30,
			"kabarchy_telegram_token_refused": 0, `kabarchy_telegram_refusals_total{reason="our_fault"}`: 0,
		})
		series, all := w.scrape(a)
		text = all
		now := float64(time.Now().Unix())
		for name, within := range map[string]float64{
			`kabarchy_feeds_last_success_timestamp_seconds{source="sample-ky"}`: 120,
			"kabarchy_telegram_last_answer_timestamp_seconds":                   15,
		} {
			if age := now - series[name]; age < 0 || age > within {
				t.Errorf("%s is %v s ago", name, age)
			}
		}
		if off := series["kabarchy_clock_offset_seconds"]; off < -1 || off > 1 {
			t.Errorf("the clock is said to be %v s off", off)
		}

		standby := w.instance()
		w.tells(standby, shared)
		w.tells(standby, map[string]float64{"kabarchy_leader": 0})
		if series, _ := w.scrape(standby); slices.ContainsFunc(slices.Collect(maps.Keys(series)), func(name string) bool { return strings.HasPrefix(name, "kabarchy_subscribers") }) {
			t.Error("who stands by tells how many subscribers there are")
		}
		w.stop(a)
		w.tells(standby, map[string]float64{"kabarchy_leader": 1, `kabarchy_broadcast_attempts_total{outcome="delivered"}`: 0})
		w.stop(standby)
	})
	promtool(t, text, "check", "metrics")
}

// TestMetricsOfASourceThatFails: when it was last read is known after a restart; one that is
// configured no more is told no more.
func TestMetricsOfASourceThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, redistest.Bubble(t).Client(t), simulator.Options{})
		w.config.Poll = "@every 1m"
		a := w.app()
		time.Sleep(time.Minute)
		w.tells(a, nil)
		before, _ := w.scrape(a)
		w.stop(a)
		const ky, ru = `{source="sample-ky"}`, `{source="sample-ru"}`
		broken := *w.config
		broken.Sources = slices.DeleteFunc(slices.Clone(w.config.Sources), func(s config.Source) bool { return s.ID == "sample-ru" })
		broken.Sources[0].URL += "/nowhere"
		w.config = &broken
		b := w.app()
		defer w.stop(b)
		time.Sleep(time.Hour)
		w.tells(b, nil)
		after, _ := w.scrape(b)
		const success, due, failures = "kabarchy_feeds_last_success_timestamp_seconds", "kabarchy_feeds_due_timestamp_seconds", "kabarchy_feeds_failures_in_row"
		if was, is := before[success+ky], after[success+ky]; is < was || is > was+60 || after[due+ky] > was+120 || after[failures+ky] == 0 {
			t.Errorf("last read at %v, now said to be at %v, due at %v, with %v failures", was, is, after[due+ky], after[failures+ky])
		}
		if _, told := after[success+ru]; told {
			t.Error("a source that is configured no more is told")
		}
	})
}

// TestScrapesWhileRedisHangs take no longer than the others of Prometheus, and tell all that
// Redis is not asked for; however many ask, Redis is read once.
func TestScrapesWhileRedisHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := redistest.Bubble(t)
		w := newFixture(t, server.Client(t), simulator.Options{})
		a := w.app()
		w.tells(a, map[string]float64{"kabarchy_redis_up": 1})
		reads := 0
		server.Refuse(func(command []string) string {
			if strings.EqualFold(command[0], "INFO") {
				reads++
			}
			return ""
		})
		time.Sleep(readFactsEvery)
		for range 20 {
			w.scrape(a)
		}
		if reads > 1 {
			t.Errorf("20 scrapes read Redis %d times", reads)
		}

		hangs := make(chan struct{})
		server.Refuse(func([]string) string { <-hangs; return "" })
		time.Sleep(readFactsEvery)
		began := time.Now()
		series, _ := w.scrape(a)
		if took := time.Since(began); took > probePatience {
			t.Errorf("a scrape took %v", took)
		}
		if _, told := series["kabarchy_archive_items"]; told || series["kabarchy_redis_up"] != 0 {
			t.Error("what stands in Redis is told while it hangs")
		}
		if _, told := series[`kabarchy_broadcast_attempts_total{outcome="delivered"}`]; !told {
			t.Error("what does not stand in Redis is left out, too")
		}
		close(hangs)
		server.Refuse(nil)
		w.tells(a, map[string]float64{"kabarchy_redis_up": 1, "kabarchy_stalled_seconds": 0})
		w.stop(a)
	})
}
