package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module  = "kabarchy/"
	library = "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// mayImport says for each package which others of ours it may import outside its tests.
// Imports run one way, so that each part can be understood, tested and replaced without
// those above it.
var mayImport = map[string][]string{
	"cmd/kabarchy":        {"bot", "bot/broadcast", "bot/delivery", "bot/desk", "bot/desk/report", "bot/desk/web", "bot/lease", "bot/locale", "bot/render", "bot/search", "bot/simulator", "bot/simulator/page", "bot/telegram", "bot/updates", "cmd/kabarchy/backup", "cmd/kabarchy/config", "cmd/kabarchy/sample", "feeds", "feeds/fetch", "feeds/websub", "subscriptions", "subscriptions/embedded"},
	"cmd/kabarchy/backup": {"bot/broadcast", "bot/desk", "feeds", "subscriptions"},
	"cmd/kabarchy/config": {"bot/locale", "feeds"},
	"cmd/kabarchy/sample": {},
	"bot":                 {"bot/broadcast", "bot/desk/report", "bot/desk", "bot/locale", "bot/render", "bot/search", "bot/telegram", "feeds", "feeds/article", "subscriptions"},
	"bot/broadcast":       {"bot/lease", "feeds", "subscriptions"},
	"bot/desk":            {"bot/broadcast", "bot/locale", "feeds", "feeds/article", "subscriptions"},
	"bot/lease":           {},
	"bot/desk/report":     {"bot/broadcast", "feeds", "subscriptions"},
	"bot/desk/web":        {"bot/broadcast", "bot/desk", "bot/desk/report", "bot/locale", "feeds", "feeds/article", "subscriptions"},
	"bot/delivery":        {"bot/broadcast", "bot/locale", "bot/render", "bot/telegram", "feeds", "subscriptions"},
	"bot/locale":          {},
	"bot/render":          {"bot/locale", "bot/telegram", "feeds", "feeds/article", "subscriptions"},
	"bot/search":          {"feeds"},
	"bot/simulator":       {},
	"bot/simulator/page":  {"bot/simulator"},
	"bot/telegram":        {},
	"bot/updates":         {"bot/telegram"},
	"feeds":               {"feeds/article", "feeds/fetch", "feeds/repair"},
	"feeds/article":       {},
	"feeds/fetch":         {},
	"feeds/repair":        {},
	"feeds/websub":        {"feeds/fetch"},
	"subscriptions":       {},

	// A Redis for the demo, and for tests.
	"subscriptions/embedded": {},

	// Imported by tests alone.
	"bot/bottest/seed":                {},
	"bot/bottest":                     {"bot/simulator", "feeds", "subscriptions/redistest/pipenet"},
	"bot/simulator/browsertest":       {"bot/simulator"},
	"feeds/feedtest":                  {},
	"subscriptions/redistest":         {"subscriptions", "subscriptions/embedded"},
	"subscriptions/redistest/pipenet": {},
}

// knowTelegram are the packages that may import the library for Telegram.
var knowTelegram = []string{"bot/telegram"}

// goPackage is what go list says of a package.
type goPackage struct {
	ImportPath string
	Imports    []string // without those of its tests
	Deps       []string // all that it needs in the end
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range ownPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("package %s is new: add what it may import to this test", name)
			continue
		}
		for _, imported := range p.Imports {
			own, isOwn := strings.CutPrefix(imported, module)
			if isOwn && !slices.Contains(allowed, own) {
				t.Errorf("package %s must not import %s", name, own)
			}
			if imported == library && !slices.Contains(knowTelegram, name) {
				t.Errorf("package %s must not import %s", name, imported)
			}
		}
		if (name == "feeds" || name == "subscriptions") && slices.Contains(p.Deps, library) {
			t.Errorf("package %s must know nothing of Telegram, also not by another package", name)
		}
	}
}

// ownPackages returns all packages of this module.
func ownPackages(t *testing.T) []goPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "kabarchy/...")
	var stderr strings.Builder
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var own []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			own = append(own, p)
		}
	}
	if len(own) == 0 {
		t.Fatal("go list names no package of ours: this test sees nothing")
	}
	return own
}
