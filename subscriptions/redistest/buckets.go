package redistest

import (
	"os"
	"slices"
	"strings"

	"kabarchy/subscriptions"
)

// FewerBuckets is for TestMain. Every walk passes all buckets, and most tests have a dozen
// people: to ask 16,384 times for them was a sixth of what all tests cost. In CI, and where
// something is measured, there are as many as the program has.
func FewerBuckets() {
	measured := slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.bench=") })
	if os.Getenv("CI") != "true" && !measured {
		subscriptions.Buckets = 1024
	}
}
