package report

import (
	"fmt"
	"image/color"
	"slices"
	"sort"

	"github.com/go-analyze/charts"
)

// Chart is a picture of some numbers over a few labels, such as days or topics. Its words
// are in the reader's language; its numbers are to be folded before.
type Chart struct {
	Title  string
	Labels []string
	Series []Series
	// Lying asks for bars that lie beside their labels, for what has no order in time.
	Lying bool
	// Number writes a number as the reader's language does.
	Number func(n int) string
}

// Series is a row of numbers, one for each label.
type Series struct {
	Name   string
	Values []int
}

// A chart is as wide as a phone shows, twice over so that it stays sharp; one whose bars lie
// grows with them.
const (
	chartWidth, chartHeight = 1200, 800
	barHeight, barMargin    = 64, 260
	chartPadding            = 30
	titleSize, textSize     = 30, 22
	longestLabel            = 400
	numberedBars            = 12 // so many at most have room for their number
)

// colours are told apart also by who sees no red and green (Okabe and Ito, 2008).
var colours = []color.RGBA{{0x00, 0x72, 0xb2, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff}}

// PNG draws the chart.
func (c Chart) PNG() ([]byte, error) { return c.draw(charts.ChartOutputPNG) }

// SVG draws the chart with text that stays text.
func (c Chart) SVG() ([]byte, error) { return c.draw(charts.ChartOutputSVG) }

func (c Chart) draw(format string) ([]byte, error) {
	height := chartHeight
	if c.Lying {
		height = min(2*chartHeight, barMargin+barHeight*len(c.Labels)*max(1, len(c.Series)))
	}
	// Noto Sans comes with the library, under the Open Font License, and has the Kyrgyz
	// letters; the library's default has no Cyrillic at all.
	font := charts.GetFont(charts.FontFamilyNotoSans)
	painter := charts.NewPainter(charts.PainterOptions{
		OutputFormat: format, Width: chartWidth, Height: height, Font: font,
	})
	err := painter.BarChart(c.options(painter, charts.FontStyle{Font: font, FontSize: textSize}))
	if err != nil {
		return nil, fmt.Errorf("draw the chart: %w", err)
	}
	picture, err := painter.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw the chart: %w", err)
	}
	return picture, nil
}

// options are the chart as the library takes it.
func (c Chart) options(painter *charts.Painter, text charts.FontStyle) charts.BarChartOption {
	o := charts.NewBarChartOptionWithData(c.values())
	o.Theme = charts.GetTheme(charts.ThemeLight).WithSeriesColors(palette())
	o.Horizontal, o.Padding = c.Lying, charts.NewBox(chartPadding, chartPadding, 2*chartPadding, chartPadding)
	o.ValueFormatter = func(v float64) string { return c.Number(int(v)) }
	heading := text
	heading.FontSize = titleSize
	o.Title = charts.TitleOption{Text: fit(painter, c.Title, heading, chartWidth-3*chartPadding), FontStyle: heading}
	for _, label := range c.Labels {
		o.CategoryAxis.Labels = append(o.CategoryAxis.Labels, fit(painter, label, text, longestLabel))
	}
	o.CategoryAxis.LabelFontStyle, o.ValueAxis[0].LabelFontStyle = text, text
	o.ValueAxis[0].Min = charts.Ptr(0.0) // the library would begin near the least value, which exaggerates
	o.Legend = charts.LegendOption{Show: charts.Ptr(len(c.Series) > 1), FontStyle: text, Offset: charts.OffsetStr{Top: "85", Left: charts.PositionLeft}}
	for _, s := range c.Series {
		o.Legend.SeriesNames = append(o.Legend.SeriesNames, s.Name)
	}
	if c.Lying { // the library draws the last one on top
		slices.Reverse(o.CategoryAxis.Labels)
		o.ValueAxis[0].LabelCount = 4
	}
	for i := range o.SeriesList {
		o.SeriesList[i].Label = charts.SeriesLabel{
			Show: charts.Ptr(len(c.Series) == 1 && len(c.Labels) <= numberedBars), FontStyle: text, ValueFormatter: o.ValueFormatter,
		}
	}
	return o
}

// values are the numbers by series, in the order in which the library draws them.
func (c Chart) values() [][]float64 {
	values := make([][]float64, len(c.Series))
	for i, s := range c.Series {
		for _, n := range s.Values {
			values[i] = append(values[i], float64(n))
		}
		if c.Lying {
			slices.Reverse(values[i])
		}
	}
	return values
}

func palette() (all []charts.Color) {
	for _, c := range colours {
		all = append(all, charts.Color{R: c.R, G: c.G, B: c.B, A: c.A})
	}
	return all
}

// fit cuts a text to a width in pixels.
func fit(painter *charts.Painter, text string, style charts.FontStyle, width int) string {
	fits := func(text string) bool {
		box := painter.MeasureText(text, 0, style)
		return box.Width() <= width
	}
	letters := []rune(text)
	if len(letters) < width && fits(text) { // a letter is a pixel wide at least
		return text
	}
	letters = letters[:min(len(letters), width)]
	long := sort.Search(len(letters), func(n int) bool { return !fits(string(letters[:n+1]) + "…") })
	return string(letters[:long]) + "…"
}
