package feeds

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
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

// tidyJSON rewrites a JSON Feed so that every field that is read is of the kind that
// the specification gives it (jsonfeed.org/version/1.1). A field that can't be
// understood costs that field, and an item that can't be, that item. cut says that the
// document ended in the middle: what came before is there.
func tidyJSON(text []byte) (tidy []byte, cut bool, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if _, err := decoder.Token(); err != nil {
		return nil, false, err
	}
	feed, items := make(map[string]any), []any{}
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
	})
	return tidy, err != nil, marshalErr
}

// tidyMember reads the next member of the feed.
func tidyMember(decoder *json.Decoder, feed map[string]any, items *[]any) error {
	name, err := decoder.Token()
	if err != nil {
		return err
	}
	if name != "items" {
		var value any
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		if name, ok := name.(string); ok {
			feed[name] = value
		}
		return nil
	}
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return cmp.Or(err, errors.New("its items are no list"))
	}
	for decoder.More() {
		var value any
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

// jsonTexts are the fields of an item that hold a text.
var jsonTexts = []string{"id", "url", "external_url", "title", "content_html", "summary", "image", "banner_image", "date_published", "date_modified"}

// tidyItem returns an item with what is read of it; nil for what is no item.
func tidyItem(value any) map[string]any {
	item, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	tidy := make(map[string]any)
	for _, name := range jsonTexts {
		if text := asText(item[name]); text != "" {
			tidy[name] = text
		}
	}
	if text := asText(item["content_text"]); text != "" && tidy["content_html"] == nil {
		tidy["content_html"] = strings.ReplaceAll(asHTML(text), "\n", "<br>")
	}
	var tags []string
	for _, tag := range asList(item["tags"]) {
		if text := asText(tag); text != "" {
			tags = append(tags, text)
		}
	}
	var attachments []any
	for _, a := range asList(item["attachments"]) {
		if a, ok := a.(map[string]any); ok {
			attachments = append(attachments, map[string]any{"url": asText(a["url"]), "mime_type": asText(a["mime_type"])})
		}
	}
	if len(tidy) == 0 {
		return nil
	}
	tidy["tags"], tidy["attachments"] = tags, attachments
	return tidy
}

// asText is a text that was given as one, as a number, or as an object that holds it.
func asText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case map[string]any:
		for _, name := range []string{"rendered", "url", "name", "term"} {
			if text, ok := value[name].(string); ok {
				return text
			}
		}
	}
	return ""
}

// asList is a list, or one value that stands for a list.
func asList(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	case string:
		var list []any
		for part := range strings.SplitSeq(value, ",") {
			list = append(list, strings.TrimSpace(part))
		}
		return list
	}
	return []any{value}
}
