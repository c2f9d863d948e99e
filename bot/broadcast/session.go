package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// session is one stay of the engine at work, from Run's start to its end. All it
// knows that matters is in Redis; another session takes over from there.
type session struct {
	*Engine
	queue  *queue
	gate   *gate
	scribe *scribe
	ending chan struct{} // holds one token when a broadcast may have ended

	abort context.CancelCauseFunc // ends the session with an error
	walks sync.WaitGroup

	mu   sync.Mutex
	runs []*run // oldest first
}

func newSession(e *Engine) *session {
	return &session{
		Engine: e,
		queue:  newQueue(),
		gate:   newGate(e.MessagesPerSecond, e.pause),
		scribe: newScribe(e.ledger),
		ending: make(chan struct{}, 1),
	}
}

// run is the session's life.
func (s *session) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.abort = stop
	// What is on its way to Telegram may land after ctx is done.
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		s.queue.close()
		time.AfterFunc(s.Grace, cut)
	})()

	var loops sync.WaitGroup
	loops.Go(func() { s.scribe.run(sending) })
	var feeding sync.WaitGroup
	feeding.Go(func() { s.plan(ctx) })
	feeding.Go(func() { s.keep(ctx) })
	s.dispatch(ctx, sending) // returns when everything sent has landed
	feeding.Wait()
	s.walks.Wait()
	s.save(sending)
	cut()
	loops.Wait()
	if cause := context.Cause(ctx); errors.As(cause, new(*Error)) {
		return cause
	}
	return nil
}

// persist does something to Redis until it succeeds; it returns an error only when
// the session ends. The failure is logged once, and once more when it is over.
func (s *session) persist(ctx context.Context, what string, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil {
			if attempt > 1 {
				s.Log.Info("Redis answers again", "operation", what, "attempts", attempt)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if attempt == 1 {
			s.Log.Warn("Redis failed, trying again until it answers", "operation", what, "error", err)
		}
		s.metrics.redisFailures.Inc()
		if err := sleep(ctx, min(s.pause(attempt)/10, time.Second)); err != nil {
			return err
		}
	}
}

// planEvery is how often the session looks for announcements where nobody wakes it.
const planEvery = time.Second

// plan turns announcements into broadcasts, and starts them.
func (s *session) plan(ctx context.Context) {
	tick := time.NewTicker(planEvery)
	defer tick.Stop()
	for {
		if err := s.persist(ctx, "plan broadcasts", func() error { return s.planOnce(ctx) }); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.wake:
		}
	}
}

// planBatch bounds the announcements that are read at a time.
const planBatch = 100

func (s *session) planOnce(ctx context.Context) error {
	announced, err := s.Archive.Announcements(ctx, planBatch)
	if err != nil {
		return err
	}
	for _, a := range announced {
		if err := s.take(ctx, a); err != nil {
			return err
		}
	}
	if err := s.planDigests(ctx); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	return s.join(ctx)
}

// take plans what one announcement asks for. Being killed between the steps does no
// harm: the announcement is taken again, and planning twice is planning once.
func (s *session) take(ctx context.Context, a feeds.Announcement) error {
	item, err := s.Archive.Item(ctx, a.Item)
	if err != nil && !errors.Is(err, feeds.ErrNotFound) {
		return err
	}
	if err != nil && a.Kind != feeds.Withdrawn {
		s.Log.Warn("announced item is not in the archive", "item", a.Item, "kind", a.Kind)
		return s.Archive.Announced(ctx, a.ID)
	}
	p := plan{
		ID: a.ID, Kind: kinds[a.Kind], Item: a.Item, Title: item.Title, Language: item.Language,
		Revision: item.Revision, Urgent: a.Urgent, PlannedAt: a.At.UnixMilli(),
	}
	if p.Kind == News {
		if p.Ledger, err = s.shared(ctx, item); err != nil {
			return err
		}
		p.Ledger = cmp.Or(p.Ledger, p.ID)
	}
	planned, err := s.plans.add(ctx, p)
	if err != nil {
		return err
	}
	if planned {
		s.Log.Info("broadcast planned", "broadcast", a.ID, "kind", a.Kind, "item", a.Item)
	}
	if a.Kind == feeds.Withdrawn {
		if err := s.cancel(ctx, a); err != nil {
			return err
		}
	}
	return s.Archive.Announced(ctx, a.ID)
}

// shared returns the ledger of an item's other editions: who has one of them needs no
// other. It is 0 where no other was sent yet.
func (s *session) shared(ctx context.Context, item feeds.Item) (int64, error) {
	editions, err := s.Archive.Editions(ctx, item.ID)
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, other := range editions {
		ids = append(ids, other.ID)
	}
	return s.plans.ledgerOf(ctx, ids...)
}

