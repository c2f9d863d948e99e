package feeds

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// storiesFolder holds the stories that this project promises to tell rightly.
const storiesFolder = "testdata/stories"

// TestStories plays each story: a YAML file with the life of a site, and what a
// careful press officer would want told after each step. STORIES names another folder
// than our own; one that is relative begins at this package's.
//
//	STORIES=../../elsewhere/stories go test ./feeds -run Stories -v
func TestStories(t *testing.T) {
	t.Parallel()
	folder := cmp.Or(os.Getenv("STORIES"), storiesFolder)
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in %s: %v", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			s, err := readStory(file)
			if err != nil {
				t.Fatal(err)
			}
			play(t, s)
		})
	}
}

// TestStoriesAreStrict: a story that says something unknown, or nothing, is an error
// and not a story that passes.
func TestStoriesAreStrict(t *testing.T) {
	t.Parallel()
	for says, text := range map[string]string{
		"unknown field": "name: x\nsteps: [{itmes: []}]",
		"no steps":      "name: x",
		"unknown key":   "name: x\nsteps: [{items: [{titel: a}]}]",
		"no item":       "name: x\nsteps: [{items: [nobody]}]",
		"one of new":    "name: x\nsteps: [{items: [], expect: [{text: a}]}]",
		"time: missing": "name: x\nsteps: [{items: [], after: 10}]",
		"held: soon":    "name: x\nsteps: [{items: [], expect: [{held: soon}]}]",
	} {
		file := filepath.Join(t.TempDir(), "story.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readStory(file)
		wantError(t, oneLineError(err), says)
	}
}
