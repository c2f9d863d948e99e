package telegram

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// knownAnswer is an answer that Telegram is known to give to some methods.
type knownAnswer struct {
	methods     []string
	code        int
	description string
}

// knownAnswers reads them. The whole program is tried with them in package bot.
func knownAnswers(t *testing.T) (all []knownAnswer) {
	t.Helper()
	table, err := os.ReadFile("../testdata/telegram-answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		fields := strings.Split(line, "\t")
		if i == 0 && fields[0] == "methods" || line == "" {
			continue
		}
		code, err := strconv.Atoi(fields[1])
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		methods := strings.Split(fields[0], ",")
		if fields[0] == "*" {
			methods = []string{"sendMessage", "editMessageText", "deleteMessage", "answerCallbackQuery", "answerInlineQuery", "getChatMember", "getUpdates"}
		}
		all = append(all, knownAnswer{methods, code, fields[2]})
	}
	if len(all) == 0 {
		t.Fatal("the table holds no rows")
	}
	return all
}

func TestAnswersAreComparedWithoutCase(t *testing.T) {
	t.Parallel()
	for _, row := range knownAnswers(t) {
		for _, method := range row.methods {
			as := func(words string) Reason { return reasonIn(method, row.code, words) }
			want := as(row.description)
			if got := as(strings.ToUpper(row.description)); got != want {
				t.Errorf("%s: %s means %d, in capitals %d", method, row.description, want, got)
			}
		}
	}
}

// TestEveryRowOfTheTableIsNeeded: one that no known answer reaches is a mistake, or hidden
// by one above it.
func TestEveryRowOfTheTableIsNeeded(t *testing.T) {
	t.Parallel()
	reached := make(map[int]bool)
	for _, row := range knownAnswers(t) {
		for _, method := range row.methods {
			if i := rowOf(method, row.code, row.description); i >= 0 && row.code < 500 {
				reached[i] = true
			}
		}
	}
	for i, r := range errorTable {
		if !reached[i] {
			t.Errorf("row %d is never reached: %s", i, fmt.Sprint(r.words))
		}
		if words := r.words.String(); words != strings.ToLower(words) {
			t.Errorf("row %d can never match, since answers are compared in lower case: %s", i, words)
		}
	}
}
