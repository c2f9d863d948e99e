package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kabarchy/bot/broadcast"
	"kabarchy/feeds"
)

// release does what a case in Sending is to do. Done again, it does nothing: the archive
// knows the items of an announcement, and by which case an item was revised. So it is done
// as long as the case is in Sending: what Redis loses in a crash, after it was done, is done
// anew. done is false where the case is not in Sending; why is what there is to say once it is
// Done, such as TakenBack.
func (d *Desk) release(ctx context.Context, c Case) (done bool, why string, err error) {
	switch {
	case c.Status != Sending:
		return false, "", nil
	case c.Kind == Withdraw:
		err = d.takeBack(ctx, c)
	case c.Kind == Correct:
		why, err = d.revise(ctx, c)
	case c.Retrying:
		err = d.retry(ctx, c)
	case !c.Feed:
		err = d.publish(ctx, c)
	}
	if err != nil {
		return false, "", fmt.Errorf("release case %s: %w", c.ID, err)
	}
	d.options.Engine.Wake()
	return true, why, nil
}

func (d *Desk) publish(ctx context.Context, c Case) error {
	items, err := d.Editions(ctx, c)
	if err != nil {
		return err
	}
	return d.options.Archive.Publish(ctx, items)
}

// revise puts the new texts in place of the old ones. An item that was taken back meanwhile
// stays so: then why is TakenBack.
func (d *Desk) revise(ctx context.Context, c Case) (why string, err error) {
	for _, id := range c.Items {
		it, err := d.options.Archive.Item(ctx, id)
		if errors.Is(err, feeds.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		t, ok := c.Texts[it.Language]
		if !ok {
			continue
		}
		err = d.options.Archive.Revise(ctx, id, feeds.Text{Title: t.Title, Blocks: t.Blocks, File: d.picture(c)}, c.ID)
		if errors.Is(err, feeds.ErrWithdrawn) {
			why, err = TakenBack, nil
		}
		if err != nil {
			return "", err
		}
	}
	return why, nil
}

func (d *Desk) takeBack(ctx context.Context, c Case) error {
	for _, id := range c.Items {
		if err := d.options.Archive.Withdraw(ctx, id); err != nil && !errors.Is(err, feeds.ErrNotFound) {
			return err
		}
	}
	return nil
}

// retry tries those again whom the case's broadcasts gave up. As it walks through all who have
// the item, it is done once in each process for each version.
func (d *Desk) retry(ctx context.Context, c Case) error {
	if at, ok := d.retried.Load(c.ID); ok && at == c.Version {
		return nil
	}
	for _, item := range c.Items {
		numbers, err := d.numbers(ctx, item)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			if _, err := d.options.Engine.Retry(ctx, n); err != nil && !errors.Is(err, broadcast.ErrEnded) {
				return err
			}
		}
	}
	d.retried.Store(c.ID, c.Version)
	return nil
}

// numbers are those of the broadcasts that brought an item, or of the digest of that name.
func (d *Desk) numbers(ctx context.Context, item string) (numbers []int64, err error) {
	if digest, ok := strings.CutPrefix(item, "digest:"); ok {
		n, err := strconv.ParseInt(digest, 10, 64)
		return []int64{n}, err
	}
	told, err := d.options.Engine.Reports(ctx, item)
	for _, r := range told {
		if r.Kind == broadcast.News {
			numbers = append(numbers, r.ID)
		}
	}
	return numbers, err
}

// sends are the broadcasts that cases of a kind lead to, and what announces them.
var sends = map[Kind]struct {
	kinds     []broadcast.Kind
	announced feeds.AnnouncementKind
}{
	Announce: {[]broadcast.Kind{broadcast.News, broadcast.Digest}, feeds.Published},
	Correct:  {[]broadcast.Kind{broadcast.Correction}, feeds.Corrected},
	Withdraw: {[]broadcast.Kind{broadcast.Withdrawal}, feeds.Withdrawn},
}

// sums are what became of a case's messages, as its broadcasts' reports say: of each item its
// news, or its last correction or withdrawal. nil where there is none.
func (d *Desk) sums(ctx context.Context, c Case) (*Sums, error) {
	var all *Sums
	for _, item := range c.Items {
		told, err := d.options.Engine.Reports(ctx, item)
		if err != nil {
			return nil, fmt.Errorf("sums of case %s: %w", c.ID, err)
		}
		told = slices.DeleteFunc(told, func(r broadcast.Report) bool { return !slices.Contains(sends[c.Kind].kinds, r.Kind) })
		if c.Kind != Announce && len(told) > 1 {
			told = told[len(told)-1:]
		}
		for _, r := range told {
			if all == nil {
				all = &Sums{}
			}
			all.Planned, all.Came, all.Sent = all.Planned+r.Planned, all.Came+r.Came, all.Sent+r.Sent
			all.Blocked, all.Failed, all.NoLongerDue = all.Blocked+r.Blocked, all.Failed+r.Failed, all.NoLongerDue+r.NoLongerDue
			all.GaveUp += r.Reasons[broadcast.ReasonGaveUp]
		}
	}
	return all, nil
}

// mostAnnouncements is how many announcements are looked at; more than a flood's.
const mostAnnouncements = 10_000

// broadcasts reads what is announced and what runs, in this order, so that nothing is
// overlooked that is planned in between. The answer reports whether nothing of a case is
// either: where it was released, all its broadcasts have ended.
func (d *Desk) broadcasts(ctx context.Context) (ended func(Case) bool, err error) {
	announced, err := d.options.Archive.Announcements(ctx, mostAnnouncements)
	if err != nil {
		return nil, err
	}
	told, err := d.options.Engine.Progress(ctx)
	if err != nil {
		return nil, fmt.Errorf("what runs: %w", err)
	}
	return func(c Case) bool {
		of := sends[c.Kind]
		return !slices.ContainsFunc(announced, func(a feeds.Announcement) bool {
			return a.Kind == of.announced && slices.Contains(c.Items, a.Item)
		}) && !slices.ContainsFunc(told, func(p broadcast.Progress) bool {
			return p.FinishedAt.IsZero() && slices.Contains(of.kinds, p.Kind) && slices.Contains(c.Items, p.Subject())
		})
	}, nil
}
