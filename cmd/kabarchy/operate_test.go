package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOperatingCommandsAreTried: each command that docs/operate.md offers is run by a script.
func TestOperatingCommandsAreTried(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.Join("testdata", "script", "operate.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	offered := regexp.MustCompile("(?m)^ *kabarchy ([a-z]+)").FindAllStringSubmatch(documentTexts(t)["docs/operate.md"], -1)
	if len(offered) < 4 {
		t.Fatalf("docs/operate.md offers %d commands", len(offered))
	}
	for _, command := range offered {
		if !strings.Contains(string(script), " kabarchy "+command[1]+" ") && !strings.Contains(string(script), " kabarchy "+command[1]+"\n") {
			t.Errorf("kabarchy %s is run by no script", command[1])
		}
	}
}
