package broadcast

import (
	"os"
	"runtime/debug"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// TestMain lets garbage gather and makes walks short: both are much of what these tests cost.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	redistest.FewerBuckets()
	os.Exit(m.Run())
}
