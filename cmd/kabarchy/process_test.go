package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program starts this test binary as the program itself, see TestMain.
func program(t *testing.T, args ...string) (command *exec.Cmd, stdout *bufio.Reader) {
	t.Helper()
	command = exec.CommandContext(t.Context(), "kabarchy", args...) // testscript put it on the PATH
	command.Stderr = testWriter{t}
	pipe, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewReader(pipe)
}

// interrupt does what Ctrl-C does and checks that the program ends well.
func interrupt(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(wait, func() { _ = command.Process.Signal(syscall.SIGKILL) })
	defer killer.Stop()
	if err := command.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
}

// TestTwoDemos starts the demo twice, as somebody does who forgot the first: each is at
// an address of its own, prints nothing else, and ends with Ctrl-C.
func TestTwoDemos(t *testing.T) {
	t.Parallel()
	addresses := map[string]bool{}
	for range 2 {
		command, stdout := program(t, "demo")
		defer interrupt(t, command)
		line, err := stdout.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		address, rest, _ := strings.Cut(strings.TrimPrefix(line, "Kabarchy is at "), " ")
		if addresses[address] || !strings.HasPrefix(address, "http://127.0.0.1:") || !strings.Contains(rest, "Ctrl-C") {
			t.Fatalf("the demo says %q", line)
		}
		addresses[address] = true
		if status, body := get(t, address); status != http.StatusOK || !strings.Contains(body, "Кабарчы") {
			t.Errorf("the page: %d, %d bytes", status, len(body))
		}
	}
}
