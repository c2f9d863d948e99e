package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kabarchy/bot/telegram"
)

// What the doctor finds too slow, or too far off.
const (
	slowTelegram = 2 * time.Second
	wrongClock   = 5 * time.Second
	manyPending  = 100
)

// lookAtTelegram reports whether Telegram knows the token.
func (d *doctor) lookAtTelegram(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	var me struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
		Inline   bool   `json:"supports_inline_queries"`
	}
	began := time.Now()
	err := d.client.Call(ctx, "getMe", nil, &me)
	took := time.Since(began)
	switch {
	case telegram.ReasonOf(err) == telegram.WrongToken && d.base != telegram.DefaultEndpoint:
		d.ill("token", "ask @BotFather for the token, and set TELEGRAM_BOT_TOKEN; or correct TELEGRAM_API_ENDPOINT", "%s refuses it, or is no Bot API server", d.shown())
	case telegram.ReasonOf(err) == telegram.WrongToken:
		d.ill("token", "ask @BotFather for the token, and set TELEGRAM_BOT_TOKEN", "Telegram refuses it")
	case err != nil:
		d.ill("telegram", "curl -sS "+d.shown()+"/; look at the network, a proxy, a firewall", "%s can't be reached: %v", d.shown(), err)
	case strconv.FormatInt(me.ID, 10) != botID(d.token):
		d.ill("token", "set TELEGRAM_BOT_TOKEN as @BotFather gave it", "it begins with %s, and Telegram says that it is bot %d's", botID(d.token), me.ID)
	case took > slowTelegram:
		d.ill("telegram", "ping the network's way there; a proxy or a DNS server may be slow", "@%s: an answer took %v", me.Username, took.Round(time.Millisecond))
	default:
		d.well("telegram", "the token is @%s's; an answer took %v", me.Username, took.Round(time.Millisecond))
	}
	if err != nil {
		return false
	}
	if !me.Inline {
		d.ill("profile", "/setinline at @BotFather", "sharing a search by @%s in other chats is off", me.Username)
	}
	d.lookAtClock(ctx)
	return true
}

// shown is Telegram's address without what may be secret in it.
func (d *doctor) shown() string {
	u, err := url.Parse(d.base)
	if err != nil {
		return "the address of TELEGRAM_API_ENDPOINT"
	}
	return u.Redacted()
}

// lookAtClock compares this machine's clock with what Telegram's server dates its answer.
func (d *doctor) lookAtClock(ctx context.Context) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, d.base, nil)
	if err != nil {
		return
	}
	response, err := d.http.Do(request)
	if err != nil {
		return // that Telegram can't be reached is told already
	}
	_ = response.Body.Close()
	dated, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return
	}
	if off := time.Since(dated).Round(time.Second); off.Abs() > wrongClock {
		which := "behind"
		if off > 0 {
			which = "ahead of"
		}
		d.ill("clock", "timedatectl set-ntp true", "this machine's is %v %s Telegram's: digests and schedules come at wrong times", off.Abs(), which)
		return
	}
	d.well("clock", "it is Telegram's")
}

// lookAtWebhook compares where Telegram brings updates with the configuration.
func (d *doctor) lookAtWebhook(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	var hook struct {
		URL       string `json:"url"`
		Pending   int    `json:"pending_update_count"`
		LastError string `json:"last_error_message"`
		ErrorAt   int64  `json:"last_error_date"`
	}
	if err := d.client.Call(ctx, "getWebhookInfo", nil, &hook); err != nil {
		d.ill("webhook", "kabarchy doctor again", "where updates go can't be told: %v", err)
		return
	}
	const restart = "start the service: the instance that leads sets it as configured; look whether another program uses the token"
	switch want := d.config.Telegram.Webhook; {
	case hook.URL != want && want == "":
		d.ill("webhook", restart, "none is configured, and Telegram brings updates to another program's")
	case hook.URL != want:
		d.ill("webhook", restart, "%s is configured, and Telegram does not bring updates there", want)
	case hook.LastError != "" && time.Since(time.Unix(hook.ErrorAt, 0)) < time.Hour:
		d.ill("webhook", "curl -sS -i "+want+"; look at the reverse proxy and its certificate", "Telegram could not bring updates at %s: %s",
			time.Unix(hook.ErrorAt, 0).In(d.config.Zone()).Format("15:04"), hook.LastError)
	case hook.Pending > manyPending:
		d.ill("webhook", "look at /readyz and the log of the instance that leads", "%d updates wait to be fetched", hook.Pending)
	case want == "":
		d.well("webhook", "none: updates are fetched, %d wait", hook.Pending)
	default:
		d.well("webhook", "%s, %d updates wait", want, hook.Pending)
	}
}

// lookAtAdmins asks Telegram whether each administrator can be written to. They see for some
// seconds that the bot is typing.
func (d *doctor) lookAtAdmins(ctx context.Context) {
	if len(d.config.Admins) == 0 {
		d.ill("admins", "put Telegram user ids under admins in the configuration", "there are none: nobody is asked what is doubtful")
	}
	for _, admin := range d.config.Admins {
		if ctx.Err() != nil {
			return
		}
		asking, cancel := context.WithTimeout(ctx, probePatience)
		err := d.client.Call(asking, "sendChatAction", map[string]string{"chat_id": strconv.FormatInt(admin, 10), "action": "typing"}, nil)
		cancel()
		if err != nil {
			d.ill("admins", "let them open the bot and press Start", "administrator %d can't be written to: %v", admin, err)
			continue
		}
		d.well("admins", "administrator %d can be written to", admin)
	}
}
