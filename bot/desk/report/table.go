package report

import "slices"

// Table is a table of how many people are in each row and column, such as languages and
// what became of the message. Its rows must not overlap, nor its columns.
type Table struct {
	Rows, Columns []string
	Cells         [][]int // by row, then column
}

// Coarse is a table of which every cell may be shown: each holds nobody or Least at least.
type Coarse struct {
	// Rows and Columns are the parts that were joined: of each the indexes in the table that
	// it was made of, the one that it is named for first.
	Rows, Columns [][]int
	Cells         [][]int
	// Hidden reports that all of the table together is under Least: nothing of it is shown.
	Hidden bool
}

// Coarsen joins rows and columns until every cell may be shown. What is joined is so in the
// whole table, so that no difference of its cells, or of their sums, tells of fewer.
//
// A row that is small as a whole is joined first, since a language that few read is what
// most often is; then the column with the smallest cell that is too small.
func (t Table) Coarsen() Coarse {
	c := Coarse{Cells: make([][]int, len(t.Rows))}
	for i := range t.Rows {
		c.Rows, c.Cells[i] = append(c.Rows, []int{i}), slices.Clone(t.Cells[i])
	}
	for j := range t.Columns {
		c.Columns = append(c.Columns, []int{j})
	}
	for {
		if row, found := c.smallRow(); found && len(c.Rows) > 1 {
			c.joinRow(row)
			continue
		}
		column, found := c.smallColumn()
		switch {
		case !found:
			return c
		case len(c.Columns) > 1:
			c.joinColumn(column)
		case len(c.Rows) > 1:
			row, _ := c.smallRow()
			c.joinRow(row)
		default:
			c.Hidden = true
			return c
		}
	}
}

// smallRow is a row with too few people.
func (c Coarse) smallRow() (int, bool) {
	i := slices.IndexFunc(c.Cells, func(cells []int) bool { return Few(total(cells)) })
	return i, i >= 0
}

// smallColumn is the column with the fewest people of those in which a cell has too few.
func (c Coarse) smallColumn() (int, bool) {
	found := -1
	for j := range c.Columns {
		small := slices.ContainsFunc(c.Cells, func(cells []int) bool { return Few(cells[j]) })
		if small && (found < 0 || c.column(j) < c.column(found)) {
			found = j
		}
	}
	return found, found >= 0
}

// joinRow adds a row to the smallest of the others that holds somebody.
func (c *Coarse) joinRow(i int) {
	into := smallest(len(c.Rows), i, func(other int) int { return total(c.Cells[other]) })
	for j := range c.Columns {
		c.Cells[into][j] += c.Cells[i][j]
	}
	c.Rows[into] = append(c.Rows[into], c.Rows[i]...)
	c.Rows, c.Cells = slices.Delete(c.Rows, i, i+1), slices.Delete(c.Cells, i, i+1)
}

// joinColumn adds a column to the smallest of the others that holds somebody.
func (c *Coarse) joinColumn(j int) {
	into := smallest(len(c.Columns), j, c.column)
	for i := range c.Cells {
		c.Cells[i][into] += c.Cells[i][j]
		c.Cells[i] = slices.Delete(c.Cells[i], j, j+1)
	}
	c.Columns[into] = append(c.Columns[into], c.Columns[j]...)
	c.Columns = slices.Delete(c.Columns, j, j+1)
}

// column is how many people a column holds.
func (c Coarse) column(j int) (n int) {
	for _, cells := range c.Cells {
		n += cells[j]
	}
	return n
}

// smallest is which of n, apart from one, has the fewest; one that has nobody only where
// they all do.
func smallest(n, apart int, size func(int) int) int {
	found := -1
	for i := range n {
		switch {
		case i == apart:
		case found < 0, size(found) == 0 && size(i) > 0:
			found = i
		case size(i) > 0 && size(i) < size(found):
			found = i
		}
	}
	return found
}

func total(cells []int) (n int) {
	for _, v := range cells {
		n += v
	}
	return n
}
