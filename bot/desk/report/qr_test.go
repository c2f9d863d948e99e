package report_test

import (
	"bytes"
	"image/png"
	"testing"

	"kabarchy/bot/desk/report"
)

// TestQR: the margin is white, and in three of the corners stands the square by which a
// camera finds a code.
func TestQR(t *testing.T) {
	t.Parallel()
	data, err := report.QR("https://t.me/kabarchy_bot?start=from-osh-bus")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	side := picture.Bounds().Dx()
	const module = 16
	dark := func(column, row int) bool {
		shade, _, _, _ := picture.At(column*module+module/2, row*module+module/2).RGBA()
		return shade == 0
	}
	modules := side / module
	if picture.Bounds().Dy() != side || modules*module != side || modules < 29+8 {
		t.Fatalf("%v", picture.Bounds())
	}
	for i := range modules {
		for _, at := range [][2]int{{i, 0}, {i, 3}, {0, i}, {3, i}, {i, modules - 1}, {modules - 4, i}} {
			if dark(at[0], at[1]) {
				t.Fatalf("the margin is dark at %v", at)
			}
		}
	}
	for _, corner := range [][2]int{{4, 4}, {modules - 11, 4}, {4, modules - 11}} {
		for i := range 7 {
			if x, y := corner[0], corner[1]; !dark(x+i, y) || !dark(x, y+i) || !dark(x+3, y+3) || dark(x+1, y+1) {
				t.Errorf("no square at %v", corner)
			}
		}
	}
}
