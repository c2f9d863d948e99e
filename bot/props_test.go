package bot_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
)

// props are what the people of a script send in words: "Words", "picture a Words", "file a
// Words" or "album a b Words". In words \n is a line's end, and **bold**, __italic__ and
// [a link](https://example.org) are that. A picture is always the same by its letter.
type props struct {
	channel  *simulator.Group  // whose posts they pass on
	pictures map[string]string // the names of their pictures, by content
}

// speak lets a person answer the newest question, forward a channel's post, or just send.
func (p *props) speak(server *simulator.Server, c *simulator.Citizen, verb, script string) error {
	all, err := p.words(script)
	switch {
	case err != nil:
		return err
	case verb == "forwards":
		return p.forward(server, c, all[0])
	case verb == "answers":
		all[0].ReplyTo = question(c)
	}
	if len(all) > 1 {
		_, err = c.Album(all...)
	} else {
		_, err = c.Say(all[0])
	}
	return err
}

func (p *props) forward(server *simulator.Server, c *simulator.Citizen, w simulator.Words) error {
	if p.channel == nil {
		p.channel = server.Channel("Ала-Тоо", "", c)
	}
	post, err := p.channel.Publish(w)
	if err != nil {
		return err
	}
	_, err = c.Forward(p.channel.Chat, post.ID)
	return err
}

// question is the newest question on a person's phone, or the bot's newest message if there
// is none.
func question(c *simulator.Citizen) (message int64) {
	asks := false
	for _, m := range c.Messages() {
		if m.Bot && (m.Question != nil || !asks) {
			message, asks = m.ID, m.Question != nil
		}
	}
	return message
}

// words reads what a script says.
func (p *props) words(script string) ([]simulator.Words, error) {
	kind, rest, _ := strings.Cut(script, " ")
	if kind != "picture" && kind != "file" && kind != "album" {
		return []simulator.Words{marked(script)}, nil
	}
	var all []simulator.Words
	for letter := range strings.FieldsSeq(rest) {
		if len(letter) != 1 || len(all) == 1 && kind != "album" {
			break
		}
		_, rest, _ = strings.Cut(rest, letter)
		all = append(all, simulator.Words{})
		if w := &all[len(all)-1]; kind == "file" {
			w.File, w.FileName = p.picture(letter), letter+".png"
		} else {
			w.Photo = p.picture(letter)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("a %s has to be named by one letter", kind)
	}
	said := marked(strings.TrimSpace(rest))
	all[0].Text, all[0].Entities = said.Text, said.Entities
	return all, nil
}

// picture is the picture of that name, always the same.
func (p *props) picture(name string) []byte {
	dots := image.NewGray(image.Rect(0, 0, 8, 8))
	copy(dots.Pix, name)
	var data bytes.Buffer
	if err := png.Encode(&data, dots); err != nil {
		panic(err) // into memory
	}
	if p.pictures == nil {
		p.pictures = map[string]string{}
	}
	p.pictures[data.String()] = name
	return data.Bytes()
}

// nameOf is how a script shows a picture that was uploaded: by the name that a person's has, or
// by its size.
func (p *props) nameOf(data []byte) string {
	if name, known := p.pictures[string(data)]; known {
		return "picture " + name
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "a picture that nobody can read"
	}
	return fmt.Sprintf("a picture, %d × %d", size.Width, size.Height)
}

// draw is a message as the scripts show it.
func (p *props) draw(server *simulator.Server, m simulator.Message) string {
	if data, found := server.Read(m.Photo); found {
		m.Photo = p.nameOf(data)
	}
	return bottest.Draw(m)
}

// mark is what the scripts set in bold or italic, or as a link.
var mark = regexp.MustCompile(`\*\*(.+?)\*\*|__(.+?)__|\[([^\]]+)\]\(([^)\s]+)\)`)

// marked reads a script's words with their marks.
func marked(script string) (w simulator.Words) {
	script = strings.ReplaceAll(script, `\n`, "\n")
	for {
		at := mark.FindStringSubmatchIndex(script)
		if at == nil {
			w.Text += script
			return w
		}
		w.Text += script[:at[0]]
		e := simulator.Entity{Offset: len(utf16.Encode([]rune(w.Text)))}
		for group, kind := range map[int]string{1: "bold", 2: "italic", 3: "text_link"} {
			if at[2*group] < 0 {
				continue
			}
			inner := script[at[2*group]:at[2*group+1]]
			e.Type, e.Length = kind, len(utf16.Encode([]rune(inner)))
			w.Text += inner
		}
		if at[8] >= 0 {
			e.URL = script[at[8]:at[9]]
		}
		w.Entities = append(w.Entities, e)
		script = script[at[1]:]
	}
}

// TestWords reads what scripts say in words.
func TestWords(t *testing.T) {
	t.Parallel()
	got := marked(`😀 **Жардам**\n\n[Ачылды](https://minjust.gov.kg/a) __бүгүн__`)
	want := []simulator.Entity{
		{Type: "bold", Offset: 3, Length: 6}, {Type: "text_link", Offset: 11, Length: 6, URL: "https://minjust.gov.kg/a"},
		{Type: "italic", Offset: 18, Length: 5},
	}
	if got.Text != "😀 Жардам\n\nАчылды бүгүн" || !slices.Equal(got.Entities, want) {
		t.Errorf("read %+v, want entities %+v", got, want)
	}
	var p props
	all, err := p.words("album a b Сүрөттөр")
	if err != nil || len(all) != 2 || all[0].Text != "Сүрөттөр" || string(all[0].Photo) == string(all[1].Photo) {
		t.Errorf("an album is %d messages: %v", len(all), err)
	}
	if again := p.picture("a"); string(again) != string(all[0].Photo) || p.nameOf(again) != "picture a" {
		t.Errorf("a picture is another the next time: %q", p.nameOf(again))
	}
}
