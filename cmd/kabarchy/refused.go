package main

import (
	"context"
	"log/slog"
	"time"

	"kabarchy/bot/telegram"
)

// tellRefusedFor is how long a service whose token is refused can still be asked for its
// metrics, so that whoever watches learns why it ends.
const tellRefusedFor = 15 * time.Minute

// askAgainEvery is how often it is asked whether Telegram takes the token again.
const askAgainEvery = 10 * time.Second

// tellRefused keeps health and metrics there for a while where Telegram refuses the token that
// it took before: it was revoked. Where it takes it again, the end comes at once: whoever
// supervises the service starts it again. At the start a wrong token ends the service without
// this: somebody is looking on.
func tellRefused(ctx context.Context, err error, client *telegram.Client, log *slog.Logger) {
	if telegram.ReasonOf(err) != telegram.WrongToken {
		return
	}
	log.ErrorContext(ctx, "nothing is read and nothing is sent: telegram refuses the token that it took before; the service ends soon",
		"within", tellRefusedFor, "error", err)
	ctx, cancel := context.WithTimeout(ctx, tellRefusedFor)
	defer cancel()
	tick := time.NewTicker(askAgainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if client.Call(ctx, "getMe", nil, nil) == nil {
			return
		}
	}
}
