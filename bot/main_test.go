package bot_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage gather: memory is there, time is not.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
