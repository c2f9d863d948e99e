package main

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"kabarchy/bot/locale"
	"kabarchy/bot/simulator"
	"kabarchy/bot/simulator/browsertest"
)

// The film: how large it is on the screen and how much smaller in the file, and how often a
// picture is taken.
const (
	filmWidth, filmHeight = 1280, 720
	filmScale             = 0.7
	filmEvery             = 300 * time.Millisecond
	filmLongest           = 1500 * time.Millisecond // that a picture stands: waiting is cut
)

// visitorFilms films an announcement in the demo, from its draft to the phones, as docs/demo.gif.
func visitorFilms(t *testing.T, browser context.Context) {
	d := openDemo(t)
	phones := d.Telegram.Phones()
	o := office{
		visitor{t, browsertest.Tab(t, browser, filmWidth, filmHeight)},
		d, locale.For("ky"), officeTexts["ky"], phones[0], phones[2], phones[3],
	}
	browsertest.Do(t, o.ctx, chromedp.Navigate(d.address()))
	o.there("body.ready")
	o.click(browsertest.TestID("lang-en"))
	for _, c := range []*simulator.Citizen{o.writer, o.approver} {
		c.Send("/start ky")
		o.says(c, "✅", true)
	}
	o.click(browsertest.TestID("add-100"))
	browsertest.Wait(t, o.ctx, `Number(document.querySelector('[data-testid=audience-ky]').textContent) > 60`)

	var f film
	finish := f.shoot(t, o.ctx)
	o.faces(o.writer)
	o.asks(o.writer, "/desk", "🗞")
	o.press(o.writer, o.word("desk_new"))
	o.replies(o.words, o.text.right)
	o.press(o.writer, "➕ "+o.other().Name())
	o.replies(o.other(), o.text.other)
	o.press(o.writer, o.word("desk_look"))
	o.there(o.button(o.writer, o.word("desk_submit")))
	time.Sleep(2 * filmLongest) // to be read
	o.press(o.writer, o.word("desk_submit"))
	o.faces(o.approver)
	o.asks(o.approver, "/desk", "🗞")
	o.press(o.approver, o.word("desk_inbox"))
	o.press(o.approver, "📥 "+opening(o.text.right))
	o.press(o.approver, o.word("desk_look"))
	o.press(o.approver, o.word("desk_approve"))
	o.there(o.button(o.approver, o.word("desk_yes_approve")))
	time.Sleep(filmLongest)
	o.press(o.approver, o.word("desk_yes_approve"))
	o.there(o.button(o.approver, o.word("desk_dont_send")))
	o.faces(o.reader)
	o.says(o.reader, "18:00", true)
	browsertest.Wait(t, o.ctx, `document.querySelector('[data-testid=result]')`)
	time.Sleep(3 * filmLongest)
	finish()
	f.save(t, filepath.Join(top, "docs", "demo.gif"))
}

// faces brings a phone into sight.
func (o office) faces(c *simulator.Citizen) {
	o.t.Helper()
	browsertest.Do(o.t, o.ctx, chromedp.Evaluate[chromedp.Void](
		`document.querySelector('[data-testid="phone"][data-chat="`+strconv.FormatInt(c.ID(), 10)+`"]').scrollIntoView({behavior: 'instant', inline: 'center', block: 'nearest'})`))
}

// film is what was shot: pictures that differ, and how long each stood.
type film struct {
	pictures []image.Image
	stood    []time.Duration
}

// shoot takes pictures until finish is called.
func (f *film) shoot(t *testing.T, ctx context.Context) (finish func()) {
	t.Helper()
	ended := make(chan struct{})
	var shooting sync.WaitGroup
	shooting.Go(func() {
		var last []byte
		for tick := time.NewTicker(filmEvery); ; {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			shot, err := chromedp.Run(ctx, shot)
			switch {
			case err != nil:
				t.Errorf("film: %v", err)
				return
			case bytes.Equal(shot, last):
				f.stood[len(f.stood)-1] = min(f.stood[len(f.stood)-1]+filmEvery, filmLongest)
				continue
			}
			picture, err := png.Decode(bytes.NewReader(shot))
			if err != nil {
				t.Errorf("film: %v", err)
				return
			}
			last, f.pictures, f.stood = shot, append(f.pictures, picture), append(f.stood, filmEvery)
		}
	})
	return func() { close(ended); shooting.Wait() }
}

// shot is a picture of the page at the film's scale.
func shot(ctx context.Context, t *chromedp.Target) ([]byte, error) {
	answer, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip: &page.Viewport{Width: filmWidth, Height: filmHeight, Scale: filmScale},
	})
	return answer.Data, err
}

// save writes the film as a GIF in which each picture is what differs from the one before.
func (f *film) save(t *testing.T, name string) {
	t.Helper()
	colors := f.palette()
	index := map[color.RGBA]uint8{}
	var out gif.GIF
	var before *image.Paletted
	for i, picture := range f.pictures {
		whole := image.NewPaletted(picture.Bounds(), colors)
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				c := coarse(picture.At(x, y))
				at, known := index[c]
				if !known {
					at = uint8(colors[1:].Index(c) + 1)
					index[c] = at
				}
				whole.SetColorIndex(x, y, at)
			}
		}
		changed := image.NewPaletted(whole.Bounds(), colors)
		draw.Draw(changed, whole.Bounds(), whole, image.Point{}, draw.Src)
		for at := range whole.Pix {
			if before != nil && before.Pix[at] == whole.Pix[at] {
				changed.Pix[at] = 0 // transparent
			}
		}
		before = whole
		out.Image, out.Delay = append(out.Image, changed), append(out.Delay, int(f.stood[i]/(10*time.Millisecond)))
		out.Disposal = append(out.Disposal, gif.DisposalNone)
	}
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := gif.EncodeAll(file, &out); err != nil {
		t.Fatal(err)
	}
	if size, err := file.Stat(); err == nil {
		t.Logf("%d pictures, %d KB", len(out.Image), size.Size()/1000)
	}
}

// palette are the colours that are seen most, after one that is none.
func (f *film) palette() color.Palette {
	seen := map[color.RGBA]int{}
	for _, picture := range f.pictures {
		for y := 0; y < picture.Bounds().Dy(); y += 2 {
			for x := 0; x < picture.Bounds().Dx(); x += 2 {
				seen[coarse(picture.At(x, y))]++
			}
		}
	}
	most := slices.SortedFunc(maps.Keys(seen), func(a, b color.RGBA) int { return cmp.Compare(seen[b], seen[a]) })
	colors := color.Palette{color.RGBA{}}
	for _, c := range most[:min(len(most), 255)] {
		colors = append(colors, c)
	}
	return colors
}

// coarse is a colour of 16 levels of each light, so that few are many.
func coarse(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	level := func(v uint32) uint8 { return uint8((v*15+32767)/65535) * 17 }
	return color.RGBA{level(r), level(g), level(b), 255}
}
