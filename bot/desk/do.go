package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// answer is what is kept of an act.
type answer struct {
	Case    string `json:"case"`
	Version int    `json:"version"`
}

// actScript does an act, whatever it is.
//
// KEYS: 1 case · 2 act · 3 open · 4 due · 5 closed · 6 halted · 7 audit · 8 people · 9 texts
// ARGV: 1 the case as read, empty for none · 2 as it becomes · 3 seconds to keep it, 0 while
// it is open · 4 its id · 5 when it is due in ms, empty for never · 6 when it was closed in
// ms, empty while it is open · 7 what the act answers · 8 the audit's line · 9 the audit's
// oldest id · 10 who, empty for the clock alone · 11 their entry as read · 12 halt, over,
// free or empty · 13 seconds to keep the act · 14 when the case began in ms · 15 SHA-256 of
// the texts to keep, empty for none · 16 these texts · 17… the items
// Result: 1 done; 0 done before; -1 the case is another by now; -2 the person is.
var actScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return -1 end
if ARGV[10] ~= '' and (redis.call('HGET', KEYS[8], ARGV[10]) or '') ~= ARGV[11] then return -2 end
if ARGV[15] ~= '' then redis.call('HSET', KEYS[9], ARGV[15], ARGV[16]) end
if ARGV[3] == '0' then
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('PERSIST', KEYS[9])
  redis.call('ZADD', KEYS[3], ARGV[14], ARGV[4])
  redis.call('ZREM', KEYS[5], ARGV[4])
else
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  redis.call('EXPIRE', KEYS[9], ARGV[3])
  redis.call('ZREM', KEYS[3], ARGV[4])
  redis.call('ZADD', KEYS[5], ARGV[6], ARGV[4])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[9])
end
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[4], ARGV[5], ARGV[4])
else
  redis.call('ZREM', KEYS[4], ARGV[4])
end
for i = 17, #ARGV do
  if ARGV[12] == 'free' then
    redis.call('HDEL', KEYS[6], ARGV[i])
  elseif ARGV[12] ~= '' then
    redis.call('HSET', KEYS[6], ARGV[i], ARGV[12])
  end
end
redis.call('SET', KEYS[2], ARGV[7], 'EX', ARGV[13])
redis.call('XADD', KEYS[7], 'MINID', '~', ARGV[9], '*', 'line', ARGV[8])
return 1
`)

const (
	actDone     = 1
	actRepeated = 0
)

// Do does an act, once. What stands against it is in the outcome; an error says that it is
// not known whether it was done: the same act may come again.
func (d *Desk) Do(ctx context.Context, a Act) (Outcome, error) {
	if a.ID == "" || a.Case == "" {
		return Outcome{}, fmt.Errorf("desk: %s: an act and its case need ids", a.Verb)
	}
	for range attempts {
		seen, err := d.read(ctx, a)
		if err != nil {
			return Outcome{}, fmt.Errorf("%s of case %s: %w", a.Verb, a.Case, err)
		}
		next, out := d.judge(seen, a)
		if out.Result != "" {
			return out, nil
		}
		done, err := d.write(ctx, seen, next, a)
		if err != nil {
			return Outcome{}, fmt.Errorf("%s of case %s: %w", a.Verb, a.Case, err)
		}
		switch done {
		case actDone:
			d.held(next.Case)
			d.log.InfoContext(ctx, "act at the desk", "act", a.Verb, "kind", next.Kind, "case", next.ID, "item", strings.Join(next.Items, " "),
				"from", seen.Status, "to", next.Status, "user", a.Who, "via", a.Via)
			if _, _, err := d.release(ctx, next.Case); err != nil { // the leader tries again each second
				d.log.WarnContext(ctx, "what was decided is not done yet, trying again", "case", a.Case, "error", err)
			}
			return Outcome{Case: next.Case, Result: Acted}, nil
		case actRepeated:
			continue // the next look finds the answer
		}
	}
	return Outcome{}, fmt.Errorf("%s of case %s: %w", a.Verb, a.Case, errBusy)
}

// read reads what an act is judged by.
func (d *Desk) read(ctx context.Context, a Act) (sight, error) {
	s := sight{who: a.Who, now: d.moment()}
	pipe := d.rdb.Pipeline()
	found, known := pipe.Get(ctx, keyCase(a.Case)), pipe.Exists(ctx, keyAct(a.ID))
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return s, err
	}
	if s.raw, s.repeated = found.Val(), known.Val() > 0; s.raw != "" {
		var err error
		if s.Case, err = readCase(a.Case, s.raw); err != nil {
			return s, err
		}
	}
	if a.Who == 0 && (a.Verb == Go || a.Verb == Miss) {
		s.who = s.ApprovedBy
	}
	if s.who == 0 {
		return s, nil
	}
	var err error
	if s.entry, err = d.rdb.HGet(ctx, keyPeople, decimal(s.who)).Result(); err != nil && !errors.Is(err, redis.Nil) {
		return s, err
	}
	s.roles, err = d.roles(s.who, s.entry)
	return s, err
}

// write changes the case, unless it or who acts is another by now.
func (d *Desk) write(ctx context.Context, seen sight, n next, a Act) (int, error) {
	record, err := json.Marshal(n.Case)
	if err != nil {
		return 0, err
	}
	said, err := json.Marshal(answer{n.ID, n.Version})
	if err != nil {
		return 0, err
	}
	sum, content, err := n.sum()
	if err != nil {
		return 0, err
	}
	line, err := json.Marshal(Line{
		At: seen.now, Who: a.Who, Role: seen.roles, Verb: a.Verb, Case: n.ID, Kind: n.Kind, Version: n.Version,
		From: seen.Status, To: n.Status, Reach: a.Reach, Paid: a.Paid, Via: a.Via, Texts: sum, Reason: a.Reason,
	})
	if err != nil {
		return 0, err
	}
	if n.rule.Verb != Submit { // the texts of the others are in the case
		sum, content = "", nil
	}
	keep, closed, due, who := 0, "", "", ""
	if n.Status.Closed() {
		keep, closed = int(kept.Seconds()), decimal(seen.now.UnixMilli())
	}
	if !n.Due.IsZero() {
		due = decimal(n.Due.UnixMilli())
	}
	if seen.who != 0 {
		who = decimal(seen.who)
	}
	args := []any{
		seen.raw, string(record), keep, n.ID, due, closed, string(said), string(line), oldestLine(seen.now), who, seen.entry,
		string(n.rule.Halt), int(keptAct.Seconds()), n.Created.UnixMilli(), sum, string(content),
	}
	for _, item := range n.Items {
		args = append(args, item)
	}
	return actScript.Run(ctx, d.rdb, []string{
		keyCase(n.ID), keyAct(a.ID), keyOpen, keyDue, keyClosed, keyHalted, keyAudit, keyPeople, keyTexts(n.ID),
	}, args...).Int()
}
