package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are what people read here, from the top of the repository.
var documents = []string{"README.md", ".github/*.md", "docs/*.md", "docs/decisions/*.md"}

// top is the repository's top, seen from this package.
const top = "../.."

// TestDocumentsLead: each link in a document leads to a file, and each command that it
// offers as a proof runs a test, a benchmark or an example.
func TestDocumentsLead(t *testing.T) {
	t.Parallel()
	links, commands := 0, 0
	known := make(map[string][]string)
	for name, text := range documentTexts(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(top, filepath.Dir(name), link[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, link[1])
			}
		}
		for _, command := range regexp.MustCompile("go test [^`\n#]+").FindAllString(text, -1) {
			commands++
			if err := runsSomething(strings.ReplaceAll(command, `\|`, "|"), known); err != nil {
				t.Errorf("%s: %s: %v", name, strings.TrimSpace(command), err)
			}
		}
	}
	if links == 0 || commands == 0 {
		t.Fatalf("%d links and %d commands were found: this test sees nothing", links, commands)
	}
}

// TestReadmeNamesEachPackage, and no package that is not there.
func TestReadmeNamesEachPackage(t *testing.T) {
	t.Parallel()
	_, layout, _ := strings.Cut(documentTexts(t)["README.md"], "\n## Code layout\n")
	layout, _, _ = strings.Cut(layout, "\n## ")
	var named []string
	for _, row := range regexp.MustCompile(`(?m)^\| (`+"`[^|]+`"+`) \|`).FindAllStringSubmatch(layout, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			named = append(named, strings.Trim(name, "`"))
		}
	}
	slices.Sort(named)
	if packages := slices.Sorted(maps.Keys(mayImport)); !slices.Equal(named, packages) {
		t.Errorf("README.md names the packages\n%q, there are\n%q", named, packages)
	}
}

// documentTexts are the documents by their names.
func documentTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	for _, pattern := range documents {
		names, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no document %s (%v)", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			relative, err := filepath.Rel(top, name)
			if err != nil {
				t.Fatal(err)
			}
			texts[relative] = string(text)
		}
	}
	return texts
}

// runsSomething says what is wrong where a command's -run and -bench fit no function of
// the packages that it names. What it finds in a folder it keeps in known.
func runsSomething(command string, known map[string][]string) error {
	var offered []string
	for _, folder := range regexp.MustCompile(` (\./\S*)`).FindAllStringSubmatch(command, -1) {
		if _, is := known[folder[1]]; !is {
			found, err := testFunctions(folder[1])
			if err != nil {
				return err
			}
			known[folder[1]] = found
		}
		offered = append(offered, known[folder[1]]...)
	}
	wanted := regexp.MustCompile(` -(run|bench) ('[^']*'|\S+)`).FindAllStringSubmatch(command, -1)
	for _, flag := range wanted {
		for alternative := range strings.SplitSeq(strings.Trim(flag[2], "'"), "|") {
			pattern, err := regexp.Compile(alternative)
			if err != nil {
				return err
			}
			if alternative != "^$" && !slices.ContainsFunc(offered, pattern.MatchString) {
				return fmt.Errorf("-%s %s fits nothing", flag[1], alternative)
			}
		}
	}
	return nil
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Example|Fuzz)\w*)\(`)

// testFunctions are the names of what can be run in a folder; in all below it, where its
// name ends with "...".
func testFunctions(folder string) (names []string, err error) {
	folder, below := strings.CutSuffix(folder, "...")
	root := filepath.Join(top, folder)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && !below && path != root {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, function := range testFunction.FindAllSubmatch(source, -1) {
			names = append(names, string(function[1]))
		}
		return err
	})
	return names, err
}
