package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"kabarchy/bot/telegram"
)

const (
	// answerHold is how long an update waits for its answer to arrive. What Telegram
	// takes longer for arrives without it: the update's work is done by then.
	answerHold = 500 * time.Millisecond
	// answerTime bounds one try. Telegram's server waits for up to 8 seconds itself.
	answerTime = 12 * time.Second

	// How old what is said may get before nobody waits for it any more. Telegram forgets
	// a press after some minutes, and somebody's typing after half a minute.
	screenLife   = 15 * time.Minute
	callbackLife = 2 * time.Minute
	inlineLife   = 20 * time.Second

	fewTries = 5 // of a new message that may have arrived

	chatAnswers  = 8    // so many wait for one chat; the oldest gives way
	groupAnswers = 100  // likewise for a group, which takes few a minute and where each is somebody's
	mostWaiting  = 4096 // so many wait in all; more updates are not done with before

	firstAnswerPause   = 200 * time.Millisecond
	longestAnswerPause = 30 * time.Second
)

// errOutboxFull says that Telegram takes hardly any answers: updates wait, and lose nothing.
var errOutboxFull = errors.New("too many answers wait for telegram to take them")

// outbox brings answers to Telegram, those of one chat one after the other. Where
// Telegram is slow, or asks a chat to wait, they wait here: the update that is answered
// is handled by then, and who stands behind it need not wait. Answers live in memory:
// one that gets lost with the process has changed nothing that was asked for.
type outbox struct {
	log     *slog.Logger
	metrics *answerMetrics
	guard   guard
	groups  Groups

	mu      sync.Mutex
	queues  map[addressee]*queue
	closing chan struct{} // closed when waiting has no sense any more
	working sync.WaitGroup
}

// addressee is whom an answer is for: a chat, or a query that is answered for itself.
type addressee struct {
	chat  int64
	query string
}

// answer is something to say, by one call or a few.
type answer struct {
	call func(ctx context.Context) error
	// place is the message that it changes; 0 for a new one. A later change of the same
	// message takes the place of one that still waits; so do results for an inline query.
	place int64
	life  time.Duration
	late  bool // nobody waits for it
	born  time.Time
	past  bool          // overtaken by a later one while Telegram was asked
	held  chan struct{} // closed when it has arrived or has to wait
	sent  bool          // it has arrived, or never will; read it after held
}

// queue are the answers that wait for one addressee. The outbox's lock guards it.
type queue struct {
	answers []*answer
	asking  bool // Telegram is asked about the first
	slow    bool // and takes longer than anybody waits for, or has the chat wait
	cancel  context.CancelFunc
}

func newOutbox(log *slog.Logger, metrics *answerMetrics, g guard, groups Groups) *outbox {
	return &outbox{
		log: log, metrics: metrics, guard: g, groups: groups,
		queues: make(map[addressee]*queue), closing: make(chan struct{}),
	}
}

// say brings an answer to Telegram, and returns when it has arrived or when that takes
// longer, with whether it has. The error says that it could not even wait.
func (o *outbox) say(ctx context.Context, to addressee, a *answer) (arrived bool, err error) {
	a.born, a.held = time.Now(), make(chan struct{})
	if err := o.add(ctx, to, a); err != nil {
		return false, err
	}
	if a.late {
		return false, nil
	}
	timer := time.NewTimer(answerHold)
	defer timer.Stop()
	select {
	case <-a.held:
		return a.sent, nil
	case <-timer.C:
		o.hold(to, a)
	case <-ctx.Done():
	}
	return false, nil
}

// add puts an answer behind those of its addressee and sees to it that somebody brings it.
func (o *outbox) add(ctx context.Context, to addressee, a *answer) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.queues[to]
	if q == nil {
		if len(o.queues) >= mostWaiting {
			return errOutboxFull
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		q = &queue{cancel: cancel}
		o.queues[to] = q
		o.working.Go(func() { o.bring(ctx, to, q) })
	}
	q.overtake(a)
	q.answers = append(q.answers, a)
	if q.slow {
		a.release(false)
	}
	if len(q.answers) > to.most() {
		oldest := 0
		if q.asking {
			oldest = 1
		}
		o.metrics.answers.WithLabelValues("dropped").Inc()
		q.drop(oldest)
	}
	o.metrics.waiting.Set(float64(len(o.queues)))
	return nil
}

// overtake takes out of the queue what a later change of the same message makes idle.
func (q *queue) overtake(a *answer) {
	if a.place == 0 {
		return
	}
	for i := len(q.answers) - 1; i >= 0; i-- {
		switch {
		case q.answers[i].place != a.place:
		case i == 0 && q.asking:
			q.answers[0].past = true
		default:
			q.drop(i)
		}
	}
}

// drop takes out an answer that nobody is to see.
func (q *queue) drop(i int) {
	q.answers[i].release(true)
	q.answers = append(q.answers[:i], q.answers[i+1:]...)
}

