package broadcast

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// phones stands for Telegram: it keeps what each chat was sent, and answers as a
// test wants.
type phones struct {
	mu     sync.Mutex
	last   int64
	has    map[int64][]shown
	tries  map[int64]int
	answer func(d Delivery, try int) error // nil: everything arrives
	// latency is how long Telegram takes: half of it before a message counts, half after.
	latency time.Duration

	arrivals atomic.Int64 // messages shown
}

// shown is a message on a phone.
type shown struct {
	id          int64
	title, text string
	gone        bool
	silent      bool

	item      string // the title of the item that it brings
	kind      Kind
	broadcast int64
	part      int
}

func newPhones() *phones {
	return &phones{has: make(map[int64][]shown), tries: make(map[int64]int)}
}

// while does something with the phones between two deliveries.
func (p *phones) while(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
}

// attempts returns how many there were.
func (p *phones) attempts() (n int) {
	p.while(func() {
		for _, tries := range p.tries {
			n += tries
		}
	})
	return n
}

// reply lets Telegram answer so from now on.
func (p *phones) reply(answer func(d Delivery, try int) error) {
	p.while(func() { p.answer = answer })
}

// Deliver implements Sender.
func (p *phones) Deliver(ctx context.Context, d Delivery) (Message, error) {
	var latency time.Duration
	p.while(func() { latency = p.latency })
	if latency > 0 {
		if err := sleep(ctx, latency/2); err != nil {
			return Message{}, &Error{Verdict: Transient, Err: err}
		}
		defer time.Sleep(latency / 2)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries[d.Chat]++
	if p.answer != nil {
		if err := p.answer(d, p.tries[d.Chat]); err != nil {
			return Message{}, err
		}
	}
	switch d.Kind {
	case News:
		return p.show(d), nil
	case Digest:
		return p.showPart(d), nil
	}
	if d.Message.ID == 0 && d.Kind == Correction {
		return p.show(d), nil
	}
	for i, m := range p.has[d.Chat] {
		if m.id == d.Message.ID {
			p.has[d.Chat][i].text = d.Item.Summary
			p.has[d.Chat][i].gone = d.Kind == Withdrawal
		}
	}
	return d.Message, nil
}

// showPart shows the next item of a digest: in a message for each, to see the parts. The
// caller holds the lock.
func (p *phones) showPart(d Delivery) Message {
	more := d.Part+1 < len(d.Items)
	if d.Item = d.Items[d.Part]; d.Item.Withdrawn {
		d.Message.More = more
		return d.Message
	}
	m := p.show(d)
	last := &p.has[d.Chat][len(p.has[d.Chat])-1]
	last.title = fmt.Sprintf("%d/%d %s", d.Part+1, len(d.Items), last.item)
	m.More = more
	return m
}

// show puts a message on a phone; the caller holds the lock.
func (p *phones) show(d Delivery) Message {
	p.last++
	p.arrivals.Add(1)
	p.has[d.Chat] = append(p.has[d.Chat], shown{
		id: p.last, title: d.Item.Title, text: d.Item.Summary, silent: d.Silent,
		item: d.Item.Title, kind: d.Kind, broadcast: d.Broadcast, part: d.Part,
	})
	return Message{ID: p.last}
}

// all returns every message of every phone.
func (p *phones) all() map[int64][]shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[int64][]shown)
	for chat, messages := range p.has {
		all[chat] = slices.Clone(messages)
	}
	return all
}

// titles returns what each phone shows.
func (p *phones) titles() map[int64][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make(map[int64][]string)
	for chat, messages := range p.has {
		for _, m := range messages {
			if !m.gone {
				all[chat] = append(all[chat], m.title)
			}
		}
	}
	return all
}

func (p *phones) count(chat int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.has[chat])
}

// edited counts the messages that show another text than the first.
func (p *phones) edited() (n int) {
	for _, messages := range p.all() {
		for _, m := range messages {
			if m.text != "Текст." {
				n++
			}
		}
	}
	return n
}

// told counts how often a phone shows an item, by itself or in a digest.
func (p *phones) told(chat int64, title string) (n int) {
	for _, m := range p.all()[chat] {
		if strings.HasSuffix(m.title, title) {
			n++
		}
	}
	return n
}

// by returns how many readers a broadcast brought something. A group is the same under both its ids.
func (p *phones) by(broadcast int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	readers := make(map[int64]bool)
	for chat, messages := range p.has {
		if slices.ContainsFunc(messages, func(s shown) bool { return s.broadcast == broadcast }) {
			readers[reader(chat)] = true
		}
	}
	return len(readers)
}
