package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

// What a printed code is made of, by ISO/IEC 18004: a margin of four modules all around.
const (
	qrMargin = 4  // modules
	qrModule = 16 // pixels of one: 11 cm of paper at 150 dots an inch, for a link of 50 letters
)

// QR draws a link as a QR code that a phone's camera opens, as a PNG. A sixth of it may be
// torn off or dirty.
func QR(link string) ([]byte, error) {
	code, err := qr.Encode(link, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	modules := code.Bounds().Dx()
	side := (modules + 2*qrMargin) * qrModule
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			at := image.Pt(x/qrModule-qrMargin, y/qrModule-qrMargin)
			if !at.In(code.Bounds()) {
				continue
			}
			if shade, _, _, _ := code.At(at.X, at.Y).RGBA(); shade == 0 {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	return out.Bytes(), nil
}
