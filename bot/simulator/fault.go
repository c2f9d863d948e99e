package simulator

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong. The first fields say which requests it strikes
// (all of them, if none is set), those below what happens to these.
type Fault struct {
	// Methods are the Bot API methods it strikes, all if empty.
	Methods []string
	// Chats are the chats it strikes, all if nil. Requests without a chat have 0.
	Chats func(chat int64) bool
	// Match looks at the request itself.
	Match func(Request) bool
	// Share is the part of the chats that it strikes: for one seed always the same ones. 0 is all.
	Share float64
	// Probability is that of each single request. For one seed, the n-th request of a
	// chat always fares the same. 0 is always.
	Probability float64
	// Next is how many requests it strikes before it is over; 0 is no end.
	Next int

	// Refuse answers so.
	Refuse *Refusal
	// HTML answers with this HTTP status and a page in HTML, as a proxy in front of
	// Telegram does (502).
	HTML int
	// Reset resets the connection.
	Reset bool
	// Hang never answers, until whoever asked goes away.
	Hang bool
	// Delay makes the request slower by so much; alone, it succeeds.
	Delay time.Duration
	// Taken carries the request out first: only its answer goes wrong. What was sent has
	// arrived, and whoever sent it can't know.
	Taken bool
}

// Request is what a fault may look at. Params must not be written to.
type Request struct {
	Method string // as the bot wrote it
	Chat   int64  // 0 where chat_id is a @username
	Params map[string]string
}

type faults struct {
	seed uint64

	mu   sync.Mutex
	last uint64
	all  []*activeFault
}

type activeFault struct {
	Fault
	number   uint64
	left     int              // of Next
	attempts map[int64]uint64 // by chat, where Probability asks
}

// add switches a fault on. The returned function switches it off again.
func (f *faults) add(fault Fault) (lift func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	active := &activeFault{Fault: fault, number: f.last, left: fault.Next, attempts: map[int64]uint64{}}
	f.all = append(f.all, active)
	return func() { f.lift(active) }
}

// clear switches all faults off.
func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = nil
}

func (f *faults) lift(active *activeFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(active)
}

// drop leaves the old list alone: strike may be walking it.
func (f *faults) drop(active *activeFault) {
	f.all = slices.DeleteFunc(slices.Clone(f.all), func(a *activeFault) bool { return a == active })
}

// strike returns the fault that strikes a request, nil if none, and the sum of all delays.
func (f *faults) strike(r Request) (struck *Fault, delay time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.all {
		if !a.strikes(f.seed, r) {
			continue
		}
		if a.Next > 0 {
			if a.left--; a.left == 0 {
				f.drop(a)
			}
		}
		delay += a.Delay
		if a.Refuse != nil || a.HTML != 0 || a.Reset || a.Hang {
			return &a.Fault, delay
		}
	}
	return nil, delay
}

func (a *activeFault) strikes(seed uint64, r Request) bool {
	switch {
	case len(a.Methods) > 0 && !slices.ContainsFunc(a.Methods, func(m string) bool { return strings.EqualFold(m, r.Method) }):
		return false
	case a.Chats != nil && !a.Chats(r.Chat):
		return false
	case a.Match != nil && !a.Match(r):
		return false
	case a.Share > 0 && chance(seed, a.number, uint64(r.Chat)) >= a.Share:
		return false
	case a.Probability > 0:
		n := a.attempts[r.Chat]
		a.attempts[r.Chat] = n + 1
		return chance(seed, a.number, uint64(r.Chat), n+1) < a.Probability
	}
	return true
}

// chance is a number in [0,1) that depends on its arguments alone (splitmix64, by
// Sebastiano Vigna), so that the order in which requests come changes nothing.
func chance(words ...uint64) float64 {
	var x uint64
	for _, w := range words {
		x += w + 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// act is what a request's answer becomes.
func (f *Fault) act(ctx context.Context, w http.ResponseWriter) {
	switch {
	case f.Refuse != nil:
		f.Refuse.write(w)
	case f.HTML != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.HTML)
		page := "<html>\r\n<head><title>" + http.StatusText(f.HTML) + "</title></head>\r\n<body><center><h1>" +
			http.StatusText(f.HTML) + "</h1></center><hr><center>nginx</center></body>\r\n</html>\r\n"
		w.Write([]byte(page)) // who asked is gone
	case f.Reset:
		reset(w)
	case f.Hang:
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	}
}

// reset closes the connection so that the other end sees "connection reset by peer".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 and recorders: as near as they come
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) //nolint:errcheck // closed in any case
	}
	conn.Close() // that is the point
}
