package report

import "slices"

// Least is the fewest people of whom a figure is shown. Zero shows nobody.
const Least = 5

// Other is the key of the group that the small ones join.
const Other = "other"

// Group is how many people, or presses, have something in common.
type Group struct {
	Key string
	N   int
	// Others reports whether small groups are counted with this one.
	Others bool
}

// Few reports whether the number is not to be shown: there is somebody, but too few.
func Few(n int) bool { return 0 < n && n < Least }

// Sum is how many are in all groups together.
func Sum(groups []Group) (n int) {
	for _, g := range groups {
		n += g.N
	}
	return n
}

// Fold returns the groups to show, the largest first: those under Least join Other, and
// an Other under Least joins the smallest of the rest. Groups must not overlap; empty ones
// are left out, so that nobody and too few look the same. Where all of them together are
// under Least, only Other is left, and its number must not be shown either: see Few.
//
// Any sum of shown groups is then 0 or Least at least, and so is what it leaves of the whole.
func Fold(groups []Group) []Group {
	rest := Group{Key: Other, Others: true}
	var shown []Group
	for _, g := range groups {
		switch {
		case g.N <= 0:
		case g.Key == Other || g.N < Least:
			rest.N += g.N
		default:
			shown = append(shown, g)
		}
	}
	slices.SortStableFunc(shown, func(a, b Group) int { return b.N - a.N })
	if rest.N == 0 {
		return shown
	}
	if rest.N < Least && len(shown) > 0 {
		last := &shown[len(shown)-1]
		last.N, last.Others = last.N+rest.N, true
		return shown
	}
	return append(shown, rest)
}

// Span is a stretch of neighbouring groups, such as hours or days: those from index From
// until before To.
type Span struct {
	From, To int
	N        int
}

// Spans joins neighbours until no stretch has fewer than Least, but for empty ones; what is
// left at the end joins the stretch before it. Where all together are under Least, one
// stretch is left, whose number must not be shown: see Few.
func Spans(counts []int) []Span {
	var spans []Span
	open := Span{}
	for i, n := range counts {
		if open.N == 0 && n == 0 { // nobody: that may be shown by itself
			spans = append(spans, Span{From: i, To: i + 1})
			open.From = i + 1
			continue
		}
		open.To, open.N = i+1, open.N+max(n, 0)
		if open.N >= Least {
			spans = append(spans, open)
			open = Span{From: i + 1}
		}
	}
	if open.N == 0 {
		return spans
	}
	for len(spans) > 0 && open.N < Least {
		last := spans[len(spans)-1]
		spans = spans[:len(spans)-1]
		open = Span{From: last.From, To: open.To, N: last.N + open.N}
	}
	return append(spans, open)
}

// Together joins neighbours, as Spans does, until in each stretch every one of the series
// has nobody or Least at least; a series of too few in all does not count, and has nobody.
// Each stretch holds the numbers of the series in their order.
func Together(series ...[]int) (spans []Span, counts [][]int) {
	shown := func(i int) bool { return !Few(total(series[i])) }
	fits := func(from, to int) (ns []int, fit bool) {
		fit = true
		for i, s := range series {
			n := 0
			if shown(i) {
				n = total(s[from:to])
			}
			ns, fit = append(ns, n), fit && !Few(n)
		}
		return ns, fit
	}
	days := 0
	for _, s := range series {
		days = len(s)
	}
	from := 0
	for to := 1; to <= days; to++ {
		ns, fit := fits(from, to)
		if to == days && !fit { // the rest joins those before it
			for !fit {
				from, spans, counts = spans[len(spans)-1].From, spans[:len(spans)-1], counts[:len(counts)-1]
				ns, fit = fits(from, to)
			}
		}
		if fit {
			spans, counts = append(spans, Span{From: from, To: to, N: total(ns)}), append(counts, ns)
			from = to
		}
	}
	return spans, counts
}
