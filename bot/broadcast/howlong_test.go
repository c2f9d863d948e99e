package broadcast

import (
	"testing"
	"time"
)

func TestHowLong(t *testing.T) {
	t.Parallel()
	ended := Progress{ToGo: 9000, FinishedAt: time.Unix(1, 0)}
	held := Progress{ToGo: 9000, Held: AllRefuse}
	long, short := Progress{Kind: News, ToGo: 9000}, Progress{Kind: News, ToGo: 300}
	alarm, back := Progress{Kind: News, Urgent: true, ToGo: 6000}, Progress{Kind: Withdrawal, ToGo: 60}
	at, late := time.Unix(1000, 0), Progress{Kind: News, ToGo: 9000, ExpectedEnd: time.Unix(900, 0)}
	coming := func(after time.Duration, messages int) Coming { return Coming{At: at.Add(after), Messages: messages} }
	for name, c := range map[string]struct {
		urgent         bool
		known          []Progress
		coming         []Coming
		want           time.Duration
		beside, within int
	}{
		"alone":                         {want: 100 * time.Second, known: []Progress{ended, held, {Kind: News}}},
		"beside a long one":             {want: 200 * time.Second, known: []Progress{long}, beside: 1},
		"beside a short one":            {want: 110 * time.Second, known: []Progress{short}, beside: 1},
		"after one that is over then":   {want: 100 * time.Second, known: []Progress{late}},
		"after an urgent one":           {want: 302 * time.Second, known: []Progress{alarm, back}, beside: 2},
		"urgent":                        {urgent: true, want: 100 * time.Second, known: []Progress{long, short}, beside: 2},
		"urgent, beside an urgent one":  {urgent: true, want: 200 * time.Second, known: []Progress{alarm}, beside: 1},
		"urgent, beside a short urgent": {urgent: true, want: 102 * time.Second, known: []Progress{back}, beside: 1},
		"before a digest":               {want: 100 * time.Second, coming: []Coming{coming(101*time.Second, 900), coming(-time.Second, 900)}},
		"into a digest":                 {want: 130 * time.Second, coming: []Coming{coming(99*time.Second, 900)}, within: 1},
		"into two, by the first": {
			want: 160 * time.Second, coming: []Coming{coming(120*time.Second, 900), coming(99*time.Second, 900)}, within: 2,
		},
		"urgent, into a digest": {urgent: true, want: 100 * time.Second, coming: []Coming{coming(99*time.Second, 900)}, within: 1},
	} {
		got, beside, within := HowLong(Load{Messages: 3000, Urgent: c.urgent, PerSecond: 30, Begins: at, Running: c.known, Coming: c.coming})
		if got != c.want || len(beside) != c.beside || len(within) != c.within {
			t.Errorf("%s: %v beside %d, with %d, want %v beside %d, with %d", name, got, len(beside), len(within), c.want, c.beside, c.within)
		}
	}
}
