package broadcast

import (
	"testing"
	"time"
)

func newRun(id int64, urgent bool) *job {
	return &job{plan: plan{ID: id, Urgent: urgent}}
}

// took is a broadcast and a chat that the queue let go.
type took struct{ run, chat int64 }

// drain takes what may go at a moment, and lets each land at once.
func drain(q *queue, now time.Time) []took {
	var all []took
	for {
		t, _ := q.next(now)
		if t == nil {
			return all
		}
		all = append(all, took{t.job.ID, t.chat})
		q.done(t, now.Add(distance(t.chat)))
	}
}

func expect(t *testing.T, got []took, want ...took) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestQueueSharesBetweenBroadcasts(t *testing.T) {
	t.Parallel()
	q, large, small := newQueue(&groupLimits{}), newRun(1, false), newRun(2, false)
	for chat := range int64(4) {
		q.push(&task{job: large, chat: 10 + chat})
	}
	q.push(&task{job: small, chat: 20})
	expect(t, drain(q, time.Now()), took{1, 10}, took{2, 20}, took{1, 11}, took{1, 12}, took{1, 13})
}

func TestQueueLetsUrgentOvertake(t *testing.T) {
	t.Parallel()
	q, ordinary, urgent := newQueue(&groupLimits{}), newRun(1, false), newRun(2, true)
	q.push(&task{job: ordinary, chat: 10})
	q.push(&task{job: ordinary, chat: 11})
	q.push(&task{job: urgent, chat: 10})
	now := time.Now()
	expect(t, drain(q, now), took{2, 10}, took{1, 11})
	expect(t, drain(q, now.Add(time.Second)), took{1, 10})
}

func TestQueueKeepsOrderAndDistanceInAChat(t *testing.T) {
	t.Parallel()
	q, first, second, third := newQueue(&groupLimits{}), newRun(1, false), newRun(2, false), newRun(3, false)
	group := int64(-5)
	q.push(&task{job: third, chat: group})
	q.push(&task{job: second, chat: group})
	q.precede(&task{job: first, chat: group})
	now := time.Now()
	expect(t, drain(q, now), took{1, group})
	_, again := q.next(now)
	if want := now.Add(groupDistance); !again.Equal(want) {
		t.Errorf("next look at %v, want %v", again, want)
	}
	expect(t, drain(q, now.Add(groupDistance)), took{2, group})
	expect(t, drain(q, now.Add(2*groupDistance)), took{3, group})
}

func TestQueueSendsOneAtATimeToAChat(t *testing.T) {
	t.Parallel()
	q, first, second := newQueue(&groupLimits{}), newRun(1, false), newRun(2, false)
	q.push(&task{job: first, chat: 1})
	q.push(&task{job: second, chat: 1})
	now := time.Now()
	flying, _ := q.next(now)
	if other, _ := q.next(now.Add(time.Hour)); other != nil {
		t.Fatal("a second message left for a chat whose first had not landed")
	}
	q.done(flying, now)
	expect(t, drain(q, now), took{2, 1})
}

func TestQueueParksUntilDue(t *testing.T) {
	t.Parallel()
	q, j := newQueue(&groupLimits{}), newRun(1, false)
	now := time.Now()
	q.park(&task{job: j, chat: 1}, now.Add(time.Minute))
	expect(t, drain(q, now))
	if q.idle(j) {
		t.Error("a broadcast with a parked task counts as idle")
	}
	expect(t, drain(q, now.Add(time.Minute)), took{1, 1})
	if !q.idle(j) {
		t.Error("a broadcast with nothing left is not idle")
	}
}

func TestQueueEndsABroadcastButNotTheOthers(t *testing.T) {
	t.Parallel()
	q, first, second := newQueue(&groupLimits{}), newRun(1, false), newRun(2, false)
	q.push(&task{job: second, chat: 1})
	q.precede(&task{job: first, chat: 1})
	q.park(&task{job: second, chat: 2}, time.Now())
	q.end(second)
	if q.push(&task{job: second, chat: 3}) {
		t.Error("an ended broadcast's task was taken in")
	}
	expect(t, drain(q, time.Now().Add(time.Millisecond)), took{1, 1})
}

func TestQueueForgetsChatsThatHaveTheirDistance(t *testing.T) {
	t.Parallel()
	q, j := newQueue(&groupLimits{}), newRun(1, false)
	for chat := range int64(100) {
		q.push(&task{job: j, chat: chat + 1})
	}
	start := time.Now().Add(-time.Hour)
	if got := drain(q, start); len(got) != 100 {
		t.Fatalf("%d messages left, want 100", len(got))
	}
	drain(q, start.Add(time.Minute))
	if len(q.chats) != 0 || len(q.parked) != 0 {
		t.Errorf("%d chats and %d parked entries are kept for nothing", len(q.chats), len(q.parked))
	}
}
