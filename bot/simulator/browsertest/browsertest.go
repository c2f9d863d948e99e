// Package browsertest opens pages in a real browser (Chromium, without a window) for
// tests, and keeps pictures of what they show.
//
// A browser costs more than all else that a package tests: a test that opens one runs where
// BROWSER=true, PICTURES=true or CI=true is set, and is skipped by name elsewhere. Where it is
// to run and there is no browser, it is skipped, too; with CI=true it fails. What a page's
// scripts throw or its console calls an error fails the test. Browsers end with their tests.
package browsertest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stepPatience is how long one step of a test may take. A step takes milliseconds; beside
// compilers and race detectors on two cores, a browser's first page took over 15 s.
const stepPatience = time.Minute

// Open starts a browser whose page is width by height CSS pixels, in Kyrgyz. The
// context is for chromedp.Run; it ends with the test.
func Open(tb testing.TB, width, height int) context.Context {
	tb.Helper()
	return OpenIn(tb, "ky", width, height)
}

// OpenIn is Open with the browser's language: "ky", "ru-RU".
func OpenIn(tb testing.TB, language string, width, height int) context.Context {
	tb.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(tb)),
		chromedp.NoSandbox, // a root user's Chromium refuses its sandbox
		chromedp.DisableGPU,
		chromedp.UserDataDir(tb.TempDir()),
		chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("accept-lang", language),
		chromedp.Flag("lang", language),
	)
	// No limit of its own: parallel tests that share a browser may wait long for their turn.
	ctx, end := chromedp.NewExecAllocator(tb.Context(), options...)
	tb.Cleanup(end)
	return tab(tb, ctx, width, height)
}

// Tab opens one more page in the browser of a context, of a size of its own. A browser
// takes longer to start than most tests to run.
func Tab(tb testing.TB, browser context.Context, width, height int) context.Context {
	tb.Helper()
	return tab(tb, browser, width, height)
}

func tab(tb testing.TB, ctx context.Context, width, height int) context.Context {
	tb.Helper()
	heard := &complaints{}
	ctx, leave := chromedp.NewContext(ctx, chromedp.WithListener(heard.hear))
	tb.Cleanup(func() {
		leave()
		for _, line := range heard.all() {
			tb.Errorf("the page complained: %s", line)
		}
	})
	Do(tb, ctx, listening, Dark(false), Size(width, height))
	return ctx
}

// Do runs the steps in the browser, and ends the test when one fails.
func Do(tb testing.TB, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	tb.Helper()
	limited, cancel := ctx, context.CancelFunc(func() {})
	if chromedp.FromContext(ctx).Target != nil { // the first run's context is the browser's life
		limited, cancel = context.WithTimeout(ctx, stepPatience)
	}
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		fail(tb, ctx, "in the browser: %v", err)
	}
}

// Click clicks an element that rests: a place that is looked up while a page scrolls is another's
// a moment later. One that the page draws anew meanwhile is looked for again.
func Click(tb testing.TB, ctx context.Context, selector string) {
	tb.Helper()
	rests(tb, ctx, selector)
	limited, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	for {
		err := chromedp.Do(limited, chromedp.Click(chromedp.CSS(selector)))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "Could not find node with given id") || limited.Err() != nil {
			fail(tb, ctx, "click %s: %v", selector, err)
		}
	}
}

// rests waits until an element is in view, and is where it was a moment before.
func rests(tb testing.TB, ctx context.Context, selector string) {
	tb.Helper()
	Wait(tb, ctx, fmt.Sprintf(`(() => {
		const element = document.querySelector(%q);
		if (!element) return false;
		element.scrollIntoView({behavior: "instant", block: "nearest", inline: "nearest"});
		const {x, y, width, height} = element.getBoundingClientRect();
		const before = element.restedAt;
		element.restedAt = [x, y, width, height].join();
		return width > 0 && element.restedAt === before;
	})()`, selector))
}

// Wait returns when the JavaScript expression is true on the page, and ends the test
// when it is not within [stepPatience].
func Wait(tb testing.TB, ctx context.Context, expression string) {
	tb.Helper()
	page := ctx
	ctx, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for answers := 0; ; {
		asking, done := context.WithTimeout(ctx, stepPatience/4) // a page that is being loaded may lose a question
		holds, err := chromedp.Run(asking, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		lost := asking.Err() != nil && ctx.Err() == nil
		done()
		switch {
		case err == nil:
			answers++
		case !lost:
			fail(tb, page, "wait for %s: %v, after %d answers", expression, err, answers)
		}
		if holds {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			fail(tb, page, "the page never came to %s, by %d answers", expression, answers)
		}
	}
}

// fail ends the test, and keeps and says what the page shows.
func fail(tb testing.TB, ctx context.Context, format string, arguments ...any) {
	tb.Helper()
	limited, cancel := context.WithTimeout(ctx, stepPatience/4)
	defer cancel()
	if text, err := chromedp.Run(limited, chromedp.Evaluate[string](`[location.href, document.readyState, document.body?.innerText].join("\n")`)); err == nil {
		tb.Logf("the page shows: %.2000s", text)
	}
	if picture, err := chromedp.Run(limited, chromedp.CaptureScreenshot()); err == nil {
		keep(tb, "failed-"+strings.ReplaceAll(tb.Name(), "/", "-"), picture)
	}
	tb.Fatalf(format, arguments...)
}

// Text is what an element of the page says.
func Text(tb testing.TB, ctx context.Context, selector string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS(selector)))
	if err != nil {
		tb.Fatalf("read %s: %v", selector, err)
	}
	return text
}

