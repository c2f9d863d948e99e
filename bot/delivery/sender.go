package delivery

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// Options say how items are rendered and who hears of trouble.
type Options struct {
	// Zone is the one in which dates are written; UTC if nil.
	Zone *time.Location
	// Topics are those whose names an item's message prints; none if nil.
	Topics []render.Topic
	// Editions finds an item in other languages, to which its message then leads; none if nil.
	Editions func(ctx context.Context, id string) (map[string]feeds.Item, error)
	// Username is the bot's name, without the @; empty while it is not known. By it the buttons
	// in groups and channels are links into the private chat; they wait for an answer if nil.
	Username func() string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log hears of messages that had to be simplified; nothing if nil.
	Log *slog.Logger
	// Registerer takes the metrics; none are kept if nil.
	Registerer prometheus.Registerer
}

// Sender brings deliveries to Telegram. Each is one attempt; what can be mended at once
// is: a picture that Telegram refuses is left out, a text that it can't parse goes
// plain, a forum topic that is no more gives way to the general one. It is safe for
// concurrent use.
type Sender struct {
	client   *telegram.Client
	renderer render.Renderer
	editions func(ctx context.Context, id string) (map[string]feeds.Item, error)
	username func() string
	log      *slog.Logger
	pages    *lru.Cache[pageKey, render.Message]
	ladder   *ladder
}

var _ broadcast.Sender = (*Sender)(nil)

// itemKey names what a page is rendered from; zero where no other chat gets the same.
type itemKey struct {
	item     string
	revision int
}

// pageKey names a page: the item as it is, and for whom it is made.
type pageKey struct {
	itemKey
	render.Variant
	today bool
}

func keyOf(item feeds.Item) itemKey { return itemKey{item.ID, item.Revision} }

// NewSender returns a sender over the client.
func NewSender(c *telegram.Client, o Options) *Sender {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Editions == nil {
		o.Editions = func(context.Context, string) (map[string]feeds.Item, error) { return nil, nil }
	}
	if o.Username == nil {
		o.Username = func() string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{
		client:   c,
		renderer: render.Renderer{Zone: o.Zone, Topics: o.Topics, Now: o.Now},
		editions: o.Editions,
		username: o.Username,
		log:      o.Log,
		pages:    remembering[pageKey, render.Message](64),
		ladder:   newLadder(c, o.Log, o.Registerer),
	}
}

// Deliver makes one attempt at the delivery and returns the message that the chat has
// then. Its error is nil or a *broadcast.Error.
//
// A correction finds a message that its reader has deleted: nothing is left to correct,
// and that is a success. What can't be edited any more, or is out of reach, is sent anew.
func (s *Sender) Deliver(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	var (
		sent = d.Message
		err  error
	)
	switch d.Kind {
	case broadcast.Correction:
		sent, err = s.correct(ctx, d)
	case broadcast.Withdrawal:
		err = s.withdraw(ctx, d)
	case broadcast.Digest:
		sent, err = s.digest(ctx, d)
	default:
		sent, err = s.send(ctx, d)
	}
	if err != nil {
		return broadcast.Message{}, verdictOn(d, err)
	}
	return sent, nil
}

func (s *Sender) send(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	sent, err := s.ladder.deliver(ctx, keyOf(d.Item), s.outgoing(d, s.page(ctx, d.Item, s.variantOf(d))), messageTo(d.Chat))
	return remembered(sent), err
}

// messageTo makes the request for a new message, for broadcasts and previews alike.
func messageTo(chat int64) func(render.Outgoing) (method string, params map[string]string) {
	return func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(chat)
		m.Place(params)
		if m.Picture == "" {
			return "sendMessage", params
		}
		params["photo"] = m.Picture
		return "sendPhoto", params
	}
}

// correct edits the message that the chat has. A text can't get a picture afterwards,
// nor a picture lose itself: the message keeps its sort.
func (s *Sender) correct(ctx context.Context, d broadcast.Delivery) (broadcast.Message, error) {
	switch {
	case d.Message == deletedAtOnce:
		return d.Message, nil
	case d.Message.ID == 0:
		return s.send(ctx, d)
	}
	m := s.outgoing(d, s.page(ctx, d.Item, s.variantOf(d)))
	m.Caption = d.Message.Caption
	if !m.Caption {
		m.Picture = ""
	}
	_, err := s.ladder.deliver(ctx, keyOf(d.Item), m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(d.Chat)
		params["message_id"] = strconv.FormatInt(d.Message.ID, 10)
		switch {
		case m.Picture != "":
			params["media"] = m.Media()
			return "editMessageMedia", params
		case m.Caption:
			return "editMessageCaption", params
		default:
			return "editMessageText", params
		}
	})
	switch telegram.ReasonOf(err) {
	case telegram.Unchanged, telegram.NoMessage:
		return d.Message, nil
	case telegram.NotEditable:
		return s.send(ctx, d)
	}
	return d.Message, err
}

