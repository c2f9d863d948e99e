package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
)

// doctorCommand looks at all that a running service needs.
type doctorCommand struct {
	configFlag
	JSON bool `name:"json" help:"Print JSON: a list of what was looked at."`
}

// finding is what one look has found.
type finding struct {
	About string `json:"about"`
	OK    bool   `json:"ok"`
	Says  string `json:"says"`
	Mend  string `json:"mend,omitempty"` // what to do where it is not well
}

// doctor looks at a service from outside.
type doctor struct {
	config *config.Config
	token  config.Secret
	redis  Redis
	client *telegram.Client
	http   *http.Client
	base   string // Telegram's address
	found  []finding
	active int // subscribers who get news; 0 where that is not known
}

// well notes that something is as it should be.
func (d *doctor) well(about, format string, values ...any) {
	d.found = append(d.found, finding{About: about, OK: true, Says: fmt.Sprintf(format, values...)})
}

// ill notes that something is not, and what mends it.
func (d *doctor) ill(about, mend, format string, values ...any) {
	d.found = append(d.found, finding{About: about, Says: fmt.Sprintf(format, values...), Mend: mend})
}

// Run prints what it finds, a line each. It fails with status 4 where anything is ill.
func (c *doctorCommand) Run(ctx context.Context, out output) error {
	configured, err := c.load()
	if err != nil {
		return err
	}
	rdb, environment, err := redisOf()
	if err != nil {
		return err
	}
	defer rdb.Close()
	d := &doctor{
		config: configured, token: environment.Token, redis: rdb, base: environment.Endpoint,
		http:   &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		client: telegram.NewClient(telegram.Options{Token: string(environment.Token), Endpoint: environment.Endpoint}),
	}
	d.look(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.print(out, c.JSON)
}

// look looks at everything. What needs Redis or Telegram is passed over where that is not there.
func (d *doctor) look(ctx context.Context) {
	d.well("zone", "it is %s in %s", time.Now().In(d.config.Zone()).Format("2 January 2006 15:04"), d.config.Timezone)
	if d.lookAtRedis(ctx) {
		for _, look := range []func(context.Context) error{d.lookAtData, d.lookAtLeader, d.lookAtSources, d.lookAtHubs, d.lookAtHeld} {
			if err := look(ctx); err != nil {
				d.ill("redis", "look at its log; kabarchy check", "%v", err)
			}
		}
	}
	if d.lookAtTelegram(ctx) {
		d.lookAtWebhook(ctx)
		d.lookAtAdmins(ctx)
		d.lookAtStars(ctx)
	}
}

func (d *doctor) print(out output, asJSON bool) error {
	ill := 0
	for _, f := range d.found {
		if !f.OK {
			ill++
		}
	}
	if asJSON {
		if err := out.json(d.found); err != nil {
			return err
		}
	} else {
		for _, f := range d.found {
			state, mend := "ok  ", ""
			if !f.OK {
				state, mend = "ILL ", " → "+f.Mend
			}
			if _, err := fmt.Fprintf(out.stdout, "%s %-10s %s%s\n", state, f.About, f.Says, mend); err != nil {
				return err
			}
		}
	}
	if ill > 0 {
		return &failure{exitNot, errors.New("not all is well")}
	}
	return nil
}