// listening makes the browser tell what it finds wrong.
func listening(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
	return chromedp.Void{}, err
}

// find returns the browser's program.
func find(tb testing.TB) string {
	tb.Helper()
	if os.Getenv("BROWSER") != "true" && !pictures() {
		tb.Skip("BROWSER=true runs the tests in a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		tb.Fatal("no Chromium on this machine, and CI=true forbids to skip")
	}
	tb.Skip("no Chromium on this machine")
	return ""
}

// Dark makes the page's visitor one who likes dark colours, or light ones; and, as
// always in tests, no motion, which would move what is to be clicked.
func Dark(dark bool) chromedp.Action[chromedp.Void] {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return chromedp.Void{}, err
	}
}

// Size makes the page another size, in CSS pixels; a narrow one is a phone's.
func Size(width, height int) chromedp.Action[chromedp.Void] {
	if width < 600 {
		return chromedp.EmulateViewport(int64(width), int64(height), chromedp.EmulateMobile, chromedp.EmulateScale(2))
	}
	return chromedp.EmulateViewport(int64(width), int64(height))
}

// TestID is the CSS selector of elements with a data-testid.
func TestID(id string) string { return fmt.Sprintf("[data-testid=%q]", id) }

// Screenshot keeps what the page shows as <module>/.artifacts/<name>.png, where CI=true
// or PICTURES=true is set: a picture costs as much time as many steps of a test.
func Screenshot(tb testing.TB, ctx context.Context, name string) {
	tb.Helper()
	if !pictures() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.Fatalf("take the screenshot %s: %v", name, err)
	}
	keep(tb, name, picture)
}

// ScreenshotOf is Screenshot of one element that is in view, or can be brought there. It is cut
// out of the whole: a browser that takes a part of a page lays the page out anew for it, and what
// was scrolled to may be elsewhere.
func ScreenshotOf(tb testing.TB, ctx context.Context, name, selector string) {
	tb.Helper()
	if !pictures() {
		return
	}
	rests(tb, ctx, selector)
	limited, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	place, err := chromedp.Run(limited, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const {left, top, right, bottom} = document.querySelector(%q).getBoundingClientRect();
		return [left, top, right, bottom].map((edge) => edge * devicePixelRatio);
	})()`, selector)))
	if err != nil {
		fail(tb, ctx, "look where %s is: %v", selector, err)
	}
	whole, err := chromedp.Run(limited, chromedp.CaptureScreenshot())
	if err != nil {
		fail(tb, ctx, "take the screenshot %s: %v", name, err)
	}
	part, err := cut(whole, image.Rect(int(place[0]), int(place[1]), int(place[2]), int(place[3])))
	if err != nil {
		fail(tb, ctx, "cut out %s: %v", name, err)
	}
	keep(tb, name, part)
}

// cut returns a part of a PNG, as one.
func cut(whole []byte, part image.Rectangle) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(whole))
	if err != nil {
		return nil, err
	}
	within := image.NewRGBA(image.Rectangle{Max: part.Size()})
	draw.Draw(within, within.Bounds(), picture, part.Min, draw.Src)
	var out bytes.Buffer
	err = png.Encode(&out, within)
	return out.Bytes(), err
}

// pictures reports whether somebody wants to see what the pages show.
func pictures() bool { return os.Getenv("CI") == "true" || os.Getenv("PICTURES") == "true" }

// keep writes a picture to the folder that git ignores and CI keeps.
func keep(tb testing.TB, name string, picture []byte) {
	tb.Helper()
	folder := filepath.Join(module(tb), ".artifacts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// module is the folder of the module's go.mod, from any package's folder.
func module(tb testing.TB) string {
	tb.Helper()
	folder, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			tb.Fatal("no go.mod above the test's folder")
		}
		folder = filepath.Dir(folder)
	}
}

// complaints are what a page's scripts and its browser found wrong.
type complaints struct {
	mu    sync.Mutex
	lines []string
}

func (c *complaints) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines
}

// hear is told of every event of the page.
func (c *complaints) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			what += " " + thrown.Description
		}
		c.add(what)
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError {
			return
		}
		// A server that refuses, or ended under the page, is the test's own doing; what a
		// page asks for and is not there is the page's fault.
		if e.Entry.Source == log.EntrySourceNetwork && !strings.Contains(e.Entry.Text, "404") {
			return
		}
		c.add(e.Entry.Text + " " + e.Entry.URL)
	}
}
