package broadcast

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"kabarchy/bot/lease"

	"github.com/redis/go-redis/v9"
)

// plans keeps the broadcasts' records in Redis.
type plans struct {
	rdb   redis.UniversalClient
	fence func() string // the leader's lease; empty where nobody else could lead
}

// addScript plans a broadcast, once.
//
// KEYS[1] the plan, [2] the running set, [3] the item's ledger pointer, [4] the highest
// number of an announcement that was planned, [5] the last hour whose digests were planned,
// [6] the item's broadcasts
// ARGV[1] the broadcast's id, [2] the number of its ledger, 0 for the item's,
// [3] seconds to keep the pointer, [4] when it was announced, [5…] the plan's fields and
// values, the first of them kind and item
// Returns 1 when it was planned, 0 when it had been planned before or when nobody has
// the item, -1 when its number was given to another one before.
var addScript = redis.NewScript(`
local id = tonumber(ARGV[1])
if id < 0 then redis.call('SET', KEYS[5], -id) end
if redis.call('EXISTS', KEYS[1]) == 1 then
  local known = redis.call('HMGET', KEYS[1], 'kind', 'item', 'announced_at', 'planned_at')
  if id < 0 or known[1] == ARGV[6] and known[2] == ARGV[8] and (known[3] or known[4]) == ARGV[4] then return 0 end
  return -1
end
if id > 0 and id <= tonumber(redis.call('GET', KEYS[4]) or '0') then return -1 end
local ledger = ARGV[2]
if ledger ~= '0' then
  redis.call('SET', KEYS[3], ledger, 'EX', ARGV[3])
else
  ledger = redis.call('GET', KEYS[3])
  if not ledger then return 0 end
end
redis.call('HSET', KEYS[1], 'ledger', ledger, 'announced_at', ARGV[4], unpack(ARGV, 5))
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[1])
if id > 0 then
  redis.call('SET', KEYS[4], ARGV[1])
  redis.call('SADD', KEYS[6], ARGV[1])
  redis.call('EXPIRE', KEYS[6], ARGV[3])
end
return 1
`)

// ledgerPointerLife outlives every ledger: a running broadcast may take days, and
// its ledger is kept for Options.Keep after its end.
const ledgerPointerLife = ReportLife

// ReportLife is how long a finished broadcast's record is kept, with who did not get the
// message and why.
const ReportLife = 90 * 24 * time.Hour

// add plans a broadcast. It writes a handful of fields, however large the audience, and
// does nothing the second time. Without a ledger of its own a broadcast is about the
// item's: where there is none, nothing is planned. A digest's hour is noted in the same step:
// were it noted after it, a program killed in between would plan its items for the next one,
// too. errGivenTwice where its number belongs to another broadcast.
func (s plans) add(ctx context.Context, p plan) (bool, error) {
	keys := []string{keyPlan(p.ID), keyRunning, keyItemLedger(p.Item), keyLast, keyDigested, keyOf(p.Item)}
	added, err := addScript.Run(ctx, s.rdb, keys,
		p.ID, p.Ledger, int(ledgerPointerLife.Seconds()), cmp.Or(p.AnnouncedAt, p.PlannedAt),
		"kind", string(p.Kind), "item", p.Item, "title", p.Title, "language", p.Language,
		"revision", p.Revision, "urgent", p.Urgent, "planned_at", p.PlannedAt, "planned", -1, "from", p.From,
		"text", p.Text, "paid", p.Paid,
	).Int()
	if err != nil {
		return false, fmt.Errorf("plan broadcast %d: %w", p.ID, err)
	}
	if added < 0 {
		return false, fmt.Errorf("plan broadcast %d: %w", p.ID, errGivenTwice)
	}
	return added == 1, nil
}

// discard forgets a broadcast that reached nobody and was meant for nobody.
func (s plans) discard(ctx context.Context, broadcast int64) error {
	pipe := s.rdb.TxPipeline()
	pipe.ZRem(ctx, keyRunning, broadcast)
	pipe.Del(ctx, keyPlan(broadcast), keyRetry(broadcast), keyDoubt(broadcast), keyPromised(broadcast))
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("discard broadcast %d: %w", broadcast, err)
	}
	return nil
}

// fenced starts a script that only the leader may run: KEYS[1] is the lease, ARGV[1]
// the writer's value of it, empty where there is no lease.
const fenced = `
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
`

