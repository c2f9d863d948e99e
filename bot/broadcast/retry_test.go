package broadcast

import (
	"testing"
	"time"
)

func TestPauseGrowsWithJitterUpToABound(t *testing.T) {
	t.Parallel()
	for attempts, step := range map[int]time.Duration{
		1: firstPause, 2: 2 * firstPause, 5: 16 * firstPause, 30: longestPause, 1000: longestPause,
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			got := pause(attempts)
			seen[got] = true
			if got < step/2 || got > step+step/2 {
				t.Errorf("pause(%d) = %v, want %v within a half", attempts, got, step)
			}
		}
		if len(seen) < 10 {
			t.Errorf("pause(%d) has no jitter", attempts)
		}
	}
}
