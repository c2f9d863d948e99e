package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Words are what a person sends beside plain text.
type Words struct {
	// Text is the message's text, or the caption of its picture or file.
	Text string
	// Entities are those that the person has set. Commands and addresses need none: Telegram
	// finds them.
	Entities []Entity
	// ReplyTo is the message in the chat that they answer; 0 for none.
	ReplyTo int64
	// Photo is a picture: a PNG, a JPEG or a GIF.
	Photo []byte
	// File is sent as it is, also where it is a picture. It needs a FileName.
	File     []byte
	FileName string
}

// ErrWords says that no phone sends such words.
var ErrWords = errors.New("simulator: no phone sends this")

// albumSize is how many pictures an album has at most; at least two.
const albumSize = 10

// Say sends words to the bot, as Send does, and returns the update's id. A text that is too
// long for one message is sent as several, as phones do; then it is the last one's.
func (c *Citizen) Say(w Words) (update int64, err error) {
	parts, err := c.files.messages(w)
	if err != nil {
		return 0, err
	}
	for _, m := range parts {
		if update, err = c.submit(m); err != nil {
			return update, err
		}
	}
	return update, nil
}

// Album sends 2 to 10 pictures as one album, which the bot hears of in as many updates. It
// returns the last one's id.
func (c *Citizen) Album(pictures ...Words) (update int64, err error) {
	if len(pictures) < 2 || len(pictures) > albumSize {
		return 0, fmt.Errorf("%w: an album of %d", ErrWords, len(pictures))
	}
	var all []Message
	for _, w := range pictures {
		if w.Photo == nil {
			return 0, fmt.Errorf("%w: an album of texts", ErrWords)
		}
		part, err := c.files.messages(w)
		if err != nil {
			return 0, err
		}
		all = append(all, part...)
	}
	album := strconv.FormatInt(13_000_000_000_000_000+c.account.lastMessage.Load(), 10)
	for _, m := range all {
		m.Album = album
		if update, err = c.submit(m); err != nil {
			return update, err
		}
	}
	return update, nil
}

// Publish publishes a post in a channel, as Post does, and returns the last message that it
// became.
func (g *Group) Publish(w Words) (Message, error) {
	parts, err := g.chats.files.messages(w)
	if err != nil {
		return Message{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range parts {
		g.speak(User{}, m)
	}
	return g.messages[len(g.messages)-1], nil
}

// Forward passes a message of some chat on to the bot: without its buttons, and with its
// text as it stood there.
func (c *Citizen) Forward(from *Chat, message int64) (update int64, err error) {
	from.mu.Lock()
	m, found := from.message(message)
	if !found || m.Protected || m.Service != "" {
		from.mu.Unlock()
		return 0, fmt.Errorf("forward from chat %d: %w %d", from.id, ErrNoMessage, message)
	}
	next := Message{Text: m.Text, Entities: m.Entities, Photo: m.Photo, FileID: m.FileID, File: m.File, Origin: from.originOf(*m)}
	from.mu.Unlock()
	return c.submit(next)
}

// originOf says where a message was written first. c.mu is held.
func (c *Chat) originOf(m Message) *Origin {
	if m.Origin != nil {
		return m.Origin
	}
	o := &Origin{Name: m.Name, Date: m.Date}
	if c.kind == Channel {
		o.Channel, o.Message = c.id, m.ID
		return o
	}
	o.User = c.wireMessage(m).From
	return o
}

// messages are the words as the phone sends them.
func (f *files) messages(w Words) ([]Message, error) {
	end := utf16Length(w.Text)
	for _, e := range w.Entities {
		if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > end {
			return nil, fmt.Errorf("%w: entity %+v outside of a text of %d units", ErrWords, e, end)
		}
	}
	text := formatted{w.Text, append(slices.Clone(w.Entities), marks(w.Text)...)}
	sortEntities(text.entities)
	text = text.trimmed()
	m := Message{ReplyTo: w.ReplyTo}
	switch {
	case w.Photo != nil && w.File != nil, w.File != nil && w.FileName == "", w.Photo == nil && w.File == nil && text.text == "":
		return nil, fmt.Errorf("%w: %+v", ErrWords, w)
	case w.Photo != nil:
		if refusal := checkPicture(w.Photo); refusal != nil {
			return nil, fmt.Errorf("%w: %w", ErrWords, refusal)
		}
		kept := f.keep("photos", upload{"photo.jpg", w.Photo})
		m.FileID, m.Photo = kept.id, kept.address
	case w.File != nil:
		kept := f.keep("documents", upload{w.FileName, w.File})
		m.FileID, m.File = kept.id, kept.file()
	default:
		return m.parts(text), nil
	}
	if long := utf8.RuneCountInString(text.text); long > maxCaption {
		return nil, fmt.Errorf("%w: a caption of %d characters", ErrWords, long)
	}
	m.Text, m.Entities = text.text, text.entities
	return []Message{m}, nil
}

// parts are a text as so many messages as it takes, cut at a space if there is one. Only the
// first of them is the answer.
func (m Message) parts(f formatted) (parts []Message) {
	for {
		head, rest := f.cut(maxText)
		m.Text, m.Entities = head.text, head.entities
		parts = append(parts, m)
		if rest.text == "" {
			return parts
		}
		f, m.ReplyTo = rest, 0
	}
}

// cut returns the first so many UTF-16 units at most, up to a space or a line's end, and what
// follows that.
func (f formatted) cut(most int) (head, rest formatted) {
	if utf16Length(f.text) <= most {
		return f, formatted{}
	}
	end := byteOffset(f.text, most)
	begin := end
	if space := strings.LastIndexAny(f.text[:end], " \n"); space > 0 {
		end, begin = space, space+1
	}
	return f.between(0, end).trimmed(), f.between(begin, len(f.text)).trimmed()
}

// between returns the text between two bytes, with what its entities mark of it.
func (f formatted) between(begin, end int) (part formatted) {
	part.text = f.text[begin:end]
	from, to := utf16Length(f.text[:begin]), utf16Length(f.text[:end])
	for _, e := range f.entities {
		first, last := max(e.Offset, from), min(e.Offset+e.Length, to)
		if e.Offset, e.Length = first-from, last-first; e.Length > 0 {
			part.entities = append(part.entities, e)
		}
	}
	return part
}

// submit makes the person write a message to the bot, which thereby comes to know them.
func (c *Citizen) submit(m Message) (update int64, err error) {
	c.Unblock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.ReplyTo != 0 {
		if _, found := c.message(m.ReplyTo); !found {
			return 0, fmt.Errorf("reply in chat %d: %w %d", c.id, ErrNoMessage, m.ReplyTo)
		}
	}
	c.person.started = true
	return c.speak(c.person.user, m), nil
}
