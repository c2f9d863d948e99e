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
	for name, c := range map[string]struct {
		urgent bool
		known  []Progress
		want   time.Duration
		beside int
	}{
		"alone":                         {false, []Progress{ended, held, {Kind: News}}, 100 * time.Second, 0},
		"beside a long one":             {false, []Progress{long}, 200 * time.Second, 1},
		"beside a short one":            {false, []Progress{short}, 110 * time.Second, 1},
		"after an urgent one":           {false, []Progress{alarm, back}, 302 * time.Second, 2},
		"urgent":                        {true, []Progress{long, short}, 100 * time.Second, 2},
		"urgent, beside an urgent one":  {true, []Progress{alarm}, 200 * time.Second, 1},
		"urgent, beside a short urgent": {true, []Progress{back}, 102 * time.Second, 1},
	} {
		if got, beside := HowLong(3000, c.urgent, 30, c.known); got != c.want || len(beside) != c.beside {
			t.Errorf("%s: %v beside %d, want %v beside %d", name, got, len(beside), c.want, c.beside)
		}
	}
}
