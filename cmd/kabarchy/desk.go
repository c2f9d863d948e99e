package main

import (
	"context"
	"errors"
	"html/template"
	"strconv"
	"time"

	"kabarchy/bot"
	"kabarchy/bot/delivery"
	"kabarchy/bot/desk"
	"kabarchy/bot/desk/web"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/feeds/fetch"
)

// rolesAt are the desk's roles by their names in the configuration.
var rolesAt = map[string]desk.Role{config.Officer: desk.Officer, config.Approver: desk.Approver, config.Operator: desk.Operator}

// colleagues are those at the desk.
func colleagues(c *config.Config) (people []desk.Person) {
	for _, p := range c.Colleagues() {
		person := desk.Person{ID: p.ID, Name: p.Name}
		for _, role := range p.Roles {
			person.Roles |= rolesAt[role]
		}
		people = append(people, person)
	}
	return people
}

// newDesk makes the press office. Without one in the configuration nobody writes there.
func (a *App) newDesk() (*desk.Desk, error) {
	o := a.options
	bot, err := strconv.ParseInt(botID(o.Token), 10, 64)
	if err != nil {
		bot = 0 // a token that Telegram will refuse
	}
	options := desk.Options{
		Redis: o.Redis, Archive: a.Archive, Engine: a.Engine, Bot: bot,
		People: colleagues(o.Config), Topics: topicIDs(o.Config), Zone: o.Config.Zone(), Ask: a.links.ask, Log: o.Log,
		PerSecond: o.Config.Telegram.MessagesPerSecond, CorrectWithin: time.Duration(o.Config.Telegram.CorrectWithinHours) * time.Hour,
	}
	if d := o.Config.Desk; d != nil {
		options.Writing, options.One, options.Alone, options.Hold = true, d.One(), d.Alone, time.Duration(d.HoldSeconds)*time.Second
	}
	return desk.New(options)
}

// newWeb makes the desk's pages; nil where the configuration gives them no address.
func (a *App) newWeb(sender *delivery.Sender, topics []render.Topic) (*web.Desk, error) {
	o := a.options
	a.pages = web.Options{
		Redis: o.Redis, Desk: a.Desk, Engine: a.Engine, Archive: a.Archive, Token: string(o.Token),
		Language: a.bot.LanguageOf, Username: a.bot.Username, Zone: o.Config.Zone(), Log: o.Log,
		Topics: webTopics(topics), Previews: webPreviews(sender), Census: a.Store.Census, ShowToAll: a.bot.ShowToAll,
		Pictures: pictures{a.bot, a.client, a.links.client},
	}
	if o.Config.DeskAddress() == "" {
		return nil, nil
	}
	return a.webAt(web.Options{Address: o.Config.DeskAddress()})
}

// webAt makes pages of the desk at the address of o, for its frames and with its cookie.
func (a *App) webAt(o web.Options) (*web.Desk, error) {
	at := a.pages
	at.Address, at.Frames, at.Cookie = o.Address, o.Frames, o.Cookie
	return web.New(at)
}

// deskPage is where the desk's pages are for somebody; empty where there are none.
func (a *App) deskPage(user int64) string {
	if a.options.DeskPage != nil {
		return a.options.DeskPage(user)
	}
	if address := a.options.Config.DeskAddress(); address != "" {
		return address + "/" // none stands at its end
	}
	return ""
}

// webTopics are the topics as the desk's pages name them.
func webTopics(topics []render.Topic) (all []web.Topic) {
	for _, topic := range topics {
		all = append(all, web.Topic{ID: topic.ID, Number: int(topic.Number), NameIn: topic.NameIn})
	}
	return all
}

// webPreviews has the pages show what a broadcast would send.
func webPreviews(sender *delivery.Sender) web.Previews {
	return func(_ context.Context, language string, item feeds.Item, editions map[string]feeds.Item) web.Message {
		drawn := sender.Drawn(language, item, editions)
		text := template.HTML(drawn.HTML) // the renderer escapes what is not its own
		return web.Message{HTML: text, Buttons: telegram.Labels(drawn.Markup), Picture: drawn.Image != ""}
	}
}

// pictures are those that Telegram keeps for the bot, and those of the sites.
type pictures struct {
	bot    *bot.Bot
	client *telegram.Client
	sites  *fetch.Client
}

// mostPicture is how large a picture may be that is shown: what Telegram makes of one is smaller.
const mostPicture = 10 << 20

func (p pictures) Picture(ctx context.Context, id string) ([]byte, error) {
	return p.client.Download(ctx, id, mostPicture)
}

func (p pictures) Keep(ctx context.Context, user int64, picture []byte) (string, error) {
	id, err := p.bot.KeepPicture(ctx, user, picture)
	if reason := telegram.ReasonOf(err); reason == telegram.PictureRefused || reason == telegram.TooLarge {
		err = errors.Join(web.ErrPicture, err)
	}
	return id, err
}

// mostFetched is how large a site's picture may be: Telegram takes none larger by its address, see
// https://core.telegram.org/bots/api#sending-files.
const mostFetched = 5 << 20

// Fetch gets a site's picture as the feeds are got: from public addresses alone, however it is led on.
func (p pictures) Fetch(ctx context.Context, address string) ([]byte, error) {
	got, err := p.sites.Get(ctx, fetch.Request{URL: address, Accept: "image/*", MaxBytes: mostFetched, OldTLS: true})
	switch {
	case err != nil:
		return nil, err
	case got.Cut:
		return nil, errors.New("the picture was cut short")
	}
	return got.Body, nil
}

// links asks pages whether they are there, as a reader's browser would. Only public addresses
// are dialled.
type links struct{ client *fetch.Client }

const (
	linkTimeout = 5 * time.Second
	linkBytes   = 64 << 10 // of a page that is there
)

func newLinks(o AppOptions) links {
	return links{fetch.New(fetch.Options{
		AllowPrivate: o.Config.Network.AllowPrivateAddresses, Dial: o.Dial, RootCAs: o.Config.Network.Roots(),
		UserAgent: feeds.DefaultUserAgent, Timeout: linkTimeout,
	})}
}

// ask returns no error where a link answers, and else the status of its answer, 0 where
// there was none.
func (l links) ask(ctx context.Context, link string) (status int, err error) {
	_, err = l.client.Get(ctx, fetch.Request{URL: link, Accept: "text/html,*/*;q=0.8", MaxBytes: linkBytes, OldTLS: true})
	var refused *fetch.StatusError
	switch {
	case errors.As(err, &refused):
		return refused.Code, err
	case errors.Is(err, fetch.ErrTooLarge): // there is more than we want of it
		return 0, nil
	}
	return 0, err
}
