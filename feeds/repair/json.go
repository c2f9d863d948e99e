package repair

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jsonStart finds where a JSON Feed begins, also behind what a script has printed
// before it; -1 where there is none.
func jsonStart(text []byte) int {
	at := bytes.IndexByte(text, '{')
	if at < 0 || len(bytes.TrimSpace(text[:at])) > 0 && !bytes.Contains(text, []byte("jsonfeed.org/version")) {
		return -1
	}
	return at
}

// repairJSON rewrites a JSON Feed that begins somewhere in a document.
func repairJSON(text []byte, at int) (Document, error) {
	tidy, cut, err := tidyJSON(joinHalves(text[at:]))
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	return Document{Text: tidy, Cut: cut, Ended: !cut, Around: text[:at]}, nil
}

// tidyJSON rewrites a JSON Feed so that every field that is read is of the kind that
// the specification gives it (jsonfeed.org/version/1.1). A field that can't be
// understood costs that field, and an item that can't be, that item. cut says that the
// document ended in the middle: what came before is there.
func tidyJSON(text []byte) (tidy []byte, cut bool, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil, false, err
	}
	feed, items := make(map[string]json.RawMessage), []any{}
	for err == nil && decoder.More() {
		err = tidyMember(decoder, feed, &items)
	}
	if err != nil && len(items) == 0 {
		return nil, false, err
	}
	version := asText(feed["version"])
	if !strings.Contains(version, "jsonfeed.org") && len(items) > 0 {
		version = "https://jsonfeed.org/version/1.1" // It looks like one.
	}
	tidy, marshalErr := json.Marshal(map[string]any{
		"version": version, "title": asText(feed["title"]), "home_page_url": asText(feed["home_page_url"]), "items": items,
		"feed_url": asText(feed["feed_url"]), "hubs": tidyHubs(feed["hubs"]),
	})
	return tidy, err != nil, marshalErr
}

// tidyMember reads the next member of the feed.
func tidyMember(decoder *json.Decoder, feed map[string]json.RawMessage, items *[]any) error {
	name, err := decoder.Token()
	if err != nil {
		return err
	}
	if name != "items" {
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		switch name {
		case "version", "title", "home_page_url", "feed_url", "hubs":
			feed[name.(string)] = value
		}
		return nil
	}
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return cmp.Or(err, errors.New("its items are no list"))
	}
	for decoder.More() {
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		if item := tidyItem(value); item != nil {
			*items = append(*items, item)
		}
	}
	_, err = decoder.Token()
	return err
}

// tidyHubs returns what is read of those that tell at once that the feed has news.
func tidyHubs(raw json.RawMessage) (hubs []map[string]string) {
	for _, one := range asList(raw) {
		var hub struct {
			Type json.RawMessage `json:"type"`
			URL  json.RawMessage `json:"url"`
		}
		if json.Unmarshal(one, &hub) == nil {
			hubs = append(hubs, map[string]string{"type": asText(hub.Type), "url": asText(hub.URL)})
		}
	}
	return hubs
}

// jsonItem is what is read of an item, each field of whatever kind.
type jsonItem struct {
	ID            json.RawMessage `json:"id"`
	URL           json.RawMessage `json:"url"`
	ExternalURL   json.RawMessage `json:"external_url"`
	Title         json.RawMessage `json:"title"`
	ContentHTML   json.RawMessage `json:"content_html"`
	ContentText   json.RawMessage `json:"content_text"`
	Summary       json.RawMessage `json:"summary"`
	Image         json.RawMessage `json:"image"`
	BannerImage   json.RawMessage `json:"banner_image"`
	DatePublished json.RawMessage `json:"date_published"`
	DateModified  json.RawMessage `json:"date_modified"`
	Tags          json.RawMessage `json:"tags"`
	Attachments   json.RawMessage `json:"attachments"`
}

// tidyItem returns an item with what is read of it; nil for what is no item.
func tidyItem(raw json.RawMessage) map[string]any {
	var item jsonItem
	if err := json.Unmarshal(raw, &item); err != nil {
		return nil
	}
	tidy := make(map[string]any)
	for name, value := range map[string]json.RawMessage{
		"id": item.ID, "url": item.URL, "external_url": item.ExternalURL, "title": item.Title,
		"content_html": item.ContentHTML, "summary": item.Summary, "image": item.Image, "banner_image": item.BannerImage,
		"date_published": item.DatePublished, "date_modified": item.DateModified,
	} {
		if text := asText(value); text != "" {
			tidy[name] = text
		}
	}
	if text := asText(item.ContentText); text != "" && tidy["content_html"] == nil {
		tidy["content_html"] = strings.ReplaceAll(asHTML(text), "\n", "<br>")
	}
	if len(tidy) == 0 {
		return nil
	}
	var tags []string
	for _, tag := range asList(item.Tags) {
		if text := asText(tag); text != "" {
			tags = append(tags, text)
		}
	}
	var attachments []any
	for _, raw := range asList(item.Attachments) {
		var a struct {
			URL  json.RawMessage `json:"url"`
			Type json.RawMessage `json:"mime_type"`
		}
		if json.Unmarshal(raw, &a) == nil {
			attachments = append(attachments, map[string]any{"url": asText(a.URL), "mime_type": asText(a.Type)})
		}
	}
	tidy["tags"], tidy["attachments"] = tags, attachments
	return tidy
}

// maxOdd is how many bytes of an odd field are looked into.
const maxOdd = 64 << 10

// asText is a text that was given as one, as a number, or as an object that holds it.
func asText(raw json.RawMessage) string {
	var text string
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		_ = json.Unmarshal(raw, &text)
	case raw[0] == '-', raw[0] >= '0' && raw[0] <= '9':
		text = string(raw)
	case raw[0] == '{' && len(raw) <= maxOdd:
		var holds struct{ Rendered, URL, Name, Term any }
		_ = json.Unmarshal(raw, &holds)
		for _, value := range []any{holds.Rendered, holds.URL, holds.Name, holds.Term} {
			if held, ok := value.(string); ok && text == "" {
				text = held
			}
		}
	}
	return text
}

// asList is a list, or one value that stands for a list.
func asList(raw json.RawMessage) (list []json.RawMessage) {
	switch {
	case len(raw) == 0 || len(raw) > maxOdd:
	case raw[0] == '[':
		_ = json.Unmarshal(raw, &list)
	case raw[0] == '"':
		for part := range strings.SplitSeq(asText(raw), ",") {
			quoted, err := json.Marshal(strings.TrimSpace(part))
			if err == nil {
				list = append(list, quoted)
			}
		}
	default:
		list = []json.RawMessage{raw}
	}
	return list
}
