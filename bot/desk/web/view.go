package web

import (
	"embed"
	"html/template"
	"path"
	"strconv"
	"strings"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/desk/report"
	"kabarchy/bot/locale"
)

// view is what the words of a page are written with.
type view struct {
	words locale.Locale
	site  *site
}

// site is what is the same for all pages.
type site struct {
	base     string // the path above all pages, without a slash at its end
	files    files
	first    first
	zone     *time.Location
	username func() string // the bot's
}

// page is what a template draws. Its words are in the language of who reads it.
type page struct {
	view
	In    bool // somebody has signed in
	Roles desk.Role
	Path  string // of this page, as routes name it
	Nonce string // of the page's forms
	Said  string // what is to be said first
	Data  any    // what the handler gave
}

// T is an entry of the catalogue; its placeholders are named in pairs with what fills them.
func (v view) T(entry string, pairs ...any) string { return v.words.T(entry, placeholders(pairs)) }

// N is the form of an entry that goes with a count.
func (v view) N(entry string, count int, pairs ...any) string {
	return v.words.N(entry, count, placeholders(pairs))
}

// HTML is an entry that holds tags; what fills its placeholders is escaped.
func (v view) HTML(entry string, pairs ...any) template.HTML {
	text := strings.ReplaceAll(v.words.HTML(entry, placeholders(pairs)), "\n", "<br>")
	return template.HTML(text) // the catalogue is ours
}

func placeholders(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2)
	for i := 1; i < len(pairs); i += 2 {
		data[pairs[i-1].(string)] = pairs[i]
	}
	return data
}

// Number writes a whole number.
func (v view) Number(n int) string { return v.words.Number(n) }

// Moment writes a day and the time on it, in the ministry's zone.
func (v view) Moment(at time.Time) string {
	at = at.In(v.site.zone)
	return v.words.Date(at) + ", " + at.Format("15:04")
}

// Language is the page's.
func (v view) Language() string { return v.words.Language() }

// To is the address of a page, named as in routes.
func (v view) To(parts ...any) string {
	to := v.site.base
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			to += part
		case desk.Verb:
			to += string(part)
		case int64:
			to += strconv.FormatInt(part, 10)
		}
	}
	return to
}

// File is the address of a file of static, with its hash in it.
func (v view) File(name string) string { return v.site.base + v.site.files.address(name) }

// First is what stands before all else in a page.
func (v view) First() template.HTML { return v.site.first.html }

// Chat is the address of the bot's chat; empty while that is not known.
func (v view) Chat() string {
	if name := v.site.username(); name != "" {
		return "https://t.me/" + name
	}
	return ""
}

// anybody is everybody at the desk.
const anybody = desk.Officer | desk.Approver | desk.Operator

// menuItem is a link in the head of all pages.
type menuItem struct {
	Words string // its entry
	To    string
	Here  bool // it is this page
	roles desk.Role
}

// menu are these links.
var menu = []menuItem{
	{Words: "web.now", To: "/", roles: anybody},
	{Words: "web.new", To: "/new", roles: desk.Officer},
	{Words: "web.queue", To: "/queue", roles: anybody},
	{Words: "web.sent", To: "/sent", roles: anybody},
	{Words: "web.readers", To: "/readers", roles: anybody},
	{Words: "web.sources", To: "/sources", roles: anybody},
	{Words: "web.audit", To: "/audit", roles: desk.Approver | desk.Operator},
	{Words: "web.people", To: "/people", roles: desk.Approver},
}

// Menu are the links in the head of all pages.
func (p page) Menu() (items []menuItem) {
	for _, item := range menu {
		if item.roles&p.Roles != 0 {
			item.Here = p.Path == item.To
			items = append(items, item)
		}
	}
	return items
}

// Only is the page with a part of its data.
func (p page) Only(data any) page {
	p.Data = data
	return p
}

// Day writes a day of the week and its date.
func (v view) Day(at time.Time) string {
	return strings.Fields(v.T("date.days"))[at.Weekday()] + ", " + v.words.Day(at)
}

// Clock writes the time of a day.
func (v view) Clock(at time.Time) string { return at.In(v.site.zone).Format("15:04") }

// count writes how many people there are; of too few, that they are few.
func (v view) count(n int) string {
	if report.Few(n) {
		return v.T("line.group_few", "Count", v.Number(report.Least))
	}
	return v.Number(n)
}

// counted is an entry with tags about so many.
func (v view) counted(entry string, n int, count string) template.HTML {
	return template.HTML(v.N(entry, n, "Count", count)) // the catalogue is ours
}

// Few is count.
func (v view) Few(n int) string { return v.count(n) }

// Shown reports whether groups that are folded may be shown.
func (v view) Shown(groups []report.Group) bool {
	return len(groups) > 1 || len(groups) == 1 && groups[0].Key != report.Other
}

// LanguageName is what a language is called in itself; of those joined, that they are others.
func (v view) LanguageName(key string) string {
	if key == report.Other {
		return v.T("web.others")
	}
	return locale.For(key).Name()
}

//go:embed pages/*.html
var pageFiles embed.FS

// readPages reads the templates: each page with the frame that all have.
func readPages() map[string]*template.Template {
	base := template.Must(template.New("base.html").Funcs(template.FuncMap{"chosen": chosen}).ParseFS(pageFiles, "pages/base.html"))
	entries, err := pageFiles.ReadDir("pages")
	if err != nil {
		panic(err) // it is part of the program
	}
	pages := make(map[string]*template.Template)
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".html"); name != "base" {
			pages[name] = template.Must(template.Must(base.Clone()).ParseFS(pageFiles, path.Join("pages", e.Name())))
		}
	}
	return pages
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
