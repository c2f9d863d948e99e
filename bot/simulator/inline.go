package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxInlineResults = 50

// InlineQuery types @bot and a query into some chat's line.
func (c *Citizen) InlineQuery(query, offset string) *InlineQuery {
	s := c.server
	c.mu.Lock()
	c.person.known = true
	c.mu.Unlock()
	q := &InlineQuery{citizen: c, when: s.now(), answer: make(chan InlineAnswer, 1)}
	s.inlines.begin(q)
	s.updates.push(c.id, "inline_query", wireInlineQuery{ID: q.id, From: c.User(), Query: query, Offset: offset, ChatType: "private"})
	return q
}

func (i *inlines) begin(q *InlineQuery) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.open == nil {
		i.open = map[string]*InlineQuery{}
	}
	for id, old := range i.open {
		if q.when.Sub(old.when) > inlineLife {
			delete(i.open, id)
		}
	}
	i.last++
	q.id = strconv.FormatInt(8_800_000_000_000_000+i.last, 10)
	i.open[q.id] = q
}

// end takes the query that an answer is for; nil if it is unknown, answered or too old.
func (i *inlines) end(id string, now time.Time) *InlineQuery {
	i.mu.Lock()
	defer i.mu.Unlock()
	q := i.open[id]
	delete(i.open, id)
	if q == nil || now.Sub(q.when) > inlineLife {
		return nil
	}
	return q
}

// Answer waits for the bot's results.
func (q *InlineQuery) Answer(ctx context.Context) (InlineAnswer, error) {
	select {
	case a := <-q.answer:
		q.answer <- a
		return a, nil
	case <-ctx.Done():
		return InlineAnswer{}, fmt.Errorf("wait for inline results: %w", ctx.Err())
	}
}

// Choose sends a result to a chat, as a message of the person through the bot.
func (q *InlineQuery) Choose(result InlineResult, to *Chat) Message {
	to.mu.Lock()
	defer to.mu.Unlock()
	m := result.Message
	m.Inline, m.From, m.Name = true, q.citizen.id, q.citizen.User().FirstName
	m = to.add(m)
	to.server.updates.push(q.citizen.id, "chosen_inline_result", wireChosen{
		ResultID: result.ID, From: q.citizen.User(), InlineID: inlineID(m),
	})
	return m
}

// inlineMessage finds the chat and the number that an inline_message_id names.
func (s *Server) inlineMessage(id string) (c *Chat, number int64) {
	chatPart, messagePart, _ := strings.Cut(id, "_")
	chat, err1 := strconv.ParseInt(chatPart, 36, 64)
	number, err2 := strconv.ParseInt(messagePart, 36, 64)
	if err1 != nil || err2 != nil {
		return nil, 0
	}
	c, _ = s.Chat(chat)
	return c, number
}

func (s *Server) answerInlineQuery(_ context.Context, q *query) (any, *Refusal) {
	given, refusal := object[[]inlineResultIn](q, "results", "JSON encoded inline query results")
	switch {
	case refusal != nil:
		return nil, refusal
	case given == nil:
		return nil, bad("can't parse JSON encoded inline query results: results are empty")
	case len(*given) > maxInlineResults:
		return nil, bad("RESULTS_TOO_MUCH")
	}
	a := InlineAnswer{
		NextOffset: q.params["next_offset"],
		CacheTime:  time.Duration(q.between("cache_time", 300, 0, 86_400)) * time.Second,
		Personal:   q.flag("is_personal"),
	}
	if len(a.NextOffset) > 64 {
		return nil, bad("NEXT_OFFSET_INVALID")
	}
	for _, in := range *given {
		result, refusal := s.inlineResult(in)
		switch {
		case refusal != nil:
			return nil, refusal
		case slices.ContainsFunc(a.Results, func(r InlineResult) bool { return r.ID == result.ID }):
			return nil, bad("RESULT_ID_DUPLICATE")
		}
		a.Results = append(a.Results, result)
	}
	waiting := s.inlines.end(q.params["inline_query_id"], s.now())
	if waiting == nil {
		return nil, QueryTooOld
	}
	waiting.answer <- a
	return true, nil
}

// inlineResultIn is the Bot API's InlineQueryResult, of an article or a photo.
type inlineResultIn struct {
	Type            string          `json:"type"`
	ID              string          `json:"id"`
	Title           string          `json:"title"`
	Description     string          `json:"description"`
	Thumbnail       string          `json:"thumbnail_url"`
	PhotoURL        string          `json:"photo_url"`
	PhotoFileID     string          `json:"photo_file_id"`
	Caption         string          `json:"caption"`
	CaptionEntities json.RawMessage `json:"caption_entities"`
	ParseMode       string          `json:"parse_mode"`
	ReplyMarkup     json.RawMessage `json:"reply_markup"`
	Content         *struct {
		Text        string          `json:"message_text"`
		ParseMode   string          `json:"parse_mode"`
		Entities    json.RawMessage `json:"entities"`
		LinkPreview *linkPreview    `json:"link_preview_options"`
	} `json:"input_message_content"`
}

func (s *Server) inlineResult(in inlineResultIn) (r InlineResult, refusal *Refusal) {
	if in.ID == "" || len(in.ID) > 64 {
		return r, bad("RESULT_ID_INVALID")
	}
	r = InlineResult{ID: in.ID, Title: in.Title, Description: in.Description, Thumbnail: in.Thumbnail}
	if r.Message.Keyboard, refusal = (&query{params: map[string]string{"reply_markup": string(in.ReplyMarkup)}}).keyboard(); refusal != nil {
		return r, refusal
	}
	switch {
	case in.Type == "article" && in.Title == "":
		return r, bad("can't parse inline query result: Can't find field \"title\"")
	case in.Type == "article" && in.Content == nil:
		return r, bad("can't parse inline query result: Can't find field \"input_message_content\"")
	case in.Content != nil:
		text, refusal := formatText(in.Content.Text, in.Content.ParseMode, string(in.Content.Entities))
		if refusal != nil {
			return r, refusal
		}
		r.Message.Text, r.Message.Entities = text.text, text.entities
		r.Message.Preview = preview(in.Content.LinkPreview, text)
	case in.Type == "photo":
		caption, refusal := formatCaption(in.Caption, in.ParseMode, string(in.CaptionEntities))
		if refusal != nil {
			return r, refusal
		}
		r.Message.Text, r.Message.Entities = caption.text, caption.entities
		r.Message.FileID, r.Message.Photo, refusal = s.photo(&query{}, "", in.PhotoURL+in.PhotoFileID)
		return r, refusal
	default:
		return r, badf("can't parse inline query result: type %q is unsupported for the inline query result", in.Type)
	}
	return r, nil
}
