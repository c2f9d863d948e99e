package simulator_test

import (
	"sync"
	"testing"

	"kabarchy/bot/simulator"
)

// TestConcurrency lets everybody act at once, for the race detector, and counts.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	w := start(t, simulator.Options{Key: func(text string) string { return text }})
	aida := w.Citizen("Aida", "ky").Open()
	g := w.Group("Osh", aida)
	g.AddBot(aida, simulator.Rights{})
	first := w.Crowd(10)
	watch := w.Watch()
	defer watch.Close()
	const n = 50
	var all sync.WaitGroup
	for _, act := range []func(i int64){
		func(int64) { w.send(t, aida.ID(), "a") },
		func(int64) { w.send(t, g.ID(), "a") },
		func(i int64) { w.send(t, first+i%10, "a") },
		func(int64) { aida.Send("/latest") },
		func(int64) { g.Say(aida, "/latest", 0) },
		func(i int64) { w.CrowdSays(first+i%10, "/start", "ky") },
		func(int64) { w.updates(t) },
		func(int64) { aida.View(); g.View(); watch.Take(); w.Stats(); w.Deliveries("a") },
		func(i int64) { w.Crowd(1); w.Citizen("Bakyt", "ru") },
	} {
		all.Go(func() {
			for i := range int64(n) {
				act(i)
			}
		})
	}
	all.Wait()
	total := 0
	for _, count := range w.Deliveries("a") {
		total += count
	}
	if got := w.Stats().Accepted; total != 3*n || got != 3*n {
		t.Errorf("%d delivered, %d accepted, want %d", total, got, 3*n)
	}
}
