package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds"
)

// Decision is what was decided of a held item.
type Decision struct {
	Send bool      `json:"send"` // to all who want it; else it rests in the archive
	Who  int64     `json:"who,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// The verbs with which the audit tells of it.
const (
	Send Verb = "send"
	Keep Verb = "keep"
)

// Batch names what one poll of one source held for one reason: short, and always the same.
func Batch(h feeds.Held) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", h.Source, h.Kind, h.Reason, h.At.UnixNano()))
	return hex.EncodeToString(sum[:8])
}

// decideScript decides of held items of which nothing was decided.
//
// KEYS: 1 the batch's decisions · 2 audit · 3 people
// ARGV: 1 who · 2 their entry as read · 3 what is decided · 4 seconds to keep it · 5 the audit's
// oldest id · then of each item its id and the audit's line
// Result: of how many it was decided now; -2 where the person is another by now.
var decideScript = redis.NewScript(`
if (redis.call('HGET', KEYS[3], ARGV[1]) or '') ~= ARGV[2] then return -2 end
local decided = 0
for i = 6, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[3]) == 1 then
    redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[5], '*', 'line', ARGV[i+1])
    decided = decided + 1
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return decided
`)

// Decide decides of held items of one batch, and has it carried out. The first decision
// holds: what is decided of each item comes back, whoever decided it. reach is the number
// that was shown, via "chat" or "web". ErrNotAllowed where somebody is no approver.
func (d *Desk) Decide(ctx context.Context, who int64, batch string, items []string, send bool, reach int, via string) (map[string]Decision, error) {
	before, err := d.Decisions(ctx, batch, items)
	if err != nil {
		return nil, err
	}
	var open []string
	for _, item := range items {
		if _, ok := before[item]; !ok {
			open = append(open, item)
		}
	}
	if err := d.decide(ctx, Line{At: d.moment(), Reach: reach, Via: via}, who, batch, open, send); err != nil {
		return nil, fmt.Errorf("decide of what is held: %w", err)
	}
	decided, err := d.Decisions(ctx, batch, items)
	if err != nil {
		return nil, err
	}
	if err := d.carryOut(ctx, items, decided); err != nil { // the leader tries again each second
		d.log.WarnContext(ctx, "what was decided of held items is not done yet, trying again", "error", err)
	}
	return decided, nil
}

func (d *Desk) decide(ctx context.Context, l Line, who int64, batch string, items []string, send bool) error {
	if l.Verb = Keep; send {
		l.Verb = Send
	}
	value, err := json.Marshal(Decision{send, who, l.At})
	if err != nil {
		return err
	}
	return d.administer(ctx, who, l, func(l Line, entry string) (int, error) {
		args := []any{who, entry, string(value), int(keptDecision.Seconds()), oldestLine(l.At)}
		for _, item := range items {
			l.Item = item
			line, err := json.Marshal(l)
			if err != nil {
				return 0, err
			}
			args = append(args, item, string(line))
		}
		done, err := decideScript.Run(ctx, d.rdb, []string{keyHeld(batch), keyAudit, keyPeople}, args...).Int()
		if done >= 0 { // that another was faster is no error
			done = administered
		}
		return done, err
	})
}

// Decisions are what was decided of these items of a batch, by item.
func (d *Desk) Decisions(ctx context.Context, batch string, items []string) (map[string]Decision, error) {
	decided := make(map[string]Decision)
	if len(items) == 0 {
		return decided, nil
	}
	whole, err := d.rdb.Get(ctx, keyDecided(batch)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("what was decided: %w", err)
	}
	values, err := d.rdb.HMGet(ctx, keyHeld(batch), items...).Result()
	if err != nil {
		return nil, fmt.Errorf("what was decided: %w", err)
	}
	for i, value := range values {
		if raw, ok := value.(string); ok {
			var of Decision
			if err := json.Unmarshal([]byte(raw), &of); err != nil {
				return nil, fmt.Errorf("what was decided of item %s: %w", items[i], err)
			}
			decided[items[i]] = of
		} else if whole != "" {
			decided[items[i]] = Decision{Send: whole == string(Send)}
		}
	}
	return decided, nil
}

// Correction is an item as phones show it, and as its site does: what a held correction changes.
func (d *Desk) Correction(ctx context.Context, item string) (before, after feeds.Item, err error) {
	if before, err = d.options.Archive.Shown(ctx, item); err == nil {
		after, err = d.options.Archive.OnSite(ctx, item)
	}
	if err != nil {
		err = fmt.Errorf("what a correction changes: %w", err)
	}
	return before, after, err
}

// carryOut does what was decided of these items, in their order: in it they go out. What is
// not held any more has had it done already.
func (d *Desk) carryOut(ctx context.Context, items []string, decided map[string]Decision) error {
	for _, item := range items {
		of, is := decided[item]
		if !is {
			continue
		}
		do := d.options.Archive.Dismiss
		if of.Send {
			do = d.options.Archive.Release
		}
		err := do(ctx, item)
		if errors.Is(err, feeds.ErrNotFound) { // it was done before
			continue
		}
		if err != nil {
			return err
		}
		d.log.InfoContext(ctx, "held item decided", "item", item, "send", of.Send, "user", of.Who)
	}
	d.options.Engine.Wake()
	return nil
}

// finishHeld carries out what a crash left undone.
func (d *Desk) finishHeld(ctx context.Context) error {
	held, err := d.options.Archive.Held(ctx)
	if err != nil {
		return err
	}
	batches := make(map[string][]string)
	for _, h := range held {
		batches[Batch(h)] = append(batches[Batch(h)], h.Item)
	}
	for batch, items := range batches {
		decided, err := d.Decisions(ctx, batch, items)
		if err == nil && len(decided) > 0 {
			err = d.carryOut(ctx, items, decided)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
