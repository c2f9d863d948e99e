package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/feeds"
)

// RestoreOptions are what a restore needs.
type RestoreOptions struct {
	Redis redis.UniversalClient
	// Bot is whose token is at hand, by id; Rebind makes what another's backup holds this one's.
	Bot    string
	Rebind bool
	// Schema is the number up to which this release reads what is in Redis.
	Schema int
	Log    *slog.Logger
}

// Restored is what a restore has come to.
type Restored struct {
	Header
	// Held are the broadcasts, and Late the announcements of the desk, that wait for a person.
	Held, Late int
}

// OtherBot is the error that a file is another bot's.
type OtherBot struct{ File, Token string }

func (o *OtherBot) Error() string {
	return fmt.Sprintf("the file holds the subscribers of bot %s, and TELEGRAM_BOT_TOKEN is that of bot %s: set the token of the former; "+
		"only if all is to be the latter's from now on, restore it with --rebind", o.File, o.Token)
}

// NotEmpty is the error that something else is in Redis.
type NotEmpty struct{ Key string }

func (n *NotEmpty) Error() string {
	return fmt.Sprintf("it is not empty, it holds %s: restore into an empty one; "+
		"where that is what the file is to replace, stop the bot, look that this is the right Redis, and empty it with FLUSHDB", n.Key)
}

// Restore brings back what a file holds. It reads the file twice: nothing is written before
// all of it is known to be as it was written. Where it fails after that, the marker stays,
// and Restore may be called again: it begins anew.
func Restore(ctx context.Context, o RestoreOptions, file io.ReadSeeker) (Restored, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h, err := Verify(file, o.Schema)
	if err != nil {
		return Restored{}, err
	}
	if h.Bot != o.Bot && !o.Rebind {
		return Restored{}, &OtherBot{h.Bot, o.Bot}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Restored{}, err
	}
	m, over, err := begin(ctx, o.Redis)
	if err != nil {
		return Restored{}, err
	}
	if err := clearRest(ctx, o.Redis, over); err != nil {
		if !over { // nothing was written
			err = errors.Join(err, m.end(context.WithoutCancel(ctx)))
		}
		return Restored{}, err
	}
	loads := &loading{rdb: o.Redis, marker: m, now: time.Now()}
	if err := loads.file(ctx, file); err != nil {
		return Restored{}, fmt.Errorf("%w; what was written is not whole, and the service does not start on it: restore again", err)
	}
	done := Restored{Header: h}
	if err := settle(ctx, o, &done); err != nil {
		return Restored{}, err
	}
	return done, m.end(ctx)
}

// clearRest makes sure that nothing is there, or takes away what a restore that died has left.
func clearRest(ctx context.Context, rdb redis.UniversalClient, over bool) error {
	return scan(ctx, rdb, "", func(keys []string) error {
		keys = slices.DeleteFunc(keys, func(key string) bool { return key == KeyRestoring })
		for _, key := range keys {
			if !over || familyOf(key) == nil {
				return &NotEmpty{key}
			}
		}
		_, err := rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for _, key := range keys {
				pipe.Unlink(ctx, key)
			}
			return nil
		})
		return err
	})
}

// valuesAtOnce is how many values are written in one exchange with Redis.
const valuesAtOnce = 20_000

// loading is a restore that writes.
type loading struct {
	rdb    redis.UniversalClient
	marker *marker
	now    time.Time
	pipe   redis.Pipeliner
	values int
}

// file writes all lines of a file.
func (w *loading) file(ctx context.Context, from io.Reader) error {
	w.pipe = w.rdb.Pipeline()
	err := lines(from, func(Header) error { return nil }, func(l line) error {
		w.put(ctx, l)
		if w.values < valuesAtOnce {
			return nil
		}
		return w.flush(ctx)
	})
	if err != nil {
		return err
	}
	return w.flush(ctx)
}

func (w *loading) flush(ctx context.Context) error {
	w.values = 0
	if err := w.marker.alive(ctx); err != nil {
		return err
	}
	if _, err := w.pipe.Exec(ctx); err != nil {
		return fmt.Errorf("write to redis: %w", err)
	}
	return nil
}

// atOnce is how many values one command takes.
const atOnce = 1000

// put writes a line. What has expired since it was read is left out.
func (w *loading) put(ctx context.Context, l line) {
	if l.Expires > 0 && l.Expires <= w.now.UnixMilli() {
		return
	}
	w.values += len(l.Values)
	for part := range slices.Chunk(l.Values, atOnce) {
		w.command(ctx, l, part)
	}
	if l.Expires > 0 {
		w.pipe.PExpire(ctx, l.Key, time.UnixMilli(l.Expires).Sub(w.now))
	}
}

func (w *loading) command(ctx context.Context, l line, part []string) {
	values := make([]any, len(part))
	for i, v := range part {
		values[i] = v
	}
	switch l.Type {
	case "string":
		w.pipe.Set(ctx, l.Key, part[0], 0)
	case "hash":
		w.pipe.HSet(ctx, l.Key, values...)
	case "set":
		w.pipe.SAdd(ctx, l.Key, values...)
	case "list":
		w.pipe.RPush(ctx, l.Key, values...)
	case "zset":
		members := make([]redis.Z, 0, len(part)/2)
		for pair := range slices.Chunk(part, 2) {
			score, _ := strconv.ParseFloat(pair[1], 64)
			members = append(members, redis.Z{Member: pair[0], Score: score})
		}
		w.pipe.ZAdd(ctx, l.Key, members...)
	case "stream":
		w.pipe.XAdd(ctx, &redis.XAddArgs{Stream: l.Key, ID: part[0], Values: values[1:]})
	}
}

// settle has what came since the file was written wait for a person.
func settle(ctx context.Context, o RestoreOptions, done *Restored) error {
	if done.Bot != o.Bot {
		pipe := o.Redis.TxPipeline()
		pipe.HSet(ctx, "{news}:bot", "id", o.Bot)
		pipe.Set(ctx, "{news}:bot:id", o.Bot, 0)
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("make it bot %s's: %w", o.Bot, err)
		}
	}
	if err := feeds.NewArchive(o.Redis).Restored(ctx, time.Now()); err != nil {
		return err
	}
	var err error
	if done.Late, err = desk.Restored(ctx, o.Redis, o.Log); err != nil {
		return err
	}
	halted, err := desk.Brake{Redis: o.Redis}.Halted(ctx)
	if err != nil {
		return err
	}
	done.Held, err = broadcast.Restored(ctx, o.Redis, halted, time.Now())
	return err
}
