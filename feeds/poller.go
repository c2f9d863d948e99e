package feeds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"kabarchy/feeds/fetch"
	"kabarchy/feeds/repair"
)

// maxJitter bounds how far from its hour a scheduled poll may start.
const maxJitter = 20 * time.Second

// acceptFeed names what we read, for sites that answer by it.
const acceptFeed = "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

// ErrUnknownSource says that no source of that id is configured.
var ErrUnknownSource = errors.New("no such source")

// Poller polls the sources by a schedule. Each source has an entry of its own there:
// none waits for another.
type Poller struct {
	options  Options
	schedule cron.Schedule
	archive  *Archive
	fetcher  *fetch.Client
	metrics  *metrics
	sources  map[string]*polled
	// reading is held while a document is understood: what that takes in memory is
	// bounded by the biggest, and not by how many sources there are.
	reading sync.Mutex
}

// polled is a source with what the poller knows of it.
type polled struct {
	Source
	// turn holds a token while the source is polled: one request at a time.
	turn chan struct{}
	// pinged holds a token while the source is said to have news.
	pinged chan struct{}
	health *health
	// pages are those of a source that is a list. asked is when the document was last
	// asked for without conditions: whoever has the source's turn reads and writes it.
	pages rereading
	asked time.Time
}

// conditions are what a request for the document may make its answer depend on. A site
// that says "unchanged" whatever has changed is believed for unaskedFor at most.
func (s *polled) conditions(known fetch.Validators, now time.Time) fetch.Validators {
	if now.Sub(s.asked) >= unaskedFor || s.Kind == KindPage && s.pages.waits(now) {
		return fetch.Validators{}
	}
	return known
}

// takeTurn waits until nobody else asks the source.
func (s *polled) takeTurn(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *polled) endTurn() { <-s.turn }

// NewPoller checks the options. What is wrong with them is one clear error.
func NewPoller(o Options, a *Archive) (*Poller, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	schedule, err := parseSchedule(o.Schedule, o.Zone)
	if err != nil {
		return nil, err
	}
	p := &Poller{options: o, schedule: schedule, archive: a, fetcher: fetch.New(o.fetching()), sources: make(map[string]*polled)}
	if p.metrics, err = newMetrics(o.Registerer); err != nil {
		return nil, fmt.Errorf("feeds: metrics: %w", err)
	}
	for _, s := range o.Sources {
		p.sources[s.ID] = &polled{Source: s, turn: make(chan struct{}, 1), pinged: make(chan struct{}, 1), health: newHealth(s, time.Now())}
		p.sources[s.ID].health.next = func(after time.Time) time.Time { return schedule.Next(after.In(o.Zone)).UTC() }
	}
	return p, nil
}

