package simulator

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const maxAnswer = 200 // characters

func (s *Server) answerCallbackQuery(_ context.Context, q *query) (any, *Refusal) {
	a := Answer{Text: q.params["text"], Alert: q.flag("show_alert"), URL: q.params["url"]}
	if utf8.RuneCountInString(a.Text) > maxAnswer {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	if !s.account.presses.answer(q.params["callback_query_id"], a, s.account.now()) {
		return nil, QueryTooOld
	}
	return true, nil
}

const maxInlineResults = 50

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
	if !s.account.queries.answer(q.params["inline_query_id"], a, s.account.now()) {
		return nil, QueryTooOld
	}
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

// webDocument reports whether Telegram's servers would fetch the address of a thumbnail. One
// that they would not has all results refused.
func webDocument(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(u.Hostname(), ".")
}

func (s *Server) inlineResult(in inlineResultIn) (r InlineResult, refusal *Refusal) {
	if in.ID == "" || len(in.ID) > 64 {
		return r, bad("RESULT_ID_INVALID")
	}
	if in.Thumbnail != "" && !webDocument(in.Thumbnail) {
		return r, WebDocument
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
