package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"kabarchy/bot/render"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

const (
	// readHold is how long a reader waits for a text before the summary is shown.
	readHold = 300 * time.Millisecond
	// readWithin bounds the fetching of one: others of the same site come before it.
	readWithin = 90 * time.Second

	// So many texts are fetched at a time, in all and of one source. A site answers one
	// request after the other; one that hangs must not take the places of others.
	mostReads       = 64
	mostSourceReads = 8
)

// errReadsFull says that so many texts are being fetched that no other can be.
var errReadsFull = errors.New("too many texts are being fetched")

// reads brings articles: what is kept at once, and what has to be fetched once for all
// who wait for it. Who reads holds up nobody, and no update.
type reads struct {
	articles Articles
	queue    Queue
	log      *slog.Logger
	guard    guard

	mu       sync.Mutex
	open     map[string]*reading // by the item's id
	source   map[string]int      // how many of them are of a source
	awaiting map[int64]*reader   // whose newest screen promises a text, by chat
	working  sync.WaitGroup
}

// reading is the fetching of one item's text.
type reading struct {
	done    chan struct{} // closed when blocks are there
	blocks  []article.Block
	cancel  context.CancelFunc
	readers []*reader // who may wait for it still
}

// reader is a chat that waits for a text.
type reader struct {
	chat int64
	show func(ctx context.Context, blocks []article.Block) error
}

func newReads(articles Articles, queue Queue, log *slog.Logger, g guard) *reads {
	return &reads{
		articles: articles, queue: queue, log: log, guard: g,
		open: make(map[string]*reading), source: make(map[string]int), awaiting: make(map[int64]*reader),
	}
}

// article is the item's text in full, or its summary where that is all that can be had;
// or, where it has to be fetched and that takes longer, the reading to await.
func (r *reads) article(ctx context.Context, item feeds.Item) ([]article.Block, *reading, error) {
	if r.articles == nil {
		return render.Summary(item), nil, nil
	}
	kept, err := r.articles.Kept(ctx, item.ID)
	switch {
	case err == nil && len(kept.Blocks) > 0:
		return kept.Blocks, nil, nil
	case err != nil && !errors.Is(err, feeds.ErrNotFound):
		return nil, nil, err
	}
	reading := r.fetch(ctx, item)
	if reading == nil {
		return nil, nil, errReadsFull
	}
	timer := time.NewTimer(readHold)
	defer timer.Stop()
	select {
	case <-reading.done:
		return reading.blocks, nil, nil
	case <-timer.C:
		return nil, reading, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// fetch begins to fetch an item's text, unless that has begun; nil if there is no room.
func (r *reads) fetch(ctx context.Context, item feeds.Item) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.open[item.ID]; known != nil {
		return known
	}
	if len(r.open) >= mostReads || r.source[item.Source] >= mostSourceReads {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readWithin)
	begun := &reading{done: make(chan struct{}), cancel: cancel}
	r.open[item.ID] = begun
	r.source[item.Source]++
	r.working.Go(func() {
		defer cancel()
		begun.blocks = r.get(ctx, item)
		r.end(context.WithoutCancel(ctx), item, begun)
	})
	return begun
}

// end hands out what was fetched.
func (r *reads) end(ctx context.Context, item feeds.Item, ended *reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, item.ID)
	if r.source[item.Source]--; r.source[item.Source] == 0 {
		delete(r.source, item.Source)
	}
	close(ended.done)
	for _, waits := range ended.readers {
		r.working.Go(func() { r.hand(ctx, ended, waits) })
	}
}

// get is the item's text, or its summary.
func (r *reads) get(ctx context.Context, item feeds.Item) []article.Block {
	var read article.Article
	err := r.guard(ctx, func() (err error) {
		read, err = r.articles.Article(ctx, item.ID)
		return err
	})
	if err != nil {
		r.log.WarnContext(ctx, "article can't be had", "item", item.ID, "error", err)
	}
	if err != nil || len(read.Blocks) == 0 {
		return render.Summary(item)
	}
	return read.Blocks
}

// await has show called with the text when it is there, unless the chat shows something
// else by then. It does not wait itself.
func (r *reads) await(ctx context.Context, awaited *reading, chat int64, show func(context.Context, []article.Block) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := &reader{chat, show}
	r.awaiting[chat] = waits
	select {
	case <-awaited.done:
		r.working.Go(func() { r.hand(context.WithoutCancel(ctx), awaited, waits) })
	default:
		awaited.readers = slices.DeleteFunc(awaited.readers, func(other *reader) bool { return other.chat == chat })
		awaited.readers = append(awaited.readers, waits)
	}
}

// hand shows a text to who waits for it, behind what the chat has asked for since.
func (r *reads) hand(ctx context.Context, read *reading, to *reader) {
	_ = r.queue.InTurn(ctx, to.chat, func() { // ctx has no end
		if !r.takes(to) {
			return
		}
		if err := r.guard(ctx, func() error { return to.show(ctx, read.blocks) }); err != nil {
			r.log.WarnContext(ctx, "text not shown", "chat", to.chat, "error", err)
		}
	})
}

// takes reports whether the reader still waits; then it does no longer.
func (r *reads) takes(to *reader) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := r.awaiting[to.chat] == to
	if waits {
		delete(r.awaiting, to.chat)
	}
	return waits
}

// leave notes that the chat shows something else now.
func (r *reads) leave(chat int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.awaiting, chat)
}

// finish ends what is being fetched and waits for those who do: each reader is shown the
// summary without the promise of more.
func (r *reads) finish() {
	r.mu.Lock()
	for _, reading := range r.open {
		reading.cancel()
	}
	r.mu.Unlock()
	r.working.Wait()
}

// Articles brings an item's text in full, as the feed or the item's page holds it.
type Articles interface {
	// Article may take as long as the ministry's site does.
	Article(ctx context.Context, id string) (article.Article, error)
	// Kept fetches nothing: feeds.ErrNotFound says that Article would.
	Kept(ctx context.Context, id string) (article.Article, error)
}

// Queue keeps what concerns one chat in order.
type Queue interface {
	// InTurn does something when all is done with that came from the chat before. It returns
	// an error if ctx is done before that.
	InTurn(ctx context.Context, chat int64, do func()) error
}

// atOnce is no queue.
type atOnce struct{}

func (atOnce) InTurn(_ context.Context, _ int64, do func()) error {
	do()
	return nil
}
