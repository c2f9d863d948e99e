// Package sample holds a ministry that is not there: its news in three editions, with
// pictures, and a web site that publishes them. The demo and the whole-service tests
// read it as the service reads a real ministry's site.
//
// The news are data: items/ has a file for each, pictures/ the drawings (SVG) and what
// is served of them (PNG), site.yaml the words around them.
package sample

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed items/*.yaml pictures/*.png site.yaml page.html
var files embed.FS

// Item is one piece of news in all its editions.
type Item struct {
	// Number is the item's in the addresses of its pages; its file's name begins with it.
	Number int `yaml:"-"`
	// Archived items are on the site from the start, the others are drafts.
	Archived bool `yaml:"archived"`
	// Picture is a file's name in pictures/.
	Picture string `yaml:"picture"`
	// Editions are by language.
	Editions map[string]Edition `yaml:"editions"`
}

// Edition is an item in one language.
type Edition struct {
	Category string `yaml:"category"`
	Title    string `yaml:"title"`
	// Text is plain, its paragraphs parted by an empty line.
	Text string `yaml:"text"`
	// Correction is the sentence that the text begins with once the item was corrected.
	Correction string `yaml:"correction"`
}

// Paragraphs are those of the text, the correction first where there was one.
func (e Edition) Paragraphs(corrected bool) []string {
	paragraphs := strings.Split(strings.TrimSpace(e.Text), "\n\n")
	if corrected {
		return append([]string{e.Correction}, paragraphs...)
	}
	return paragraphs
}

// Items are the news in the order of their numbers: the drafts in the order in which a
// visitor of the demo publishes them, then what is on the site already.
func Items() ([]Item, error) {
	entries, err := files.ReadDir("items")
	if err != nil {
		return nil, err
	}
	items := make([]Item, 0, len(entries))
	for _, entry := range entries {
		item, err := readItem(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("sample item %s: %w", entry.Name(), err)
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(a.Number, b.Number) })
	return items, nil
}

func readItem(name string) (Item, error) {
	var item Item
	if err := readYAML(path.Join("items", name), &item); err != nil {
		return Item{}, err
	}
	number, _, _ := strings.Cut(name, "-")
	var err error
	item.Number, err = strconv.Atoi(number)
	return item, err
}

func readYAML(name string, into any) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	return yaml.UnmarshalWithOptions(text, into, yaml.Strict())
}