// withdraw deletes the message, or, where Telegram finds it too old for that, puts a
// notice in its place. Where it is out of reach, the notice is a message of its own.
func (s *Sender) withdraw(ctx context.Context, d broadcast.Delivery) error {
	switch {
	case d.Message == deletedAtOnce:
		return nil
	case d.Message.ID == 0:
		return s.notice(ctx, d)
	}
	message := map[string]string{
		"chat_id":    strconv.FormatInt(d.Chat, 10),
		"message_id": strconv.FormatInt(d.Message.ID, 10),
	}
	err := s.client.Call(ctx, "deleteMessage", message, nil)
	if telegram.ReasonOf(err) == telegram.NotDeletable {
		notice := locale.For(d.Item.Language).T("screen.withdrawn", nil)
		method, field := "editMessageText", "text"
		if d.Message.Caption {
			method, field = "editMessageCaption", "caption"
		}
		message[field], message["parse_mode"] = notice, "HTML"
		err = s.client.Call(ctx, method, message, nil)
	}
	switch telegram.ReasonOf(err) {
	case telegram.Unchanged, telegram.NoMessage:
		return nil
	}
	return err
}

// variantOf says how a delivery shows its item.
func (s *Sender) variantOf(d broadcast.Delivery) render.Variant {
	v := render.Variant{Corrected: d.Kind == broadcast.Correction, Bot: s.botIn(d.Chat), NoPicture: d.Preferences.NoPictures}
	v.Missing, _ = d.Item.For(d.Preferences.Languages)
	return v
}

// botIn is the bot's name where a message is seen by many: in a group or a channel, whose ids
// are below zero. It is empty elsewhere.
func (s *Sender) botIn(chat int64) string {
	if chat >= 0 {
		return ""
	}
	return s.username()
}

// outgoing is the message as one would like to send it.
func (s *Sender) outgoing(d broadcast.Delivery, page render.Message) render.Outgoing {
	m := render.Outgoing{
		Message: page,
		Thread:  d.Preferences.Thread, Silent: d.Silent, Paid: d.Paid,
	}
	if m.Image != "" && !d.Preferences.NoPictures {
		m.Picture = s.ladder.pictures.name(m.Image)
	}
	return m
}

// page renders an item once for all who get it so. Without its editions it would be just
// as good a message, so that a failure to find them is logged and no more.
func (s *Sender) page(ctx context.Context, item feeds.Item, v render.Variant) render.Message {
	key := pageKey{keyOf(item), v, s.renderer.Today(item)}
	if p, ok := s.pages.Get(key); ok {
		return p
	}
	editions, err := s.editions(ctx, item.ID)
	if err != nil {
		s.log.WarnContext(ctx, "editions can't be had", "item", item.ID, "error", err)
	}
	p := s.renderer.Variant(item, editions, v)
	s.pages.Add(key, p)
	return p
}

// notice says in a new message which item was taken back.
func (s *Sender) notice(ctx context.Context, d broadcast.Delivery) error {
	text := locale.For(d.Item.Language).T("screen.withdrawn", nil) + "\n" + render.Tagged("b", render.Cut(render.OneLine(d.Item.Title), render.HeadlineLimit))
	m := render.Outgoing{Message: render.Message{HTML: text, Plain: render.WithoutTags(text)}, Thread: d.Preferences.Thread, Silent: true}
	_, err := s.ladder.deliver(ctx, itemKey{}, m, func(m render.Outgoing) (string, map[string]string) {
		params := m.Params(d.Chat)
		m.Place(params)
		return "sendMessage", params
	})
	return err
}

// deletedAtOnce stands for a message that came and was deleted at once, as Telegram says of
// what a chat does not want: nothing is left to correct or to take back. It has no id and yet
// a caption, unlike a message that is out of reach.
var deletedAtOnce = broadcast.Message{Caption: true}

// remembered is how a broadcast remembers a message.
func remembered(m telegram.Sent) broadcast.Message {
	if m.ID == 0 {
		return deletedAtOnce
	}
	return broadcast.Message{ID: m.ID, Caption: len(m.Photo) > 0}
}
