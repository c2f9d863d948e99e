//go:build chaos

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// lastRelease is the program of the release before, as .ci/last-release names it, built once.
var lastRelease = sync.OnceValues(func() (string, error) {
	named, err := os.ReadFile(filepath.Join(top, ".ci", "last-release"))
	if err != nil {
		return "", err
	}
	revision := strings.TrimSpace(string(named))
	if out, err := exec.Command("git", "-C", top, "rev-parse", "--verify", "--quiet", revision+"^{commit}").CombinedOutput(); err != nil {
		return "", fmt.Errorf("the revision %s that .ci/last-release names is not in this clone; git fetch --unshallow brings it: %w %s", revision, err, out)
	}
	dir, err := os.MkdirTemp("", "kabarchy-release-")
	if err != nil {
		return "", err
	}
	build := exec.Command("bash", "-euo", "pipefail", "-c", `
		mkdir sources && git -C "$TOP" archive "$REVISION" | tar -x -C sources
		cd sources && go build -trimpath -buildvcs=false -o ../kabarchy ./cmd/kabarchy && rm -r ../sources`)
	absolute, err := filepath.Abs(top)
	if err != nil {
		return "", err
	}
	build.Dir, build.Env = dir, append(os.Environ(), "TOP="+absolute, "REVISION="+revision)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the release before, %s: %w: %s", revision, err, out)
	}
	return filepath.Join(dir, "kabarchy"), nil
})

// TestLastReleaseIsBuilt has it in Go's cache before the chaos: beside compilers the others, which
// give the program some seconds, would have none.
func TestLastReleaseIsBuilt(t *testing.T) {
	path, err := lastRelease()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path, "version").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestChaosUpgrade puts this release in place of the one before while a broadcast is under way,
// and that one again, in each way in which it is done: in order, beside each other as a
// rolling update does, and by a kill. Nobody is left out, and in order nobody has it twice.
func TestChaosUpgrade(t *testing.T) {
	t.Parallel()
	for _, build := range []func() (string, error){lastRelease, binary} { // before anything is under way
		if _, err := build(); err != nil {
			t.Fatal(err)
		}
	}
	server := redistest.Start(t, "--appendonly", "yes")
	c := newChaos(t, server.Client(t), server.URL(), 3000)
	c.trouble()
	// What the release before leaves behind has no number.
	if err := c.rdb.HDel(t.Context(), keyBot, fieldSchema).Err(); err != nil {
		t.Fatal(err)
	}
	program := c.run(lastRelease)
	c.until("somebody leads", func() bool { return c.rdb.Exists(t.Context(), "{news}:lease").Val() == 1 })
	c.feed.publish("Жаңылык")
	c.await(200)
	for _, change := range []struct {
		name string
		to   func() (string, error)
		how  func(former *exec.Cmd, to func() (string, error)) *exec.Cmd
	}{
		{"forward, in order", binary, c.inOrder},
		{"back, in order", lastRelease, c.inOrder},
		{"forward, beside each other", binary, c.beside},
		{"back, beside each other", lastRelease, c.beside},
		{"forward, by a kill", binary, c.byKill},
		{"back, by a kill", lastRelease, c.byKill},
		// No stop in order follows a kill: who had a message that the killed one did not note, and waits
		// for another try again, would be laid to it.
		{"forward for good, by a kill", binary, c.byKill},
	} {
		if c.rdb.ZCard(t.Context(), "{news}:broadcasts:running").Val() == 0 {
			t.Fatalf("%s: the broadcast is over", change.name)
		}
		program = change.how(program, change.to)
		c.await(200)
		if change.name == "back, in order" {
			c.restoresOlder(lastRelease)
		}
		t.Logf("%s: %d have it, on their way when something died %d", change.name, c.telegram.Stats().Accepted, c.unsure)
	}
	if got := c.rdb.HGet(t.Context(), keyBot, fieldSchema).Val(); got != fmt.Sprint(schema) {
		t.Errorf("the schema in Redis is %q", got)
	}
	c.finished()
	c.verdict()
}

// restoresOlder has the release before take a backup of what is under way, and this one bring it back.
func (c *chaos) restoresOlder(before func() (string, error)) {
	c.t.Helper()
	file, empty := filepath.Join(c.t.TempDir(), "kabarchy.jsonl.gz"), redistest.Start(c.t)
	for _, step := range []struct {
		build             func() (string, error)
		does, redis, says string
	}{
		{before, "backup", "", fmt.Sprintf(" %d subscribers, 2 items", c.size)},
		{binary, "restore", "REDIS_URL=" + empty.URL(), "and 1 broadcasts; late or stopped at the desk: 0"},
	} {
		path, err := step.build()
		if err != nil {
			c.t.Fatal(err)
		}
		command := exec.CommandContext(c.t.Context(), path, step.does, file)
		command.Env = append(slices.Clone(c.env), step.redis)
		if out, err := command.CombinedOutput(); err != nil || !strings.Contains(string(out), step.says) {
			c.t.Errorf("%s: %v, %s", step.does, err, out)
		}
	}
	counts, err := subscriptions.NewStore(empty.Client(c.t)).Count(c.t.Context())
	if err != nil || counts.Active["ky"] == 0 || counts.Total != c.size {
		c.t.Errorf("restored: %+v, %v", counts, err)
	}
}

// ends stops a program in order.
func (c *chaos) ends(program *exec.Cmd) {
	c.t.Helper()
	raise(c.t, program, syscall.SIGTERM)
	if err := program.Wait(); err != nil {
		c.t.Errorf("it did not end in order: %v", err)
	}
}

func (c *chaos) inOrder(former *exec.Cmd, to func() (string, error)) *exec.Cmd {
	c.t.Helper()
	before := c.unsure
	c.ends(former)
	c.look()
	if c.unsure > before {
		c.t.Errorf("%d have a message that nobody noted, after a stop in order", c.unsure-before)
		c.unsure = before
	}
	return c.run(to)
}

func (c *chaos) beside(former *exec.Cmd, to func() (string, error)) *exec.Cmd {
	c.t.Helper()
	program := c.run(to)
	c.await(100) // of the former, which leads
	c.ends(former)
	return program
}

func (c *chaos) byKill(former *exec.Cmd, to func() (string, error)) *exec.Cmd {
	c.t.Helper()
	c.kill(former)
	c.look()
	return c.run(to)
}