// cancel ends what is still bringing a withdrawn item to people.
func (s *session) cancel(ctx context.Context, a feeds.Announcement) error {
	current, err := s.plans.running(ctx)
	if err != nil {
		return err
	}
	for _, p := range current {
		if p.Item != a.Item || p.ID >= a.ID {
			continue
		}
		if r := s.find(p.ID); r != nil {
			s.queue.end(r)
			s.remove(r)
			p.state, _ = r.advance(time.Now())
		}
		if err := s.finish(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// start begins, or resumes, what is planned and not yet under way here.
func (s *session) start(ctx context.Context) error {
	current, err := s.plans.running(ctx)
	if err != nil {
		return err
	}
	for _, p := range current {
		if s.find(p.ID) != nil {
			continue
		}
		if err := s.begin(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) begin(ctx context.Context, p plan) error {
	item, err := s.Archive.Item(ctx, p.Item)
	if errors.Is(err, feeds.ErrNotFound) {
		item, err = feeds.Item{ID: p.Item, Language: p.Language, Title: p.Title}, nil
	}
	if err != nil {
		return err
	}
	if resumed := p.Planned >= 0; resumed && p.Kind == News {
		if p.Sent, err = s.ledger.count(ctx, p.Ledger, subscriptions.Number(p.Language), 0); err != nil {
			return err
		}
	}
	waiting, err := s.retries.all(ctx, p.ID)
	if err != nil {
		return err
	}
	r := &run{plan: p, state: p.state, saved: p.state}
	r.item.Store(&item)
	r.position.Store(int64(p.Cursor))
	if r.Kind == Digest {
		if r.items, err = s.digestItems(ctx, r.plannedAt()); err != nil {
			return err
		}
	}
	s.renew(item)
	s.add(r)
	for chat, e := range waiting {
		s.queue.park(&task{run: r, chat: chat, attempts: e.attempts, since: e.since}, e.due)
	}
	if p.Wake == 0 {
		s.launch(ctx, r)
	}
	return nil
}

// launch begins a walk.
func (s *session) launch(ctx context.Context, r *run) {
	s.walks.Go(func() {
		if r.Kind == Correction || r.Kind == Withdrawal {
			// What was sent before the item changed has to be in the ledger before the
			// walk reads it.
			s.queue.settle()
		}
		s.walk(ctx, r)
	})
}

// rouse begins the next walk of broadcasts for which somebody waits.
func (s *session) rouse(ctx context.Context) {
	for _, r := range s.list() {
		if r.rouse(s.now()) {
			s.launch(ctx, r)
		}
	}
}

// renew lets every running broadcast of an item send it as it is now.
func (s *session) renew(item feeds.Item) {
	for _, r := range s.list() {
		if r.Item == item.ID && r.item.Load().Revision < item.Revision {
			r.item.Store(&item)
		}
	}
}

// join brings chats that subscribed lately what is running.
func (s *session) join(ctx context.Context) error {
	joined, err := s.Redis.LRange(ctx, keyJoined, 0, planBatch-1).Result()
	if err != nil {
		return fmt.Errorf("read who joined: %w", err)
	}
	for _, member := range joined {
		var chat int64
		if _, err := fmt.Sscan(member, &chat); err != nil {
			s.Log.Warn("no chat id among those who joined", "value", member)
			continue
		}
		for _, r := range s.list() {
			if r.Kind != News {
				continue
			}
			now := time.Now()
			if err := s.retries.put(ctx, r.ID, chat, retryEntry{due: now}); err != nil {
				return err
			}
			s.queue.park(&task{run: r, chat: chat}, now)
		}
	}
	if len(joined) > 0 {
		if err := s.Redis.LTrim(ctx, keyJoined, int64(len(joined)), -1).Err(); err != nil {
			return fmt.Errorf("take who joined: %w", err)
		}
		s.Wake() // there may be more
	}
	return nil
}

// keepEvery is how often cursors and counts are saved.
const keepEvery = time.Second

// keep saves how far the broadcasts are, and ends those that are done.
func (s *session) keep(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.ending:
		}
		s.save(ctx)
		s.rouse(ctx)
	}
}

// save writes what changed. Failing does no harm: it is tried again at the next tick,
// and a restart from an older cursor skips whom the ledger names.
func (s *session) save(ctx context.Context) {
	for _, r := range s.list() {
		st, changed := r.advance(time.Now())
		var err error
		switch {
		case r.done() && s.queue.idle(r) && r.rest(s.now()):
			s.tend() // the next walk's beginning is to be saved
		case r.done() && s.queue.idle(r):
			p := r.plan
			p.state = st
			if err = s.finish(ctx, p); err == nil {
				s.queue.end(r)
				s.remove(r)
			}
		case changed:
			if err = s.plans.save(ctx, r.ID, st); err == nil {
				r.tell(func(*state) { r.saved = st })
			}
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("broadcast's progress not saved, trying again", "broadcast", r.ID, "error", err)
		}
	}
}

// longestWait bounds how long after its planning a broadcast looks for those who wait.
const longestWait = 48 * time.Hour

// tend makes keep look now.
func (s *session) tend() {
	select {
	case s.ending <- struct{}{}:
	default:
	}
}

// finish turns a broadcast into a report, with exact counts.
func (s *session) finish(ctx context.Context, p plan) error {
	has, err := s.ledger.count(ctx, p.Ledger, subscriptions.Number(p.Language), s.Keep)
	if err != nil {
		return err
	}
	if p.Kind == News {
		p.Sent = has
	}
	failed, err := s.Redis.HLen(ctx, keyFailed(p.ID)).Result()
	if err != nil {
		return fmt.Errorf("count the failures of broadcast %d: %w", p.ID, err)
	}
	p.Failed = int(failed)
	reached := p.Sent + p.Blocked + p.Failed
	if p.Kind == Digest && reached == 0 {
		return s.plans.discard(ctx, p.ID) // at this hour nobody wants one
	}
	p.Planned = max(p.Planned, reached)
	if err := s.plans.finish(ctx, p.ID, p.state, time.Now()); err != nil {
		return err
	}
	s.Log.Info("broadcast finished", "broadcast", p.ID, "kind", p.Kind, "item", p.Item,
		"sent", p.Sent, "blocked", p.Blocked, "failed", p.Failed)
	return nil
}

func (s *session) list() []*run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.runs)
}

func (s *session) find(broadcast int64) *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		if r.ID == broadcast {
			return r
		}
	}
	return nil
}

func (s *session) add(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, r)
	s.metrics.running.Set(float64(len(s.runs)))
}

func (s *session) remove(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = slices.DeleteFunc(s.runs, func(other *run) bool { return other == r })
	s.metrics.running.Set(float64(len(s.runs)))
}
