package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// entryID is how the program names an entry.
var entryID = regexp.MustCompile(`^(language|number|date|screen|line|button|toast|command|profile|column|web)\.[a-z_]+$`)

// templateEntry is how a template names one.
var templateEntry = regexp.MustCompile(`"((?:screen|line|button|toast|web)\.[a-z_]+)"`)

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheProgramUsesEveryEntryAndNoOther(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") {
			for _, found := range templateEntry.FindAllStringSubmatch(readFile(t, path), -1) {
				used[found[1]] = true
			}
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // half-written: the compiler says it better
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if s, _ := strconv.Unquote(literal.Value); entryID.MatchString(s) {
					used[s] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	entries := catalogues()[Default]
	for id := range entries {
		if !used[id] {
			t.Errorf("no code uses %s", id)
		}
	}
	for id := range used {
		if _, ok := entries[id]; !ok {
			t.Errorf("the code uses %s, which no catalogue has", id)
		}
	}
}
