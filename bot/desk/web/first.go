package web

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"strings"
)

// first is what a browser needs before it draws anything: the style, and Telegram's choice of light
// or dark. It stands in each page, for on a bad line a file of its own is one more wait; compressed, it
// is 3 KB of a page.
type first struct {
	html          template.HTML
	style, script string // as the Content-Security-Policy names them
}

func readFirst(fs files) first {
	style, script := string(fs["desk.css"].plain), string(fs["first.js"].plain)
	return first{template.HTML("<style>" + style + "</style>\n<script>" + script + "</script>"), hashOf(style), hashOf(script)} // both are ours
}

// hashOf names what stands between two tags, see https://www.w3.org/TR/CSP3/#grammardef-hash-source.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// policy says to a browser what a page may load: what is ours. Telegram's web client shows it
// in a frame.
func (f first) policy(frames []string) string {
	return "default-src 'none'; script-src 'self' " + f.script + "; style-src " + f.style + "; img-src 'self'; connect-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors " + strings.Join(append([]string{"https://web.telegram.org"}, frames...), " ")
}
