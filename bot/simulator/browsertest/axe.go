package browsertest

import (
	"context"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// Accessible fails where axe-core finds something on the page that keeps people out: too little
// contrast, a button without a name, a list that is none. AXE names its axe.min.js, of the npm
// package axe-core; without it nothing is looked at, but with CI=true that fails.
func Accessible(tb testing.TB, ctx context.Context, state string) {
	tb.Helper()
	if os.Getenv("AXE") == "" && os.Getenv("CI") != "true" {
		return
	}
	script, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		tb.Fatalf("AXE must name axe-core's axe.min.js: %v", err)
	}
	limited, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	Do(tb, ctx, chromedp.Evaluate[chromedp.Void](string(script)+"; undefined"))
	found, err := chromedp.Run(limited, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ['violations']}).then((r) =>
		r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target.join(' ') + ': ' + n.failureSummary)))`, chromedp.EvalAwaitPromise))
	if err != nil {
		tb.Fatalf("axe, %s: %v", state, err)
	}
	for _, line := range found {
		tb.Errorf("axe, %s: %s", state, line)
	}
}
