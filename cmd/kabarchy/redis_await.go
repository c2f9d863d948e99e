package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// redisPatience is how long Redis may take to answer one question.
	redisPatience = 5 * time.Second
	// redisAgain is how often the service asks when it waits for Redis at its start, and
	// redisRemind how often it says so.
	redisAgain, redisRemind = 500 * time.Millisecond, 10 * time.Second
)

// Check asks whether Redis answers, reads and writes, and whether the program may have
// it do so. It changes nothing. Its error says where Redis was looked for and what to do.
func (r Redis) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	err := r.Ping(ctx).Err()
	if err == nil || redis.IsPermissionError(err) {
		err = r.Rights(ctx)
	}
	return r.told(ctx, err)
}

// told says of an error where Redis was looked for and what to do.
func (r Redis) told(ctx context.Context, err error) error {
	var refused redis.Error
	switch {
	case err == nil:
		return nil
	case redis.IsLoadingError(err):
		return fmt.Errorf("redis at %s answers nothing yet%s: %w", r.Where, r.loaded(ctx), err)
	case redis.IsReadOnlyError(err):
		return fmt.Errorf("redis at %s is a replica and takes no writes: %w; give REDIS_URL the master's address, or that of the sentinels", r.Where, err)
	case errors.As(err, new(*denied)):
		return fmt.Errorf("redis at %s: %w", r.Where, err)
	case recovering(err):
		return fmt.Errorf("redis at %s can't do its work: %w", r.Where, err)
	case err != nil && strings.HasSuffix(err.Error(), "are unreachable: "+redis.Nil.Error()): // go-redis names no master that a sentinel does not know
		return fmt.Errorf("redis at %s: the sentinels know no master of that name: %w; correct master_name in REDIS_URL", r.Where, err)
	case errors.As(err, &refused) && strings.Contains(refused.Error(), "unknown command 'MULTI'"):
		return fmt.Errorf("redis at %s is a sentinel, or no redis: %w; to a sentinel's address in REDIS_URL belongs ?master_name=", r.Where, err)
	case errors.As(err, &refused):
		return fmt.Errorf("redis at %s refuses: %w; check user, password and address in REDIS_URL", r.Where, err)
	default:
		return fmt.Errorf("redis at %s can't be reached: %w; start it, or set REDIS_URL%s", r.Where, reason(r.dials.cause(err)), r.otherwise(err))
	}
}

// otherwise names what else keeps a server silent that is there.
func (r Redis) otherwise(err error) string {
	switch {
	case r.tls && (errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(tls.RecordHeaderError))):
		return ", which begins with redis:// where it speaks no TLS"
	case !r.tls && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return ", which begins with rediss:// where it speaks TLS alone"
	}
	return ""
}

// loaded says how far a server is that reads its file.
func (r Redis) loaded(ctx context.Context) string {
	text, err := r.Info(ctx, "persistence").Result()
	info := parseInfo(text)
	if err != nil || info["loading_loaded_perc"] == "" {
		return ""
	}
	return fmt.Sprintf(" (%s %% of its file is read, %s s to go)", info["loading_loaded_perc"], info["loading_eta_seconds"])
}

// recovering reports whether a server answers and can't do its work now, as in the middle
// of a failover, or with a full disk.
func recovering(err error) bool {
	var refused redis.Error
	if !errors.As(err, &refused) {
		return false
	}
	_, moved := redis.IsMovedError(err)
	return moved || redis.IsReadOnlyError(err) || redis.IsClusterDownError(err) || redis.IsTryAgainError(err) ||
		redis.IsMasterDownError(err) || redis.IsMaxClientsError(err) || redis.IsOOMError(err) ||
		redis.IsNoReplicasError(err) || strings.HasPrefix(refused.Error(), "MISCONF")
}

// mayPass reports whether waiting can mend what Check found: Redis is started, or fails
// over. A wrong password, a missing right and a wrong certificate stay as they are.
func mayPass(err error) bool {
	var refused redis.Error
	if recovering(err) {
		return true
	}
	return !errors.As(err, &refused) && !errors.As(err, new(*denied)) && !errors.As(err, new(*tls.CertificateVerificationError))
}

// Await is Check that waits for what may pass: while Redis reads its file as long as
// that takes, otherwise for at most the given time. It logs what it waits for.
func (r Redis) Await(ctx context.Context, atMost time.Duration, log *slog.Logger) error {
	began, first := time.Now(), time.Now()
	for said := (time.Time{}); ; {
		err := r.Check(ctx)
		switch {
		case err == nil:
			if !said.IsZero() {
				log.InfoContext(ctx, "redis is there", "after", time.Since(first).Round(time.Second).String())
			}
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case redis.IsLoadingError(err):
			began = time.Now() // it is there: what may come next has its own time
		case !mayPass(err) || time.Since(began) >= atMost:
			return err
		}
		if time.Since(said) >= redisRemind {
			said = time.Now()
			log.WarnContext(ctx, "waiting for redis", "error", err)
		}
		select {
		case <-time.After(redisAgain):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
