package broadcast

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// fromBackup is why what a backup brought back is held.
var fromBackup = &finding{why: FromBackup}

// Restored holds the broadcasts that a backup brought back and that were not over: who got
// them since it was taken is in no ledger. The digests that were due since are held as one, of
// the present hour: the next ones do not reach back behind it. What takes a message back goes
// on. What people had stopped stays stopped, and nothing is paid for any more. It returns how many it held, and is called while
// no engine runs.
func Restored(ctx context.Context, rdb redis.UniversalClient, halted map[string]Halt, at time.Time) (held int, err error) {
	s := plans{rdb, func() string { return "" }}
	if err := s.digestSince(ctx, at); err != nil {
		return 0, err
	}
	running, err := s.running(ctx)
	if err != nil {
		return 0, err
	}
	for _, b := range running {
		if b.Paid > 0 { // what it cost since is not known
			if err := rdb.HDel(ctx, keyPlan(b.ID), "paid").Err(); err != nil {
				return held, fmt.Errorf("have broadcast %d pay for nothing: %w", b.ID, err)
			}
		}
		if b.Kind == Withdrawal || b.Held != "" || halted[b.subject()] != "" {
			continue
		}
		if err := s.hold(ctx, b.ID, fromBackup, at); err != nil {
			return held, err
		}
		held++
	}
	return held, nil
}

// digestSince plans the digest of the hours since the last one that is known.
func (s plans) digestSince(ctx context.Context, at time.Time) error {
	last, err := s.lastDigest(ctx)
	hour := at.Unix() / 3600
	if err != nil || last == 0 || last >= hour {
		return err
	}
	if _, err = s.add(ctx, digestPlan(hour, last)); err != nil {
		return fmt.Errorf("plan the digests since the backup: %w", err)
	}
	return nil
}
