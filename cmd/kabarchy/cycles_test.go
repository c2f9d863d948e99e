//go:build house

package main

import (
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// largestCycle is how many files of one package may need each other: more than that can
// only be read all together.
const largestCycle = 6

// TestFileCycles prints the largest cycle of files of each package, and fails where it is
// larger than largestCycle. A file needs another one when it uses a name declared there;
// files that need each other, directly or by others, are a cycle. To check the types of all
// packages costs seconds, so it stands behind the build tag house: CI always sets it.
func TestFileCycles(t *testing.T) {
	t.Parallel()
	for _, p := range checkedPackages(t) {
		name := strings.TrimPrefix(p.PkgPath, module)
		cycle := slices.MaxFunc(cycles(fileUses(p)), func(a, b []string) int { return len(a) - len(b) })
		t.Logf("%-35s %2d of %2d files", name, len(cycle), len(p.GoFiles))
		if len(cycle) > largestCycle {
			t.Errorf("%s: %d files need each other, more than %d: %s", name, len(cycle), largestCycle, strings.Join(cycle, " "))
		}
	}
}

func TestCyclesAreFound(t *testing.T) {
	t.Parallel()
	uses := map[string][]string{
		"alone": {"leaf"}, "leaf": nil,
		"a": {"b", "leaf"}, "b": {"c"}, "c": {"a", "d"},
		"d": {"e"}, "e": {"d"},
	}
	var got []string
	for _, cycle := range cycles(uses) {
		got = append(got, strings.Join(cycle, " "))
	}
	slices.Sort(got)
	if want := []string{"a b c", "alone", "d e", "leaf"}; !slices.Equal(got, want) {
		t.Errorf("cycles %q, want %q", got, want)
	}
}

// checkedPackages returns all packages of this module, type-checked, without their tests.
func checkedPackages(t *testing.T) []*packages.Package {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Context: t.Context(),
		Mode:    packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
	}, module+"...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		for _, err := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, err)
		}
	}
	if len(loaded) == 0 {
		t.Fatal("no package of ours was loaded: this test sees nothing")
	}
	return loaded
}

// fileUses returns for each file of a package which of its files use a name declared in
// which: functions, types, variables, and also methods and fields.
func fileUses(p *packages.Package) map[string][]string {
	file := func(position token.Pos) string { return filepath.Base(p.Fset.Position(position).Filename) }
	uses := make(map[string][]string)
	for _, syntax := range p.Syntax {
		uses[file(syntax.FileStart)] = nil
	}
	for name, object := range p.TypesInfo.Uses {
		if object.Pkg() != p.Types || !object.Pos().IsValid() {
			continue
		}
		if user, declared := file(name.Pos()), file(object.Pos()); !slices.Contains(uses[user], declared) {
			uses[user] = append(uses[user], declared)
		}
	}
	return uses
}

// cycles returns the strongly connected components of a graph: each node stands in one,
// with all those that it reaches and that reach it.
func cycles(edges map[string][]string) [][]string {
	reached := make(map[string]map[string]bool)
	for node := range edges {
		reached[node] = make(map[string]bool)
		reach(edges, node, reached[node])
	}
	var found [][]string
	in := make(map[string]bool)
	for _, node := range slices.Sorted(maps.Keys(edges)) {
		if in[node] {
			continue
		}
		cycle := []string{node}
		for other := range edges {
			if other != node && reached[node][other] && reached[other][node] {
				cycle = append(cycle, other)
			}
		}
		for _, member := range cycle {
			in[member] = true
		}
		slices.Sort(cycle)
		found = append(found, cycle)
	}
	return found
}

// reach notes all nodes to which edges lead from one.
func reach(edges map[string][]string, from string, reached map[string]bool) {
	for _, to := range edges[from] {
		if !reached[to] {
			reached[to] = true
			reach(edges, to, reached)
		}
	}
}
