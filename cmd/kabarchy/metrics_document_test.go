package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// measure is a metric as the sources define it, or as docs/metrics.md describes it.
type measure struct {
	kind   string // counter, gauge or histogram
	labels string // in backquotes, with commas between
}

// definedMeasures are the metrics in the sources, by name.
func definedMeasures(t *testing.T) map[string]measure {
	t.Helper()
	found := make(map[string]measure)
	for _, folder := range []string{"feeds", "subscriptions", "bot", "cmd"} {
		err := filepath.WalkDir(filepath.Join(top, folder), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if call, is := node.(*ast.CallExpr); is {
					if name, m := measureIn(call); name != "" {
						found[name] = m
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 30 {
		t.Fatalf("only %d metrics are found in the sources", len(found))
	}
	return found
}

// measureIn reads a call that makes a metric: of the library, or of gauge.
func measureIn(call *ast.CallExpr) (name string, m measure) {
	maker := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		maker = f.Sel.Name
	case *ast.Ident:
		maker = f.Name
	}
	var texts []string // all literals, in their order
	for _, argument := range call.Args {
		ast.Inspect(argument, func(node ast.Node) bool {
			if _, inner := node.(*ast.CallExpr); inner {
				return false
			}
			if literal, is := node.(*ast.BasicLit); is && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				texts = append(texts, text)
			}
			return true
		})
	}
	if len(texts) < 2 || !strings.HasPrefix(texts[0], "kabarchy_") {
		return "", m
	}
	switch kind, _ := strings.CutSuffix(strings.TrimPrefix(maker, "New"), "Vec"); {
	case maker == "gauge", maker == "NewDesc" && !strings.HasSuffix(texts[0], "_total"):
		m.kind = "gauge"
	case maker == "NewDesc":
		m.kind = "counter"
	case maker == "New"+kind || maker == "New"+kind+"Vec":
		m.kind = strings.ToLower(kind)
	default:
		return "", m
	}
	labels := slices.Clone(texts[2:])
	for i := range labels {
		labels[i] = "`" + labels[i] + "`"
	}
	m.labels = strings.Join(labels, ", ")
	return texts[0], m
}

// documentedMeasures are the rows of the tables in docs/metrics.md.
func documentedMeasures(t *testing.T) map[string]measure {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]measure)
	for _, row := range regexp.MustCompile("(?m)^\\| `(kabarchy_[^`]*)` \\|.*").FindAllStringSubmatch(string(text), -1) {
		cells := strings.Split(strings.TrimSuffix(row[0], " |"), " | ")
		if len(cells) != 4 || strings.TrimSpace(cells[3]) == "" {
			t.Errorf("docs/metrics.md: a metric has a name, a type, labels and a question that it answers: %s", row[0])
			continue
		}
		if !regexp.MustCompile(`^(each|all|the leader)\b`).MatchString(whoAnswers(cells[3])) {
			t.Errorf("docs/metrics.md does not say who answers %s: each, all or the leader", row[1])
		}
		if _, twice := found[row[1]]; twice {
			t.Errorf("docs/metrics.md describes %s twice", row[1])
		}
		found[row[1]] = measure{strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])}
	}
	return found
}

// TestEveryMetricIsDocumented: docs/metrics.md has the metrics of the sources, with their
// types and labels, and no other.
func TestEveryMetricIsDocumented(t *testing.T) {
	t.Parallel()
	defined, documented := definedMeasures(t), documentedMeasures(t)
	for name, m := range defined {
		if d, is := documented[name]; !is || d != m {
			t.Errorf("%s is %+v in the sources, and %+v in docs/metrics.md", name, m, d)
		}
	}
	for name := range documented {
		if _, is := defined[name]; !is {
			t.Errorf("docs/metrics.md: %s is nowhere in the sources", name)
		}
	}
}
