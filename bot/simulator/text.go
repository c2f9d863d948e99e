package simulator

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a message may hold, in characters after its entities are parsed, and before in bytes.
const (
	maxText     = 4096
	maxCaption  = 1024
	maxRaw      = 1 << 15
	maxEntities = 100
)

// formatted is a text with its entities taken out.
type formatted struct {
	text     string
	entities []Entity
}

// format reads a text as parse_mode says, or with the entities that came beside it,
// and trims it as Telegram does.
func format(text, mode, entities string) (formatted, *Refusal) {
	if len(text) > maxRaw {
		return formatted{}, bad("text is too long")
	}
	if !utf8.ValidString(text) {
		return formatted{}, bad("strings must be encoded in UTF-8")
	}
	var f formatted
	switch mode = strings.ToLower(mode); {
	case mode == "html" && text != "":
		parsed, found, err := parseHTML(text)
		if err != nil {
			return f, badf("can't parse entities: %s", err)
		}
		f = formatted{parsed, found}
	case mode == "" || mode == "none" || text == "":
		f.text = text
		if entities != "" {
			if err := json.Unmarshal([]byte(entities), &f.entities); err != nil {
				return f, badf("can't parse MessageEntity: %s", err)
			}
			sortEntities(f.entities)
		}
	default:
		// Markdown is a mode of Telegram's too, and none of the simulator's.
		return f, ParseModeUnknown
	}
	return f.trimmed(), nil
}

// trimmed cuts white space at both ends, and what of the entities was there.
func (f formatted) trimmed() formatted {
	text := strings.TrimRightFunc(f.text, unicode.IsSpace)
	head := len(text)
	if len(f.entities) > 0 {
		head = byteOffset(text, f.entities[0].Offset)
	}
	lead := head - len(strings.TrimLeft(text[:head], " \n"))
	text = text[lead:]
	end := utf16Length(text)
	var kept []Entity
	for _, e := range f.entities {
		e.Offset -= lead // spaces and line ends: a byte is a unit
		e.Length = min(e.Length, end-e.Offset)
		if e.Length > 0 && len(kept) < maxEntities {
			kept = append(kept, e)
		}
	}
	return formatted{text, kept}
}

// formatText reads the text of a message.
func formatText(text, mode, entities string) (formatted, *Refusal) {
	if text == "" {
		return formatted{}, TextEmpty
	}
	f, refusal := format(text, mode, entities)
	switch {
	case refusal != nil:
		return f, refusal
	case f.text == "":
		return f, TextNonEmpty
	case utf8.RuneCountInString(f.text) > maxText:
		return f, MessageTooLong
	}
	return f, nil
}

// formatCaption reads the caption of a photo, which may be empty.
func formatCaption(text, mode, entities string) (formatted, *Refusal) {
	f, refusal := format(text, mode, entities)
	if refusal == nil && utf8.RuneCountInString(f.text) > maxCaption {
		refusal = CaptionTooLong
	}
	return f, refusal
}

func (f formatted) equal(g formatted) bool {
	return f.text == g.text && slices.Equal(f.entities, g.entities)
}

// preview is the address whose preview a message shows; "" without one.
func preview(o *linkPreview, f formatted) string {
	if o != nil && o.Disabled {
		return ""
	}
	if o != nil && o.URL != "" {
		return o.URL
	}
	for _, e := range f.entities {
		if e.Type == "text_link" {
			return e.URL
		}
	}
	for _, scheme := range []string{"https://", "http://"} {
		if at := strings.Index(f.text, scheme); at >= 0 {
			link, _, _ := strings.Cut(f.text[at:], " ")
			link, _, _ = strings.Cut(link, "\n")
			return link
		}
	}
	return ""
}

type linkPreview struct {
	Disabled      bool   `json:"is_disabled,omitempty"`
	URL           string `json:"url,omitempty"`
	PreferSmall   bool   `json:"prefer_small_media,omitempty"`
	PreferLarge   bool   `json:"prefer_large_media,omitempty"`
	ShowAboveText bool   `json:"show_above_text,omitempty"`
}
