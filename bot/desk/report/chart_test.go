package report_test

import (
	"bytes"
	"image/png"
	"strconv"
	"testing"

	"kabarchy/bot/desk/report"
)

// draw draws a chart with a title, and returns the title's pixels.
func draw(t testing.TB, title string) []byte {
	t.Helper()
	drawn, err := report.Chart{
		Title: title, Labels: []string{"10:00", "11:00"}, Number: strconv.Itoa,
		Series: []report.Series{{Name: "x", Values: []int{12000, 42000}}},
	}.PNG()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	var pixels []byte
	for y := range 80 {
		for x := range 120 {
			r, g, b, _ := picture.At(x, y).RGBA()
			pixels = append(pixels, byte(r), byte(g), byte(b))
		}
	}
	return pixels
}

// TestKyrgyzLettersAreDrawn: a font draws the same box for every letter that it lacks. None of
// these is that box, nor the Russian letter that it resembles.
func TestKyrgyzLettersAreDrawn(t *testing.T) {
	t.Parallel()
	empty, box := draw(t, " "), draw(t, "\U0001FFFE")
	for letter, resembles := range map[string]string{"ң": "н", "Ө": "О", "ү": "у"} {
		drawn := draw(t, letter)
		if bytes.Equal(drawn, empty) || bytes.Equal(drawn, box) {
			t.Errorf("%s is not drawn", letter)
		}
		if bytes.Equal(drawn, draw(t, resembles)) {
			t.Errorf("%s is drawn as %s", letter, resembles)
		}
	}
}

// TestChartsOfAllSizes: nothing is too little or too much to draw.
func TestChartsOfAllSizes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 400} {
		for _, lying := range []bool{false, true} {
			c := report.Chart{Title: string(bytes.Repeat([]byte("Өзгөчө "), n)), Lying: lying, Number: strconv.Itoa}
			var values []int
			for i := range n {
				c.Labels, values = append(c.Labels, "Юридикалык жардам жана кеңеш берүү борбору "+strconv.Itoa(i)), append(values, i*i)
			}
			c.Series = []report.Series{{Name: "Келди", Values: values}, {Name: "Кетти", Values: values}}
			drawn, err := c.PNG()
			if err != nil {
				t.Fatalf("%d, lying %v: %v", n, lying, err)
			}
			if is, err := png.DecodeConfig(bytes.NewReader(drawn)); err != nil || is.Width != 1200 || is.Height > 1600 {
				t.Errorf("%d, lying %v: %v, %v", n, lying, is, err)
			}
		}
	}
}

// BenchmarkChart reports how long a picture of a month takes, and how large it is.
func BenchmarkChart(b *testing.B) {
	c := report.Chart{Title: "Келгендер жана кеткендер", Number: strconv.Itoa, Series: make([]report.Series, 2)}
	for i := range 30 {
		c.Labels = append(c.Labels, strconv.Itoa(i+1))
		for s := range c.Series {
			c.Series[s].Values = append(c.Series[s].Values, i*i)
		}
	}
	size := 0
	for b.Loop() {
		drawn, err := c.PNG()
		if err != nil {
			b.Fatal(err)
		}
		size = len(drawn)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/picture")
	b.ReportMetric(float64(size)/1000, "kB/picture")
}
