package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/cmd/kabarchy/backup"
	"kabarchy/cmd/kabarchy/config"
)

// backupCommand writes a backup.
type backupCommand struct {
	File    string `arg:"" help:"The file to write, as kabarchy.jsonl.gz. One that is there is replaced once the new one is whole. With - it goes to standard output."`
	Replace bool   `help:"Replace a file that holds more than twice as many subscribers as there are."`
}

// Run writes the file. Until it is whole it has another name: what is there already stays.
func (c *backupCommand) Run(ctx context.Context, out output) error {
	rdb, _, err := openRedisOf(ctx)
	if err != nil {
		return err
	}
	defer rdb.Close()
	id, err := rdb.boundID(ctx)
	if err == nil && id == "" {
		err = misuse(fmt.Errorf("redis at %s holds no bot's data: set the REDIS_URL that is meant", rdb.Where))
	}
	if err != nil {
		return err
	}
	began, told := time.Now(), out.stdout
	var taken backup.Taken
	var size int64
	if c.File == "-" {
		counted := &counting{Writer: out.stdout}
		taken, err = backup.Take(ctx, backup.Options{Redis: rdb.UniversalClient, Bot: id, Release: thisRelease().version}, counted)
		told, size = out.stderr, counted.bytes
	} else {
		taken, size, err = c.write(ctx, rdb, id)
	}
	if err != nil {
		return fmt.Errorf("back up redis at %s: %w", rdb.Where, err)
	}
	fmt.Fprintf(told, "%s: bot %s, %d subscribers, %d items; %.1f MB in %.1f s\n",
		c.File, id, taken.Subscribers, taken.Items, float64(size)/1e6, time.Since(began).Seconds())
	return nil
}

// counting counts what is written.
type counting struct {
	io.Writer
	bytes int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.bytes += int64(n)
	return n, err
}

// write writes a new file beside the one that it replaces.
func (c *backupCommand) write(ctx context.Context, rdb Redis, id string) (taken backup.Taken, size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(c.File), "."+filepath.Base(c.File)+"-*") // only its owner may read it
	if err != nil {
		return taken, 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	taken, err = backup.Take(ctx, backup.Options{Redis: rdb.UniversalClient, Bot: id, Release: thisRelease().version}, file)
	if err == nil {
		err = c.fewer(taken.Header)
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return taken, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return taken, 0, err
	}
	if err = os.Rename(file.Name(), c.File); err != nil {
		return taken, 0, err
	}
	return taken, info.Size(), file.Close()
}

// fewer is the error that the file that is there holds far more subscribers, or another bot's:
// a Redis that was lost must not cost the last good backup, too.
func (c *backupCommand) fewer(now backup.Header) error {
	there, err := os.Open(c.File)
	if errors.Is(err, fs.ErrNotExist) || c.Replace {
		return nil
	}
	if err != nil {
		return err
	}
	defer there.Close()
	before, err := backup.ReadHeader(there)
	switch {
	case err != nil:
		return misuse(fmt.Errorf("%s is there, and no backup that this release can read (%w): name another file, or say --replace", c.File, err))
	case before.Bot != now.Bot:
		return misuse(fmt.Errorf("%s holds the subscribers of bot %s, and redis those of bot %s: name another file, or say --replace", c.File, before.Bot, now.Bot))
	case vanished(before.Subscribers, now.Subscribers):
		return misuse(fmt.Errorf("%s holds %d subscribers, and redis %d: look what happened to redis; name another file, or say --replace",
			c.File, before.Subscribers, now.Subscribers))
	}
	return nil
}

// restoreCommand brings a backup back.
type restoreCommand struct {
	File   string `arg:"" help:"The file that kabarchy backup wrote."`
	Rebind bool   `help:"Make what the file holds this bot's, though another one's backup is in it. Never in a script."`
}

// Run restores the file into an empty Redis.
func (c *restoreCommand) Run(ctx context.Context, out output) error {
	rdb, environment, err := openRedisOf(ctx)
	if err != nil {
		return err
	}
	defer rdb.Close()
	file, err := os.Open(c.File)
	if err != nil {
		return misuse(err)
	}
	defer file.Close()
	began := time.Now()
	done, err := backup.Restore(ctx, backup.RestoreOptions{
		Redis: rdb.UniversalClient, Bot: botID(environment.Token), Rebind: c.Rebind, Schema: schema,
		Log: slog.New(slog.NewTextHandler(out.stderr, nil)),
	}, file)
	switch {
	case errors.As(err, new(*backup.NotEmpty)):
		return misuse(fmt.Errorf("redis at %s: %w", rdb.Where, err))
	case errors.As(err, new(*backup.OtherBot)):
		return misuse(err)
	case err != nil:
		return fmt.Errorf("restore %s into redis at %s: %w", c.File, rdb.Where, err)
	}
	fmt.Fprintf(out.stdout, "%s of %s: bot %s, %d subscribers, %d items; in %.1f s\n",
		c.File, done.Taken.Format(time.RFC3339), done.Bot, done.Subscribers, done.Items, time.Since(began).Seconds())
	fmt.Fprintf(out.stdout, "Held for a decision of an administrator: what the sources show that is not in the file, and %d broadcasts; late or stopped at the desk: %d.\n", done.Held, done.Late)
	fmt.Fprintln(out.stdout, "Who left after the file was written is subscribed again, and who came is not: nobody kept who that was. Start the service now.")
	return nil
}

// openRedisOf opens the Redis of the environment, and looks whether it can be used.
func openRedisOf(ctx context.Context) (Redis, config.Environment, error) {
	rdb, environment, err := redisOf()
	if err != nil {
		return Redis{}, environment, err
	}
	if err := rdb.Check(ctx); err != nil {
		return Redis{}, environment, errors.Join(unavailable(err), rdb.Close())
	}
	return rdb, environment, nil
}

// redisOf is the Redis of the environment, whether it can be used or not.
func redisOf() (Redis, config.Environment, error) {
	environment, err := config.ReadEnvironment(os.Environ())
	if err != nil {
		return Redis{}, environment, misuse(err)
	}
	redis.SetLogger(redisLog{slog.New(slog.DiscardHandler)}) // the error says it all
	rdb, err := OpenRedis(environment.Redis)
	if err != nil {
		return Redis{}, environment, misuse(err)
	}
	return rdb, environment, nil
}
