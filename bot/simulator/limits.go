package simulator

import (
	"math"
	"sync"
	"time"
)

// Limits are how much a bot may send. A zero field is no limit.
type Limits struct {
	// PerSecond is the rate over all chats, and Burst how many messages may come at
	// once. Answers to people count as all messages do.
	PerSecond float64
	Burst     int
	// PaidPerSecond takes PerSecond's place for messages with allow_paid_broadcast.
	PaidPerSecond float64
	// PaidMessages is for how many of these the bot's Stars are enough: all if 0, none below.
	PaidMessages int64
	// ChatPerSecond is the rate in one chat, and ChatBurst how many may come at once.
	ChatPerSecond float64
	ChatBurst     int
	// GroupPerMinute is how many messages one group or channel takes in any minute.
	GroupPerMinute int
}

// TelegramLimits are the real ones, as far as Telegram publishes them. (Its FAQ for
// bots: about 30 a second over all, one a second in a chat with short bursts, 20 a
// minute in a group; up to 1000 a second paid.)
var TelegramLimits = Limits{
	PerSecond: 30, Burst: 30, PaidPerSecond: 1000,
	ChatPerSecond: 1, ChatBurst: 3,
	GroupPerMinute: 20,
}

// bucket is a token bucket, told as the time at which it is full again (the generic
// cell rate algorithm). The zero value is full.
type bucket struct{ full time.Time }

// wait is how long the next one has to wait; 0 if it may pass now.
func (b bucket) wait(now time.Time, rate float64, burst int) time.Duration {
	if rate <= 0 || b.full.Before(now) {
		return 0 // also for the zero time, from which no duration can be told
	}
	each := time.Duration(float64(time.Second) / rate)
	slack := time.Duration(max(burst, 1)-1) * each
	return max(0, b.full.Sub(now)-slack)
}

// take lets one pass.
func (b *bucket) take(now time.Time, rate float64) {
	if rate <= 0 {
		return
	}
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(time.Duration(float64(time.Second) / rate))
}

// limiter holds the bot to a server's limits.
type limiter struct {
	limits Limits

	mu   sync.Mutex
	free bucket // over all chats
	paid bucket
	cost int64 // messages that were paid for
}

// takeGlobal lets a message pass the limit over all chats, or says how long it has to wait.
func (l *limiter) takeGlobal(now time.Time, paid bool) time.Duration {
	b, rate, burst := &l.free, l.limits.PerSecond, l.limits.Burst
	if paid {
		b, rate, burst = &l.paid, l.limits.PaidPerSecond, int(l.limits.PaidPerSecond)
	}
	if rate <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := b.wait(now, rate, burst); wait > 0 {
		return wait
	}
	b.take(now, rate)
	return 0
}

// pace is the limit of one chat. The chat's lock guards it.
type pace struct {
	chat   bucket
	minute []time.Time // of the last GroupPerMinute messages of a group, oldest first
}

// wait is how long the next message has to wait.
func (p *pace) wait(l Limits, now time.Time, group bool) time.Duration {
	wait := p.chat.wait(now, l.ChatPerSecond, l.ChatBurst)
	if !group || l.GroupPerMinute <= 0 {
		return wait
	}
	for len(p.minute) > 0 && now.Sub(p.minute[0]) >= time.Minute {
		p.minute = p.minute[1:]
	}
	if over := len(p.minute) - l.GroupPerMinute; over >= 0 {
		wait = max(wait, time.Minute-now.Sub(p.minute[over]))
	}
	return wait
}

func (p *pace) take(l Limits, now time.Time, group bool) {
	p.chat.take(now, l.ChatPerSecond)
	if group && l.GroupPerMinute > 0 {
		p.minute = append(p.minute, now)
	}
}

// pay takes the price of a message from the bot's Stars, where there is enough.
func (l *limiter) pay() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if most := l.limits.PaidMessages; most != 0 && l.cost >= most {
		return false
	}
	l.cost++
	return true
}

// refund gives back the price of a message that did not pass.
func (l *limiter) refund(paid bool) {
	if paid {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.cost--
	}
}

// perStar is how many messages a Star pays for, and boundless a balance that is never spent.
const (
	perStar   = 10
	boundless = 1_000_000
)

// starAmount is what a bot has: whole Stars, and billionths of one.
type starAmount struct {
	Amount   int64 `json:"amount"`
	Nanostar int64 `json:"nanostar_amount,omitempty"`
}

// balance is what is left of the bot's Stars.
func (l *limiter) balance() starAmount {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limits.PaidMessages == 0 {
		return starAmount{Amount: boundless}
	}
	left := max(0, l.limits.PaidMessages-l.cost)
	return starAmount{left / perStar, left % perStar * 1e9 / perStar}
}

// pass lets a message pass both limits, or neither.
func (l *limiter) pass(p *pace, now time.Time, group, paid bool) *Refusal {
	if l.limits == (Limits{}) {
		return nil
	}
	if paid && !l.pay() {
		return BalanceTooLow
	}
	wait := p.wait(l.limits, now, group)
	if wait == 0 {
		wait = l.takeGlobal(now, paid)
	}
	if wait > 0 {
		l.refund(paid)
		return TooMany(int(math.Ceil(wait.Seconds())))
	}
	p.take(l.limits, now, group)
	return nil
}
