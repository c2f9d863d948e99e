package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/search"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// explainCommand tells why a chat has an item.
type explainCommand struct {
	configFlag
	Item string `arg:"" help:"The item's id: what stands behind open_ in a link to it in the chat, and in the log as item."`
	Chat int64  `arg:"" help:"The chat's id, a number. A group's is below zero: write -- before the two."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run prints the steps, a line each. It fails with status 4 where the chat neither has the item
// nor will.
func (c *explainCommand) Run(ctx context.Context, out output) error {
	configured, err := c.load()
	if err != nil {
		return err
	}
	rdb, environment, err := openRedisOf(ctx)
	if err != nil {
		return err
	}
	defer rdb.Close()
	if err := rdb.BoundTo(ctx, environment.Token); err != nil {
		return err
	}
	engine, err := onlooker(ctx, configured, rdb)
	if err != nil {
		return unavailable(err)
	}
	x, err := engine.Explain(ctx, c.Item, c.Chat)
	if errors.Is(err, feeds.ErrNotFound) {
		return misuse(fmt.Errorf("no item %q is in the archive", c.Item))
	}
	if err != nil {
		return unavailable(err)
	}
	if c.JSON {
		err = out.json(x)
	} else {
		err = printExplanation(out, x, configured.Zone())
	}
	if err == nil && x.Outcome != broadcast.Has && x.Outcome != broadcast.Will {
		err = &failure{exitNot, fmt.Errorf("chat %d has not got item %s", c.Chat, c.Item)}
	}
	return err
}

// outcomes are how an operator reads them.
var outcomes = map[broadcast.Outcome]string{
	broadcast.Has: "the chat has it", broadcast.Will: "the chat will have it", broadcast.Wont: "the chat won't have it",
	broadcast.Waits: "it waits for a person", broadcast.Unknown: "nobody knows any more",
}

func printExplanation(out output, x broadcast.Explanation, zone *time.Location) error {
	t := tabwriter.NewWriter(out.stdout, 0, 0, 2, ' ', 0)
	for _, step := range x.Steps {
		fmt.Fprintf(t, "%s\t%s\n", step.About, step.Says)
	}
	when := ""
	if !x.When.IsZero() {
		when = ", on " + x.When.In(zone).Format("2 January 2006 15:04")
	}
	fmt.Fprintf(t, "so\t%s%s\n", outcomes[x.Outcome], when)
	return t.Flush()
}

// onlooker is an engine that sends nothing, and judges as the service's does.
func onlooker(ctx context.Context, c *config.Config, rdb Redis) (*broadcast.Engine, error) {
	store := subscriptions.NewStore(rdb)
	numbers, err := store.TopicNumbers(ctx)
	if err != nil {
		return nil, err
	}
	return broadcast.New(broadcast.Options{
		Redis: rdb, Store: store, Archive: feeds.NewArchive(rdb), Zone: c.Zone(), Topics: numbers, Says: search.Says,
		Keep: time.Duration(c.Telegram.CorrectWithinHours) * time.Hour, Brake: desk.Brake{Redis: rdb},
	}), nil
}
