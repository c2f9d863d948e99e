package page

import (
	"context"
	"sync"
	"time"
)

// deskEvery is how often the desk is looked at while a page is open.
const deskEvery = 300 * time.Millisecond

// deskWatch asks the desk on behalf of all open pages: at most every deskEvery, and
// never for more than a quarter of the time, for counting a large audience takes long.
type deskWatch struct {
	desk   Desk
	looked func(*DeskState) // is told each new state

	mu    sync.Mutex
	state *DeskState
	fresh time.Time // until when state is good enough
}

// look returns the state, nil without a desk, and the last one known when the desk
// can't tell.
func (d *deskWatch) look(ctx context.Context) *DeskState {
	if d.desk == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	begin := time.Now()
	if begin.Before(d.fresh) {
		return d.state
	}
	state, err := d.desk.State(ctx)
	if err != nil {
		if d.state == nil {
			d.state = &DeskState{}
		}
		return d.state
	}
	d.state = &state
	d.looked(d.state)
	now := time.Now()
	d.fresh = now.Add(max(deskEvery, 4*now.Sub(begin)))
	return d.state
}

// stale makes the next look a new one.
func (d *deskWatch) stale() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fresh = time.Time{}
}
