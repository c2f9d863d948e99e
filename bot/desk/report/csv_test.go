package report_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"kabarchy/bot/desk/report"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	cells := []string{
		"Юридикалык жардам, өзгөчө", `="x"`, "+996", "-1", "@SUM(A1)", "\t=1", " =1", "\u200b@x", "＝1", "a\nb", `say "no"`, "\r=1", "7", "",
	}
	got, err := report.CSV([][]string{{"Кабар", "Тил"}, cells})
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(got), "\uFEFF")
	if !marked {
		t.Error("the table begins with no byte order mark")
	}
	lines := csv.NewReader(strings.NewReader(text))
	lines.FieldsPerRecord = -1
	read, err := lines.ReadAll()
	if err != nil || len(read) != 2 {
		t.Fatalf("%d lines: %v", len(read), err)
	}
	for i, want := range []string{
		cells[0], `'="x"`, "'+996", "'-1", "'@SUM(A1)", "'\t=1", "' =1", "'\u200b@x", "'＝1", "a\nb", `say "no"`, "'\r=1", "7", "",
	} {
		if strings.ReplaceAll(read[1][i], "\r", "") != strings.ReplaceAll(want, "\r", "") {
			t.Errorf("cell %q reads %q, want %q", cells[i], read[1][i], want)
		}
	}
}
