package updates

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/telegram"
)

const (
	// webhookCheck is how often Telegram is asked how the webhook fares.
	webhookCheck = time.Minute
	// webhookConnections is how many updates Telegram may bring at a time: its most.
	webhookConnections = 100
)

// webhookInfo is what Telegram knows of a webhook. The secret is not part of it.
type webhookInfo struct {
	URL           string   `json:"url"`
	Pending       int      `json:"pending_update_count"`
	Connections   int      `json:"max_connections"`
	Allowed       []string `json:"allowed_updates"`
	LastErrorDate int64    `json:"last_error_date"` // Unix seconds; 0 if there was none
	LastErrorText string   `json:"last_error_message"`
}

// Keep tells Telegram of the webhook, and then looks each minute whether it is still
// set and what Telegram says of it, until ctx is done. It is for one instance at a
// time. It returns nil then, and an error if the token is wrong. No update is lost when
// the webhook takes the place of long polling, or another address its place.
func (w *Webhook) Keep(ctx context.Context) error {
	k := keeper{Webhook: w}
	for failures := 0; ; {
		pause := w.every
		switch err := k.look(ctx); {
		case ctx.Err() != nil:
			return nil
		case telegram.WrongTokenError(err) != nil:
			return telegram.WrongTokenError(err)
		case err != nil:
			failures++
			pause = telegram.Backoff(time.Second, w.every, failures)
			var refused *telegram.APIError
			if errors.As(err, &refused) {
				pause = max(pause, refused.RetryAfter)
			}
			w.dispatcher.log.ErrorContext(ctx, "webhook not set or not looked at, trying again", "failures", failures, "error", err)
		default:
			failures = 0
		}
		if sleep(ctx, pause) != nil {
			return nil
		}
	}
}

// keeper is Keep's memory. It belongs to one goroutine.
type keeper struct {
	*Webhook
	looked    bool  // once at least
	wasSet    bool  // once at least
	lastError int64 // date of the last failure that was seen
	troubled  int   // looks in a row with a failure since the one before
	refused   bool  // Telegram finds this webhook wrong: it is not set again unchanged
}

// look sets the webhook unless it is set already.
func (k *keeper) look(ctx context.Context) error {
	var info webhookInfo
	if err := k.dispatcher.client.Call(ctx, "getWebhookInfo", nil, &info); err != nil {
		return err
	}
	k.metrics.pending.Set(float64(info.Pending))
	failed := k.failed(ctx, info)
	k.looked = true
	if k.isSet(info) && !(failed && unauthorizedHere(info)) {
		k.wasSet = true
		return nil
	}
	if k.refused {
		return nil
	}
	if k.wasSet && info.URL != k.address {
		k.dispatcher.log.WarnContext(ctx, "somebody took the webhook away: does another program use this bot?", "found", info.URL)
	}
	err := k.dispatcher.client.Call(ctx, "setWebhook", map[string]string{
		"url": k.address, "secret_token": k.secret,
		"allowed_updates": telegram.AllowedUpdates, "max_connections": strconv.Itoa(webhookConnections),
	}, nil)
	k.refused = telegram.ReasonOf(err).IsOurFault()
	if err != nil {
		return err
	}
	k.wasSet = true
	k.dispatcher.log.InfoContext(ctx, "webhook set", "address", k.address, "pending", info.Pending)
	return nil
}

// isSet reports whether Telegram knows the webhook as it is.
func (k *keeper) isSet(info webhookInfo) bool {
	var want []string
	_ = json.Unmarshal([]byte(telegram.AllowedUpdates), &want) // our own constant
	slices.Sort(want)
	slices.Sort(info.Allowed)
	return info.URL == k.address && info.Connections == webhookConnections && slices.Equal(info.Allowed, want)
}

// unauthorizedHere reports whether the last delivery was answered as a wrong secret is: the
// webhook was set by somebody who did not know ours, which Telegram shows to nobody.
func unauthorizedHere(info webhookInfo) bool { return strings.Contains(info.LastErrorText, "401") }

// failed reports whether a delivery has failed since the last look, and tells the operator:
// at the first time, and then ever more seldom.
func (k *keeper) failed(ctx context.Context, info webhookInfo) bool {
	first := !k.looked
	failed := info.LastErrorDate > k.lastError
	k.lastError = max(k.lastError, info.LastErrorDate)
	if !failed || first { // what failed before this instance led is over, or fails again
		k.troubled = 0
		return failed
	}
	k.metrics.failures.Inc()
	if k.troubled++; telegram.WorthLogging(k.troubled) {
		k.dispatcher.log.WarnContext(ctx, "telegram could not deliver to the webhook", "address", k.address,
			"says", info.LastErrorText, "at", time.Unix(info.LastErrorDate, 0).UTC(), "pending", info.Pending, "looks", k.troubled)
	}
	return true
}
