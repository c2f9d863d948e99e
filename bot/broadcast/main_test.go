package broadcast

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage gather: collecting it is much of what these tests cost.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