// release lets go who waits for the answer. The outbox's lock is held.
func (a *answer) release(sent bool) {
	select {
	case <-a.held:
	default:
		a.sent = sent
		close(a.held)
	}
}

// bring brings the answers of one addressee until there are no more.
func (o *outbox) bring(ctx context.Context, to addressee, q *queue) {
	defer q.cancel()
	failures := 0
	for a := o.first(to, q); a != nil; a = o.first(to, q) {
		leave, wait := o.enter(to)
		if wait > 0 {
			if !o.holdOff(ctx, q, wait) {
				o.giveUp(ctx, to, q)
			}
			continue
		}
		err := o.try(ctx, a)
		leave()
		if err == nil || telegram.Harmless(err) {
			failures = 0
			o.done(q, a, "arrived")
			continue
		}
		failures++
		wait = a.again(err, failures)
		switch {
		case a.overtaken(o):
			o.done(q, a, "overtaken")
		case wait == 0 || time.Since(a.born)+wait > a.life:
			o.log.ErrorContext(ctx, "answer given up", "chat", to.chat, "age", time.Since(a.born).Round(time.Millisecond), "tries", failures, "error", err)
			o.done(q, a, "given_up")
		}
		if wait > 0 && !o.holdOff(ctx, q, wait) {
			o.giveUp(ctx, to, q)
		}
	}
}

// first is the answer that is next, which Telegram is asked about from then on; nil when
// there is none, and then nobody brings any.
func (o *outbox) first(to addressee, q *queue) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(q.answers) > 0 && time.Since(q.answers[0].born) > q.answers[0].life {
		o.metrics.answers.WithLabelValues("given_up").Inc()
		q.drop(0)
	}
	if len(q.answers) == 0 {
		delete(o.queues, to)
		o.metrics.waiting.Set(float64(len(o.queues)))
		return nil
	}
	q.asking = true
	return q.answers[0]
}

func (o *outbox) try(ctx context.Context, a *answer) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return o.guard(ctx, func() error { return a.call(ctx) })
}

// again is how long to wait before the answer is tried once more; 0 if it is not to be.
// What Telegram asks for is kept to the letter. A new message that may have arrived is
// not repeated often: its reader would have it as often.
func (a *answer) again(err error, failures int) time.Duration {
	var refused *telegram.APIError
	pause := telegram.Backoff(firstAnswerPause, longestAnswerPause, failures)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, errPanicked):
		return 0
	case telegram.MayHaveArrived(err) && a.place == 0 && failures >= fewTries:
		return 0
	case !errors.As(err, &refused):
		return pause
	case refused.RetryAfter > 0:
		return refused.RetryAfter
	case telegram.ReasonOf(err) == telegram.SlowDown:
		return max(time.Second, pause)
	}
	return 0
}

// overtaken reports whether a later change of the same message waits behind this one.
func (a *answer) overtaken(o *outbox) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return a.past
}

// done takes the first answer out of the queue.
func (o *outbox) done(q *queue, a *answer, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.metrics.answers.WithLabelValues(outcome).Inc()
	q.asking, q.slow = false, q.slow && outcome != "arrived"
	q.drop(0)
}

// hold notes that an answer takes longer than anybody waits for, and so will those behind it.
func (o *outbox) hold(to addressee, a *answer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if q := o.queues[to]; q != nil && slices.Contains(q.answers, a) {
		q.hold()
	}
}

func (q *queue) hold() {
	q.slow = true
	for _, a := range q.answers {
		a.release(false)
	}
}

// holdOff waits before Telegram is asked again, and reports whether it has: not when the bot is
// told to finish meanwhile. Who waits for one of these answers is let go.
func (o *outbox) holdOff(ctx context.Context, q *queue, pause time.Duration) bool {
	o.mu.Lock()
	q.asking = false
	q.hold()
	closing := o.closing
	o.mu.Unlock()
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-closing:
	case <-ctx.Done():
	}
	return false
}

// giveUp drops what still waits, since the bot stops.
func (o *outbox) giveUp(ctx context.Context, to addressee, q *queue) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log.WarnContext(ctx, "answers given up at the stop", "chat", to.chat, "answers", len(q.answers))
	o.metrics.answers.WithLabelValues("given_up").Add(float64(len(q.answers)))
	for len(q.answers) > 0 {
		q.drop(0)
	}
}

// finish waits for the answers that are on their way, until ctx is done; those that have
// to wait are given up. The outbox can be used again afterwards.
func (o *outbox) finish(ctx context.Context) {
	o.mu.Lock()
	if !o.closed() {
		close(o.closing)
	}
	o.mu.Unlock()
	defer context.AfterFunc(ctx, o.abandon)()
	o.working.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed() {
		o.closing = make(chan struct{})
	}
}

// closed reports whether the bot is told to finish. The lock is held.
func (o *outbox) closed() bool {
	select {
	case <-o.closing:
		return true
	default:
		return false
	}
}

// abandon ends what is on its way.
func (o *outbox) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range o.queues {
		q.cancel()
	}
}
