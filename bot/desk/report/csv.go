package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// byteOrderMark tells a spreadsheet that what follows is UTF-8.
const byteOrderMark = "\uFEFF"

// CSV writes lines as a spreadsheet reads them: UTF-8 with a byte order mark. What a cell of
// text begins with decides whether a spreadsheet runs it as a formula: such a one gets an
// apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
func CSV(lines [][]string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(byteOrderMark)
	w := csv.NewWriter(&out)
	w.UseCRLF = true // RFC 4180
	for _, line := range lines {
		cells := make([]string, len(line))
		for i, cell := range line {
			cells[i] = harmless(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("write a line of the table: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write the table: %w", err)
	}
	return out.Bytes(), nil
}

// harmless is a cell that no spreadsheet takes for a formula. Some skip what can't be seen
// before they look, so that the sign after it counts.
func harmless(cell string) string {
	seen := strings.TrimLeft(cell, " \t\r\n\u00a0\u200b\ufeff")
	if strings.IndexAny(seen, "=+-@＝＋－＠") == 0 || strings.IndexAny(cell, "\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