// guard runs a fenced script; it reports whether the script did anything.
func (s plans) guard(ctx context.Context, script *redis.Script, keys []string, args ...any) (bool, error) {
	answer, err := s.lead(ctx, script, keys, args...).Int()
	if err == nil && answer < 0 {
		err = lease.ErrFenced
	}
	return answer == 1, err
}

// lead runs a fenced script; it answers -1 to who leads no more.
func (s plans) lead(ctx context.Context, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	return script.Run(ctx, s.rdb, append([]string{lease.Key}, keys...), append([]any{s.fence()}, args...)...)
}

// saveScript saves a running broadcast's state, unless it ended in the meantime.
//
// KEYS[2] the plan; ARGV[2…] fields and values
var saveScript = redis.NewScript(fenced + `
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('HEXISTS', KEYS[2], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 2))
return 1
`)

// fields are the part of a state that a report keeps, as HSET takes it.
func (st state) fields() []any {
	return []any{
		"cursor", st.Cursor, "planned", st.Planned, "waiting", st.Waiting, "sent", st.Sent, "blocked", st.Blocked,
		"first", st.First, "last", st.Last, "gone", st.Gone, "no_rights", st.NoRights, "refused", st.Refused, "failed", st.GaveUp,
	}
}

func (s plans) save(ctx context.Context, broadcast int64, st state) error {
	_, err := s.guard(ctx, saveScript, []string{keyPlan(broadcast)}, append(st.fields(),
		"rate", st.Rate, "attempts", st.Attempts, "round", st.Round, "next", st.Next, "wake", st.Wake)...)
	if err != nil {
		return fmt.Errorf("save broadcast %d: %w", broadcast, err)
	}
	return nil
}

// finishScript ends a broadcast: its record becomes a report.
//
// KEYS[2] the plan, [3] the running set, [4] the finished set, [5] the retry set,
// [6] the list of failures, [7] the suspects, [8] the promises
// ARGV[2] the id, [3] now, Unix seconds, [4] seconds to keep the report, [5] how often those
// were tried again whom it did not reach, [6…] the last fields and values
// Returns 1, or 0 when it had ended before, or somebody is to be tried again.
var finishScript = redis.NewScript(fenced + `
if redis.call('HEXISTS', KEYS[2], 'finished') == 1 then return 0 end
if (redis.call('HGET', KEYS[2], 'again') or '0') ~= ARGV[5] then return 0 end
redis.call('HDEL', KEYS[2], 'held', 'text')
redis.call('HSET', KEYS[2], 'finished', ARGV[3], unpack(ARGV, 6))
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '(' .. (ARGV[3] - ARGV[4]))
redis.call('DEL', KEYS[5], KEYS[7], KEYS[8])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[6], ARGV[4])
return 1
`)

// finish ends a broadcast; it reports whether that was still to do.
func (s plans) finish(ctx context.Context, broadcast int64, st state, now time.Time) (bool, error) {
	keys := []string{keyPlan(broadcast), keyRunning, keyFinished, keyRetry(broadcast), keyFailed(broadcast), keyDoubt(broadcast), keyPromised(broadcast)}
	ended, err := s.guard(ctx, finishScript, keys,
		append([]any{broadcast, now.Unix(), int(ReportLife.Seconds()), st.Again, "rate", 0}, st.fields()...)...)
	if err != nil {
		return false, fmt.Errorf("finish broadcast %d: %w", broadcast, err)
	}
	return ended, nil
}

// holdScript holds a broadcast.
//
// KEYS[2] the plan; ARGV[2] the suspicion, [3] Telegram's words, [4] the reason in them,
// [5] now, Unix seconds
// Returns 1, or 0 when it has ended.
var holdScript = redis.NewScript(fenced + `
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('HEXISTS', KEYS[2], 'finished') == 1 then return 0 end
redis.call('HSET', KEYS[2], 'held', ARGV[2], 'words', ARGV[3], 'reason', ARGV[4], 'held_at', ARGV[5])
return 1
`)

func (s plans) hold(ctx context.Context, broadcast int64, d *finding, now time.Time) error {
	_, err := s.guard(ctx, holdScript, []string{keyPlan(broadcast)}, string(d.why), d.words, d.reason, now.Unix())
	if err != nil {
		return fmt.Errorf("hold broadcast %d: %w", broadcast, err)
	}
	return nil
}
