package feeds

import (
	"fmt"
	"slices"
	"strings"
)

// tally is what one step told.
type tally struct {
	news        []string       // ids, in the order of telling
	corrections map[string]int // how often an item's message was edited, by its id
	faults      []string       // what is wrong whatever the step expects
}

func newTally() tally { return tally{corrections: make(map[string]int)} }

func (t *tally) wrong(format string, args ...any) {
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}

// comparison is a step's tally and what is left of it that nobody expected yet.
type comparison struct {
	tally
	player *player
	held   map[string]bool // what is held, by its id: whether it was not before this step
}

// compareStep compares what was told with what was expected. What can be right either
// way is taken out first: it stands outside the order.
func (p *player) compareStep(c *comparison, expected []expectation) {
	left := slices.Clone(c.news)
	var order []expectation
	for _, e := range expected {
		switch {
		case e.NewOrHeld != "":
			left = c.newOrHeld(e, left)
		case e.New != "":
			order = append(order, e)
		}
	}
	for i := range max(len(order), len(left)) {
		switch {
		case i >= len(order):
			c.wrong("told as new: %q, which nobody expected", p.item(left[i]).Title)
		case i >= len(left):
			c.wrong("not told: %q", order[i].New)
		case !strings.HasPrefix(p.item(left[i]).Title, order[i].New):
			c.wrong("told as new: %q, where %q was expected", p.item(left[i]).Title, order[i].New)
		default:
			c.check(order[i], left[i])
		}
	}
	c.compareCorrections(expected)
	c.compareHeld(expected)
}

// newOrHeld takes out an item that was told or held.
func (c *comparison) newOrHeld(e expectation, left []string) []string {
	for i, id := range left {
		if strings.HasPrefix(c.player.item(id).Title, e.NewOrHeld) {
			c.check(e, id)
			return slices.Delete(left, i, i+1)
		}
	}
	for id, now := range c.held {
		if now && strings.HasPrefix(c.player.item(id).Title, e.NewOrHeld) {
			delete(c.held, id)
			return left
		}
	}
	c.wrong("neither told nor held: %q", e.NewOrHeld)
	return left
}

// compareCorrections gives each expected correction the item that fits it best.
func (c *comparison) compareCorrections(expected []expectation) {
	left := make(map[string]int, len(c.corrections))
	for id, n := range c.corrections {
		left[id] = n
	}
	for _, e := range expected {
		if e.Corrected == "" {
			continue
		}
		times := count{least: 1, most: 1}
		if e.Times != nil {
			times = *e.Times
		}
		id := c.corrected(e, left)
		switch n := left[id]; {
		case !times.allows(n):
			c.wrong("corrected %d times and not %v: %q", n, times, e.Corrected)
		case n > 0:
			c.check(e, id)
		}
		delete(left, id)
	}
	for id := range left {
		c.wrong("corrected, which nobody expected: %q, now %q", c.player.told[id], c.player.item(id).Title)
	}
}

// corrected returns the corrected item that was told under a title, and best one that
// is now as expected; empty where there is none.
func (c *comparison) corrected(e expectation, left map[string]int) (best string) {
	for id := range left {
		if !strings.HasPrefix(c.player.told[id], e.Corrected) {
			continue
		}
		trial := comparison{player: c.player}
		if trial.check(e, id); len(trial.faults) == 0 {
			return id
		}
		best = id
	}
	return best
}

// compareHeld compares what waits now and did not before this step.
func (c *comparison) compareHeld(expected []expectation) {
	var titles []string
	for id, now := range c.held {
		if !now {
			continue
		}
		titles = append(titles, c.player.item(id).Title)
		if slices.Contains(c.news, id) {
			c.wrong("told and held as well: %q", c.player.item(id).Title)
		}
	}
	slices.Sort(titles)
	allowed := count{}
	for _, e := range expected {
		if e.Held == nil {
			continue
		}
		allowed.least += e.Held.least
		allowed.most = min(allowed.most+e.Held.most, anyNumber)
		for _, title := range e.Held.titles {
			if !slices.ContainsFunc(titles, func(held string) bool { return strings.HasPrefix(held, title) }) {
				c.wrong("not held: %q", title)
			}
		}
	}
	if !allowed.allows(len(titles)) {
		c.wrong("%d are held and not %v: %q", len(titles), allowed, titles)
	}
}

// check compares an item with what is expected of it.
func (c *comparison) check(e expectation, id string) {
	it := c.player.item(id)
	if !strings.HasPrefix(it.Title, e.To) {
		c.wrong("its title is %q and does not begin with %q", it.Title, e.To)
	}
	if !strings.Contains(it.Summary, e.Text) {
		c.wrong("the text of %q does not contain %q: %q", it.Title, e.Text, it.Summary)
	}
	if !strings.HasSuffix(it.Link, e.Link) {
		c.wrong("the link of %q does not end with %q: %s", it.Title, e.Link, it.Link)
	}
	c.checkReads(e, it)
	c.checkPair(e, it)
}

// checkReads compares the article that a reader gets.
func (c *comparison) checkReads(e expectation, it Item) {
	if e.Reads == "" {
		return
	}
	a, err := c.player.poller.Article(c.player.t.Context(), it.ID)
	if err != nil {
		c.wrong("the article of %q: %v", it.Title, err)
	} else if text := a.Text(); !strings.Contains(text, e.Reads) {
		c.wrong("the article of %q does not contain %q: %q", it.Title, e.Reads, text)
	}
}

// checkPair compares which other edition the item is known to have.
func (c *comparison) checkPair(e expectation, it Item) {
	if e.Pair == "" {
		return
	}
	editions, err := c.player.archive.Editions(c.player.t.Context(), it.ID)
	if err != nil {
		c.wrong("the editions of %q: %v", it.Title, err)
		return
	}
	var titles []string
	for _, other := range editions {
		titles = append(titles, other.Title)
	}
	begins := func(title string) bool { return strings.HasPrefix(title, e.Pair) }
	if none := e.Pair == "none"; none && len(titles) > 0 || !none && !slices.ContainsFunc(titles, begins) {
		c.wrong("%q is paired with %q and not with %q", it.Title, titles, e.Pair)
	}
}

// summary says all that the step told.
func (c *comparison) summary() string {
	var b strings.Builder
	b.WriteString("  what was told:")
	before := b.Len()
	for _, id := range c.news {
		fmt.Fprintf(&b, "\n    new        %q", c.player.item(id).Title)
	}
	for id, n := range c.corrections {
		fmt.Fprintf(&b, "\n    corrected  %q, %d times, now %q", c.player.told[id], n, c.player.item(id).Title)
	}
	held, _ := c.player.archive.Held(c.player.t.Context())
	for _, h := range held {
		if c.held[h.Item] {
			fmt.Fprintf(&b, "\n    held       %q, %s", c.player.item(h.Item).Title, h.Reason)
		}
	}
	if b.Len() == before {
		b.WriteString(" nothing")
	}
	return b.String()
}
