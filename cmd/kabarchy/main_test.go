package main

import (
	"context"
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kabarchy/subscriptions/redistest"
)

// TestMain makes this test binary the program itself where it is started under its
// name: by the scripts of testdata/script, and by program in process_test.go.
//
// More tests run at once than there are cores: many of them wait, for a real server's seconds
// or a process. In CI there are browsers among them, which need more room.
func TestMain(m *testing.M) {
	atOnce := 16
	if os.Getenv("CI") == "true" {
		atOnce = 8
	}
	if err := flag.Set("test.parallel", strconv.Itoa(max(atOnce, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400) // memory is there, time is not
	spread()
	testscript.Main(m, map[string]func(){"kabarchy": main})
}

// spread chooses over how many buckets the tests' people are spread.
var spread = redistest.FewerBuckets

// wait is how long a test waits for what takes moments when all is well; beside compilers
// and under the race detector it took over half a minute.
const wait = 2 * time.Minute

// testWriter shows what is logged with the test that it belongs to.
type testWriter struct{ testing.TB }

func (w testWriter) Write(line []byte) (int, error) {
	w.Log(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

// deadline is a context that outlives the test's own, for its cleanup.
func deadline(tb testing.TB, within time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), within)
	tb.Cleanup(cancel)
	return ctx
}

// eventually waits until the condition holds, and ends the test when it never does.
func eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	end := time.Now().Add(wait)
	for !holds() {
		if time.Now().After(end) {
			tb.Fatalf("not within %s: %s", wait, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const testToken = "7000000001:AAtesttesttesttesttesttesttesttest"
