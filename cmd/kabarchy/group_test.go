package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestGroupStopsInReverseOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		var ended []string
		for _, name := range []string{"first", "second", "third"} {
			g.start(t.Context(), name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // to end takes a while: the next one waits for it
				ended = append(ended, name)
				return ctx.Err()
			})
		}
		stopping, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := g.stop(stopping); err != nil {
			t.Error(err)
		}
		if want := []string{"third", "second", "first"}; !slices.Equal(ended, want) {
			t.Errorf("ended %v, want %v", ended, want)
		}
	})
}

func TestGroupOutlivesTheContextItWasStartedUnder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		starting, started := context.WithCancel(t.Context())
		alive := true
		g.start(starting, "part", func(ctx context.Context) error {
			<-ctx.Done()
			alive = false
			return nil
		})
		started()
		if err := g.wait(starting); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if !alive {
			t.Error("the part ended before it was stopped")
		}
		if err := g.stop(t.Context()); err != nil || alive {
			t.Errorf("after stop: alive %v, %v", alive, err)
		}
	})
}

func TestGroupTellsOfTheFirstFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		first := errors.New("first")
		for i, err := range []error{first, errors.New("second")} {
			g.start(t.Context(), "part", func(context.Context) error {
				time.Sleep(time.Duration(i) * time.Second)
				return err
			})
		}
		time.Sleep(time.Minute)
		if err := g.wait(t.Context()); !errors.Is(err, first) {
			t.Errorf("got %v", err)
		}
		if err := g.stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestGroupNamesWhoIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		g.start(t.Context(), "the sloth", func(context.Context) error {
			time.Sleep(time.Minute)
			return nil
		})
		stopping, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.stop(stopping); err == nil || !strings.Contains(err.Error(), "the sloth did not end in time") {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Hour)
	})
}
