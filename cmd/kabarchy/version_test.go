package main

import (
	"os"
	"regexp"
	"runtime/debug"
	"testing"
)

func TestVersionSaysWhatTheBuildKnows(t *testing.T) {
	t.Parallel()
	const commit, day = "0123456789abcdef0123456789abcdef01234567", "2026-11-26T00:20:00Z"
	fromGit := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{
			{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit},
			{Key: "vcs.time", Value: day}, {Key: "vcs.modified", Value: modified},
		}
	}
	tests := map[string]struct {
		main                    string
		settings                []debug.BuildSetting
		version, revision, date string
		want                    string
	}{
		"a build from a clean Git repository": {
			main: "v1.2.3", settings: fromGit("false"),
			want: "kabarchy v1.2.3\nrevision " + commit + "\ndate     " + day + "\ngo       go1.26.8\n",
		},
		"a build with local changes": {
			main: "v1.2.4-0.20261126002000-0123456789ab+dirty", settings: fromGit("true"),
			want: "kabarchy v1.2.4-0.20261126002000-0123456789ab+dirty\nrevision " + commit +
				", with local changes\ndate     " + day + "\ngo       go1.26.8\n",
		},
		"a build with -buildvcs=false": {
			main: "(devel)",
			want: "kabarchy unknown\nrevision unknown\ndate     unknown\ngo       go1.26.8\n",
		},
		"an image, told by its build arguments": {
			main: "(devel)", version: "v1.2.3", revision: commit, date: day,
			want: "kabarchy v1.2.3\nrevision " + commit + "\ndate     " + day + "\ngo       go1.26.8\n",
		},
		"an image, told a part": {
			main: "(devel)", revision: commit,
			want: "kabarchy unknown\nrevision " + commit + "\ndate     unknown\ngo       go1.26.8\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: test.main}, Settings: test.settings}
			if got := describe(info, test.version, test.revision, test.date).String(); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

// The linker ignores a name that it does not find: the image would say "unknown" for ever.
func TestDockerfileStampsWhatThereIs(t *testing.T) {
	t.Parallel()
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("version.go")
	if err != nil {
		t.Fatal(err)
	}
	stamped := regexp.MustCompile(`-X main\.(\w+)=\$(\w+)`).FindAllSubmatch(dockerfile, -1)
	if len(stamped) != 3 {
		t.Errorf("the Dockerfile stamps %d values, want version, revision and date", len(stamped))
	}
	for _, stamp := range stamped {
		if !regexp.MustCompile(`(?m)^var .*\b` + string(stamp[1]) + `\b.* string$`).Match(source) {
			t.Errorf("the Dockerfile stamps main.%s, which is no variable of version.go", stamp[1])
		}
		if !regexp.MustCompile(`(?m)^ARG ` + string(stamp[2]) + `\b`).Match(dockerfile) {
			t.Errorf("the Dockerfile takes no build argument %s", stamp[2])
		}
	}
}
