package broadcast

import "time"

// parked is a chat that has to keep its distance, or a task that waits for its next
// attempt.
type parked struct {
	at   time.Time
	chat *chat
	task *task
}

// parkedHeap is a heap by time.
type parkedHeap []parked

func (p parkedHeap) Len() int           { return len(p) }
func (p parkedHeap) Less(i, j int) bool { return p[i].at.Before(p[j].at) }
func (p parkedHeap) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *parkedHeap) Push(x any)        { *p = append(*p, x.(parked)) }
func (p *parkedHeap) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	(*p)[last] = parked{}
	*p = (*p)[:last]
	return x
}
