package page

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"unicode/utf16"

	"kabarchy/bot/simulator"
)

// longestCaption is that of a picture, in UTF-16 units.
const longestCaption = 1024

// picture sends the sample picture, with what was written below it.
func (p *handler) picture(_ context.Context, q request) (any, error) {
	c, err := p.person(q.Chat)
	if err != nil {
		return nil, err
	}
	caption := strings.TrimSpace(q.Text)
	if len(utf16.Encode([]rune(caption))) > longestCaption {
		return nil, fmt.Errorf("%w: below a picture stand at most %d characters", errRequest, longestCaption)
	}
	_, err = c.Say(simulator.Words{Photo: samplePicture(), Text: caption, ReplyTo: q.Reply})
	return nil, err
}

// forward passes a message of the chat on to the bot.
func (p *handler) forward(_ context.Context, q request) (any, error) {
	c, err := p.person(q.Chat)
	if err != nil {
		return nil, err
	}
	_, err = c.Forward(c.Chat, q.Message)
	return nil, err
}

// samplePicture is a picture to send: mountains under a morning sky.
var samplePicture = sync.OnceValue(func() []byte {
	const width, height = 640, 400
	ridges := []struct {
		base, slope int
		shade       color.RGBA
	}{{150, 3, color.RGBA{0x9f, 0xb4, 0xd6, 0xff}}, {230, 2, color.RGBA{0x5f, 0x7f, 0xb2, 0xff}}, {310, 4, color.RGBA{0x2c, 0x4f, 0x86, 0xff}}}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			shade := color.RGBA{uint8(0xff - y/8), uint8(0xd8 - y/9), uint8(0xa8 + y/6), 0xff}
			for i, r := range ridges {
				peak := (x*(i+2) + 97*i) % 240
				if y > r.base-min(peak, 240-peak)/r.slope {
					shade = r.shade
				}
			}
			picture.SetRGBA(x, y, shade)
		}
	}
	var data bytes.Buffer
	if err := png.Encode(&data, picture); err != nil {
		panic(err) // into memory
	}
	return data.Bytes()
})
