package desk

import (
	"os"
	"runtime/debug"
	"testing"

	"kabarchy/subscriptions/redistest"
)

// TestMain lets garbage gather, and makes walks short: memory is there, time is not.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	redistest.FewerBuckets()
	os.Exit(m.Run())
}
