package page

import (
	"sync"
	"time"

	"kabarchy/bot/simulator"
)

// mostDots is how many dots the map has: in a larger crowd a dot stands for several.
const mostDots = 10_000

// waveHolds is how long after an item's first edition its others may be planned: they darken
// nothing.
const waveHolds = 10 * time.Second

// What a dot shows.
const (
	dotThere      = '0' // nothing has arrived yet
	dotSubscribed = '1' // something has
	dotLit        = '2' // something has since the last item went out
)

// viewCrowd is the crowd as the page gets it: a character a dot.
type viewCrowd struct {
	Size   int    `json:"size"`   // citizens without a phone on the page
	Stride int    `json:"stride"` // citizens a dot stands for
	Dots   string `json:"dots"`
}

// dots remembers what the crowd had received when the last item went out.
type dots struct {
	mu     sync.Mutex
	before map[int64]uint32 // by chat
	last   map[int64]uint32 // what it had when the desk was last looked at
	newest int64            // the newest broadcast of news then
	waved  time.Time        // when the map was darkened
}

// looked darkens the map where the desk shows that an item goes out which the page did not
// publish: as the map was when the desk was looked at before.
func (d *dots) looked(s *simulator.Server, state *DeskState) {
	has := map[int64]uint32{}
	s.Sample(mostDots, func(chat int64, received uint32) { has[chat] = received })
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh := false
	for _, b := range state.Broadcasts {
		if b.Kind == "news" && b.ID > d.newest {
			d.newest = b.ID
			fresh = true
		}
	}
	if fresh && d.last != nil && time.Since(d.waved) > waveHolds {
		d.before, d.waved = d.last, time.Now()
	}
	d.last = has
}

// wave darkens the map: from now on, who receives something lights up.
func (d *dots) wave(s *simulator.Server) {
	before := map[int64]uint32{}
	s.Sample(mostDots, func(chat int64, received uint32) { before[chat] = received })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before, d.waved = before, time.Now()
}

// view is the crowd as it is now.
func (d *dots) view(s *simulator.Server) viewCrowd {
	d.mu.Lock()
	before := d.before
	d.mu.Unlock()
	var marks []byte
	size, stride := s.Sample(mostDots, func(chat int64, received uint32) {
		mark := byte(dotThere)
		if had, known := before[chat]; known && received > had {
			mark = dotLit
		} else if received > 0 {
			mark = dotSubscribed
		}
		marks = append(marks, mark)
	})
	return viewCrowd{Size: size, Stride: stride, Dots: string(marks)}
}
