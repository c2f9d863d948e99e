package bot_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"strings"
	"unicode/utf16"

	"kabarchy/bot/bottest"
	"kabarchy/bot/simulator"
)

// props are what the people of a script send.
type props struct {
	channel  *simulator.Group  // whose posts they pass on
	pictures map[string]string // the names of their pictures, by content
}

// words reads what a script says: "Words", "picture a Words", "file a Words" or "album a b Words".
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
func (s *scene) draw(m simulator.Message) string {
	if data, found := s.telegram.Read(m.Photo); found {
		m.Photo = s.nameOf(data)
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
