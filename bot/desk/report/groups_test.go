package report_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	_ "kabarchy/bot/bottest/seed" // RAPID_SEED
	"kabarchy/bot/desk/report"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		of, shown []report.Group
	}{
		{"nobody", groups(), groups()},
		{"all large", groups("ky", 7, "ru", 9), groups("ru", 9, "ky", 7)},
		{"small ones join other", groups("ky", 70, "ru", 4, "en", 3), groups("ky", 70, "other+", 7)},
		{"a small other joins the smallest", groups("ky", 70, "ru", 9, "en", 3), groups("ky", 70, "ru+", 12)},
		{"other itself may be small", groups("ky", 70, "other", 1), groups("ky+", 71)},
		{"nobody is left out", groups("ky", 70, "en", 0), groups("ky", 70)},
		{"too few of all", groups("ky", 2, "ru", 1), groups("other+", 3)},
	} {
		if got := report.Fold(c.of); !slices.Equal(got, c.shown) {
			t.Errorf("%s: %v, want %v", c.name, got, c.shown)
		}
	}
}

// groups are made of keys and numbers; a plus says that others are counted with the group.
func groups(of ...any) (made []report.Group) {
	for i := 0; i < len(of); i += 2 {
		key, n := of[i].(string), of[i+1].(int)
		others := key[len(key)-1] == '+'
		if others {
			key = key[:len(key)-1]
		}
		made = append(made, report.Group{Key: key, N: n, Others: others})
	}
	return made
}

// sizes are those of random groups, of which many are small.
func sizes(t *rapid.T, most int, label string) []int {
	return rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 9), rapid.Just(0), rapid.IntRange(0, 5000)), 0, most).Draw(t, label)
}

// tellsNobody fails the test if some of the shown figures, or what they leave of the whole, are
// of fewer than five people: whatever is added up and taken away. Where the whole is too
// small, nothing of it is shown, and nothing may be told apart.
func tellsNobody(t *rapid.T, shown []int, whole int) {
	sum := 0
	for _, n := range shown {
		sum += n
	}
	if sum != whole {
		t.Fatalf("%v add up to %d, and not to %d", shown, sum, whole)
	}
	if report.Few(whole) {
		if positive(shown) != 1 {
			t.Fatalf("%v of %d are told apart", shown, whole)
		}
		return
	}
	for chosen := range 1 << min(len(shown), 12) {
		part := 0
		for i, n := range shown[:min(len(shown), 12)] {
			if chosen>>i&1 == 1 {
				part += n
			}
		}
		if report.Few(part) || report.Few(whole-part) {
			t.Fatalf("of %v, %b tells of %d and %d", shown, chosen, part, whole-part)
		}
	}
}

func positive(all []int) (n int) {
	for _, v := range all {
		if v > 0 {
			n++
		}
	}
	return n
}

// TestNoSubtractionTells: neither groups nor stretches of time tell of fewer than five.
func TestNoSubtractionTells(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counts := sizes(t, 12, "counts")
		var of []report.Group
		whole := 0
		for i, n := range counts {
			of = append(of, report.Group{Key: fmt.Sprint(i), N: n})
			whole += n
		}
		var folded, spans []int
		for _, g := range report.Fold(of) {
			folded = append(folded, g.N)
		}
		tellsNobody(t, folded, whole)
		at := 0
		for _, s := range report.Spans(counts) {
			spans = append(spans, s.N)
			if s.From != at || s.To <= s.From {
				t.Fatalf("the stretch from %d to %d follows %d", s.From, s.To, at)
			}
			at = s.To
		}
		if at != len(counts) {
			t.Fatalf("the stretches end at %d of %d", at, len(counts))
		}
		tellsNobody(t, spans, whole)
	})
}

// TestNoSeriesTell: of series over the same days, no stretch tells of fewer than five.
func TestNoSeriesTell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(0, 12).Draw(t, "days")
		var series [][]int
		for range rapid.IntRange(1, 3).Draw(t, "series") {
			series = append(series, append(sizes(t, days, "counts"), make([]int, days)...)[:days])
		}
		spans, counts := report.Together(series...)
		at := 0
		for _, s := range spans {
			if s.From != at || s.To <= s.From {
				t.Fatalf("the stretch from %d to %d follows %d", s.From, s.To, at)
			}
			at = s.To
		}
		if at != days {
			t.Fatalf("the stretches end at %d of %d", at, days)
		}
		for i, of := range series {
			var shown []int
			whole := 0
			for _, n := range of {
				whole += n
			}
			for _, ns := range counts {
				shown = append(shown, ns[i])
			}
			if report.Few(whole) {
				whole = 0
			}
			tellsNobody(t, shown, whole)
		}
	})
}

// TestNoTableTells: no rectangle of a coarse table, of its rows and columns, tells of fewer
// than five, nor does what rectangles leave of its rows, its columns or the whole.
func TestNoTableTells(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
		table := report.Table{Rows: make([]string, rows), Columns: make([]string, columns)}
		whole := 0
		for range rows {
			cells := append(sizes(t, columns, "cells"), make([]int, columns)...)[:columns]
			table.Cells = append(table.Cells, cells)
			for _, n := range cells {
				whole += n
			}
		}
		before := slices.Clone(table.Cells[0])
		coarse := table.Coarsen()
		if !slices.Equal(before, table.Cells[0]) {
			t.Fatal("the table itself was changed")
		}
		if coarse.Hidden != report.Few(whole) {
			t.Fatalf("hidden is %v with %d in all", coarse.Hidden, whole)
		}
		covers(t, coarse.Rows, rows)
		covers(t, coarse.Columns, columns)
		var all []int
		for i, row := range coarse.Cells {
			for j, n := range row {
				all = append(all, n)
				if want := inside(table, coarse.Rows[i], coarse.Columns[j]); n != want {
					t.Fatalf("the cell of rows %v and columns %v holds %d of %d", coarse.Rows[i], coarse.Columns[j], n, want)
				}
			}
		}
		tellsNobody(t, all, whole)
	})
}

// covers fails the test unless the parts hold each index once.
func covers(t *rapid.T, parts [][]int, n int) {
	all := slices.Concat(parts...)
	slices.Sort(all)
	for i := range n {
		if i >= len(all) || all[i] != i {
			t.Fatalf("%v do not cover %d", parts, n)
		}
	}
}

// inside is how many the rows and columns of a table hold.
func inside(table report.Table, rows, columns []int) (n int) {
	for _, i := range rows {
		for _, j := range columns {
			n += table.Cells[i][j]
		}
	}
	return n
}
