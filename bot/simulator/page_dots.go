package simulator

import "sync"

// mostDots is how many dots the map has: in a larger crowd a dot stands for several.
const mostDots = 10_000

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
}

// wave darkens the map: from now on, who receives something lights up.
func (d *dots) wave(s *Server) {
	before := map[int64]uint32{}
	s.everyDot(func(chat int64, received uint32) { before[chat] = received })
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = before
}

// view is the crowd as it is now.
func (d *dots) view(s *Server) viewCrowd {
	d.mu.Lock()
	before := d.before
	d.mu.Unlock()
	var marks []byte
	size, stride := s.everyDot(func(chat int64, received uint32) {
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

// everyDot calls f for the citizens that stand for a dot, in the order in which they came.
func (s *Server) everyDot(f func(chat int64, received uint32)) (size, stride int) {
	var all []*crowd
	if crowds := s.crowds.Load(); crowds != nil {
		all = *crowds
	}
	for _, c := range all {
		size += len(c.members)
	}
	stride = max(1, (size+mostDots-1)/mostDots)
	at := 0
	for _, c := range all {
		for i := range c.members {
			if at++; (at-1)%stride != 0 {
				continue
			}
			chat := c.first + int64(i)
			m, unlock := c.lock(chat)
			received := m.received
			unlock()
			f(chat, received)
		}
	}
	return size, stride
}
