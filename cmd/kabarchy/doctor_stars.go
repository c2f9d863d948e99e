package main

import (
	"context"
	"errors"
	"net/http"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/telegram"
)

// fewestStars is how many Stars a bot must have for any message to be paid for
// (https://core.telegram.org/bots/api#paid-broadcasts).
const fewestStars = 10_000

// lookAtStars looks whether there are enough for the next urgent announcement, where anything may be
// paid for.
func (d *doctor) lookAtStars(ctx context.Context) {
	paid := d.config.Telegram.Paid
	if paid == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	var has struct {
		Amount int `json:"amount"`
	}
	var refused *telegram.APIError
	switch err := d.client.Call(ctx, "getMyStarBalance", nil, &has); {
	case errors.As(err, &refused) && refused.Code == http.StatusNotFound:
		d.ill("stars", "update telegram-bot-api", "how many Stars the bot has can't be told: %s is older than Bot API 9.1", d.shown())
		return
	case err != nil:
		d.ill("stars", "kabarchy doctor again", "how many Stars the bot has can't be told: %v", err)
		return
	}
	price := paid.StarsADay
	if d.active > 0 {
		price = min(price, broadcast.Stars(d.active))
	}
	const mend = "put Stars on the bot's balance at @BotFather, or take telegram.paid out of the configuration"
	switch {
	case has.Amount < fewestStars:
		d.ill("stars", mend, "the bot has %d, and Telegram lets a bot pay that has %d: urgent announcements go at the free rate", has.Amount, fewestStars)
	case has.Amount < price:
		d.ill("stars", mend, "the bot has %d, and an urgent announcement to all may cost %d: what is left goes at the free rate", has.Amount, price)
	default:
		d.well("stars", "the bot has %d; an urgent announcement to all may cost %d, a day %d", has.Amount, price, paid.StarsADay)
	}
}