// Run polls every source at once, and then by the schedule. It returns when ctx is
// done and the polls that were running have ended. It may be called again then.
func (p *Poller) Run(ctx context.Context) error {
	logger := cronLogger{p.options.Log}
	// Skip stands before Recover: the other way round a panic would leave the source
	// marked as running, and it would never be polled again.
	jobs := cron.New(cron.WithLocation(p.options.Zone), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	for _, s := range p.sources {
		jobs.Schedule(p.schedule, cron.FuncJob(func() {
			select {
			case <-ctx.Done():
				return
			case <-time.After(p.jitter(s.ID)):
			}
			if s.health.due(time.Now()) {
				p.poll(ctx, s)
			}
		}))
	}
	var start, pings sync.WaitGroup
	for _, s := range p.sources {
		var news bool
		job := cron.NewChain(cron.Recover(logger)).Then(cron.FuncJob(func() { p.poll(ctx, s) }))
		start.Go(job.Run)
		pinged := cron.NewChain(cron.Recover(logger)).Then(cron.FuncJob(func() { news = p.poll(ctx, s) }))
		pings.Go(func() { s.answerPings(ctx, func() bool { news = false; pinged.Run(); return news }) })
	}
	start.Go(cron.NewChain(cron.Recover(logger)).Then(cron.FuncJob(func() { p.archive.refileAll(ctx, p.options) })).Run)
	jobs.Start()
	<-ctx.Done()
	<-jobs.Stop().Done()
	start.Wait()
	pings.Wait()
	p.fetcher.Close()
	return nil
}

// jitter is the same for a source at every poll, so that the time between its polls
// is the schedule's, and differs from source to source.
func (p *Poller) jitter(id string) time.Duration {
	next := p.nextPoll()
	most := min(maxJitter, p.schedule.Next(next).Sub(next)/10)
	sum := fnv.New32a()
	sum.Write([]byte(id))
	return time.Duration(float64(most) * float64(sum.Sum32()) / (1 << 32))
}

// Poll polls one source now. A poll of it that is running is waited for.
func (p *Poller) Poll(ctx context.Context, id string) (Result, error) {
	s, ok := p.sources[id]
	if !ok {
		return Result{}, fmt.Errorf("feeds: source %q: %w", id, ErrUnknownSource)
	}
	return p.once(ctx, s)
}

// poll polls a source, logs how it went, and reports whether it had something new.
func (p *Poller) poll(ctx context.Context, s *polled) (news bool) {
	log := p.options.Log.With("source", s.ID)
	r, err := p.once(ctx, s)
	switch failures := s.health.get().Failures; {
	case ctx.Err() != nil:
	case err != nil && bits.OnesCount(uint(failures)) <= 1: // At 1, 2, 4, 8…: a long outage fills no log. 0 is our own failure.
		log.Warn("poll failed", "failures", failures, "error", err)
	case err == nil && (r.New > 0 || r.Changed > 0 || r.First):
		log.Info("polled", "first", r.First, "items", r.Items, "new", r.New, "changed", r.Changed,
			"announced", r.Announced, "held", r.Held)
	}
	return r.New > 0 || r.Changed > 0
}

// once takes the source's turn, polls, and notes the outcome.
func (p *Poller) once(ctx context.Context, s *polled) (Result, error) {
	if err := s.takeTurn(ctx); err != nil {
		return Result{}, err
	}
	defer s.endTurn()
	start := time.Now()
	r, o := p.fetchAndArchive(ctx, s)
	if o.err != nil {
		o.err = fmt.Errorf("feeds: source %s: %w", s.ID, o.err)
	}
	if ctx.Err() != nil {
		return r, o.err // We are stopping: that says nothing about the source.
	}
	changed := s.health.note(o, time.Now())
	p.metrics.note(s.ID, r, o.err, time.Since(start))
	if changed && p.options.OnHealth != nil {
		p.options.OnHealth(s.health.get())
	}
	return r, o.err
}

// fetchAndArchive is one poll: fetch, understand, archive.
func (p *Poller) fetchAndArchive(ctx context.Context, s *polled) (Result, outcome) {
	state, _, err := p.archive.state(ctx, s.Source)
	if err != nil {
		return Result{}, outcome{err: err}
	}
	start := time.Now()
	known := s.conditions(state.Validators, start)
	resp, err := p.fetch(ctx, s.Source, state, known)
	if err != nil {
		return Result{}, outcome{err: err, never: state.untouched()}
	}
	elsewhere := resp.Moved
	if !s.ownAddress(resp.Moved) {
		resp.Moved = "" // It is followed as long as the source itself leads there.
	}
	r := Result{Source: s.ID, Unchanged: true, Bytes: resp.Size}
	if !resp.Unchanged || resp.Moved != state.Moved {
		before := state
		r, state, err = p.archiveResponse(ctx, s, before, resp)
		if errors.Is(err, repair.ErrNotFeed) && resp.Moved == "" && s.ownAddress(before.Moved) { // Some page stands there now.
			if resp, err = p.fetchMoved(ctx, s.Source, before.Moved, fetch.Validators{}); err == nil {
				r, state, err = p.archiveResponse(ctx, s, before, resp)
			}
		}
		if err != nil {
			return r, outcome{err: err, never: before.untouched()}
		}
	}
	if known == (fetch.Validators{}) {
		s.asked = start
	}
	return r, outcome{asked: max(resp.MaxAge, state.TTL), moved: elsewhere, contact: state.Contact, lastItem: state.LastItem, rhythm: state.Rhythm}
}

// fetch asks for the document where the configuration says, and where that fails, where it
// had moved to within the site.
func (p *Poller) fetch(ctx context.Context, s Source, state sourceState, known fetch.Validators) (*fetch.Response, error) {
	r := fetch.Request{URL: s.URL, Accept: acceptFeed, Known: known, MaxBytes: p.options.MaxBytes, OldTLS: s.OldTLS}
	resp, err := p.fetcher.Get(ctx, r)
	if err == nil || !s.ownAddress(state.Moved) {
		return resp, err
	}
	if moved, movedErr := p.fetchMoved(ctx, s, state.Moved, known); movedErr == nil {
		return moved, nil
	}
	return nil, err
}

// fetchMoved asks for the document where it had moved to.
func (p *Poller) fetchMoved(ctx context.Context, s Source, address string, known fetch.Validators) (*fetch.Response, error) {
	resp, err := p.fetcher.Get(ctx, fetch.Request{URL: address, Accept: acceptFeed, Known: known, MaxBytes: p.options.MaxBytes, OldTLS: s.OldTLS})
	if err == nil {
		resp.Moved = cmp.Or(resp.Moved, address)
	}
	return resp, err
}

// archiveResponse reads a document and archives what it says.
func (p *Poller) archiveResponse(ctx context.Context, s *polled, state sourceState, resp *fetch.Response) (Result, sourceState, error) {
	found := poll{source: s.Source, validators: resp.Validators, moved: resp.Moved, ttl: state.TTL, offer: state.Offer, unread: resp.Unchanged, now: p.now()}
	items, cut := 0, false
	if !resp.Unchanged {
		d, err := p.understand(resp, s.Source)
		if err != nil {
			return Result{}, state, err
		}
		d.Entries, found.clipped = newest(d.Entries, state.Order)
		items, cut, found.ttl, found.entries = len(d.Entries), d.Cut, d.TTL, d.Entries
		if offer := offerOfHeader(resp.Links, resp.URL).or(d.Offer).usable(); !d.Cut || len(offer.Hubs) > 0 {
			found.offer = offer
		}
		if s.Kind == KindPage {
			c, err := p.complete(ctx, s, d.Entries)
			if err != nil {
				return Result{}, state, err
			}
			found.entries, found.tried, cut = c.entries, c.tried, cut || !c.whole
		}
	}
	for i := range found.entries {
		classify(&found.entries[i].Item, p.options.Topics)
	}
	if found.cut = cut; cut {
		found.validators = fetch.Validators{} // The rest is still to be fetched.
	}
	c, err := p.archive.commit(ctx, found, cmp.Or(s.Plausible, p.options.Plausible))
	if err != nil {
		return Result{}, state, err
	}
	if c.result.Announced > 0 && p.options.OnAnnounce != nil {
		p.options.OnAnnounce()
	}
	p.noteReindexed(s.Source, c.result.Reindexed)
	p.noteDecided(s.Source, c.items)
	c.result.Items, c.result.Bytes, c.result.Cut, c.result.Unchanged = items, resp.Size, cut, resp.Unchanged
	p.keepArticles(ctx, s.Source, c.items)
	return c.result, c.state, nil
}

// understand reads a document, while no other is read.
func (p *Poller) understand(resp *fetch.Response, s Source) (document, error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	body := resp.Body
	resp.Body = nil // It is not needed once it is mended.
	d, err := understand(body, resp.MediaType, s, resp.URL, p.options.Zone, p.now())
	// A site may end the connection before the length that it named, at the end of a whole document.
	d.Cut = d.Cut || resp.Cut && !d.Ended
	if err == nil && d.Cut && len(d.Entries) == 0 {
		err = errCut
	}
	return d, err
}

// noteDecided reports what becomes of each item that a poll announced or held, under the item's id:
// by it the log can be followed to the broadcast, and kabarchy explain says who got it.
func (p *Poller) noteDecided(s Source, items []change) {
	for _, c := range items {
		switch {
		case c.held != nil:
			p.options.Log.Info("item held: a person has to decide", "source", s.ID, "item", c.ID, "reason", c.held.Reason)
		case c.announce != "":
			p.options.Log.Info("item announced", "source", s.ID, "item", c.ID, "kind", c.announce)
		}
	}
}

// noteReindexed reports that Redis had lost an index.
func (p *Poller) noteReindexed(s Source, items int) {
	if items > 0 {
		p.options.Log.Warn("redis had lost what items are known again by: it was made anew from the items",
			"source", s.ID, "language", s.Language, "items", items)
	}
}

// now is the time as it is kept.
func (p *Poller) now() time.Time { return time.Now().UTC() }

// nextPoll is when the schedule, which is one in the ministry's zone, has the sources read again.
func (p *Poller) nextPoll() time.Time { return p.schedule.Next(p.now().In(p.options.Zone)) }

// cronLogger passes on what cron reports: its errors, which are recovered panics.
type cronLogger struct{ *slog.Logger }

func (l cronLogger) Info(msg string, keysAndValues ...any) { l.Debug("cron: "+msg, keysAndValues...) }

func (l cronLogger) Error(err error, msg string, keysAndValues ...any) {
	l.Logger.Error("cron: "+msg, append(keysAndValues, "error", err)...)
}

// Health returns how each source is, in the order of their ids.
func (p *Poller) Health() []Health {
	list := make([]Health, 0, len(p.sources))
	for _, s := range p.sources {
		list = append(list, s.health.get())
	}
	slices.SortFunc(list, func(a, b Health) int { return cmp.Compare(a.Source, b.Source) })
	return list
}
