package main

import (
	"context"
	"net/url"

	"kabarchy/bot/updates"
)

// receive has the updates come to this bot: it is the leader's to fetch them, or to see
// to it that Telegram brings them.
func (a *App) receive(ctx context.Context) error {
	if a.webhook != nil {
		return a.webhook.Keep(ctx)
	}
	return updates.NewPoller(a.updates, a.options.Redis).Run(ctx)
}

// addressPath is the path of an address of the configuration: where it is served.
func addressPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "" // no valid configuration has such an address
	}
	return u.Path
}
