package updates

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

func TestALaneKeepsItsOrderAlsoWhenSomebodyGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l ChatQueue
		first, _ := l.enter(1, 9)
		impatient, _ := l.enter(1, 9)
		last, _ := l.enter(1, 9)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := impatient.wait(ctx); err == nil {
			t.Error("waited, though it gave up")
		}
		impatient.leave()
		var came sync.WaitGroup
		arrived := false
		came.Go(func() {
			_ = last.wait(t.Context())
			arrived = true
		})
		synctest.Wait()
		if arrived {
			t.Error("the last one passed the first")
		}
		first.leave()
		came.Wait()
		last.leave()
		synctest.Wait()
		if len(l.lanes) != 0 {
			t.Errorf("the lane is kept: %v", l.lanes)
		}
	})
}

func TestAFullLaneTakesNobody(t *testing.T) {
	t.Parallel()
	var l ChatQueue
	var tickets []ticket
	for range 3 {
		ticket, ok := l.enter(1, 2)
		if !ok {
			t.Fatal("there was room")
		}
		tickets = append(tickets, ticket)
	}
	if _, ok := l.enter(1, 2); ok {
		t.Error("there was no room")
	}
	if _, ok := l.enter(2, 2); !ok {
		t.Error("another lane is full as well")
	}
	tickets[0].leave()
	next, ok := l.enter(1, 2)
	if !ok || next.before != nil && next.first() {
		t.Error("the next one is not behind the others")
	}
}
