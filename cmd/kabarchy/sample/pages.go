package sample

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
)

// Path is the path of an item's page; the number is the same in every edition.
func Path(language string, number int) string { return fmt.Sprintf("/%s/news/%d", language, number) }

// FeedPath is the path of an edition's feed.
func FeedPath(language string) string { return "/" + language + "/rss" }

var pageTemplate = template.Must(template.New("page.html").
	Funcs(template.FuncMap{"path": Path, "feed": FeedPath}).
	ParseFS(files, "page.html"))

// page is what page.html shows: one article, or the list of all.
type page struct {
	Words
	Editions []Words
	Number   int // of the article; 0 for the list
	Articles []article
}

type article struct {
	Number            int
	Date, Title       string
	Category, Picture string
	Paragraphs        []string
	Corrected         bool
}

// Handler serves the site: /, /pictures/, and for each language /{language}/ (the list),
// /{language}/rss and /{language}/news/{number}.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/ky/", http.StatusFound))
	mux.Handle("GET /pictures/{file}", http.FileServerFS(files))
	for _, words := range s.words {
		mux.HandleFunc("GET /"+words.Tag+"/{$}", func(w http.ResponseWriter, r *http.Request) { s.serveList(w, words) })
		mux.HandleFunc("GET "+FeedPath(words.Tag), func(w http.ResponseWriter, r *http.Request) { s.serveFeed(w, r, words) })
		mux.HandleFunc("GET /"+words.Tag+"/news/{number}", func(w http.ResponseWriter, r *http.Request) { s.serveArticle(w, r, words) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Down() {
			http.Error(w, "503", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Site) serveList(w http.ResponseWriter, words Words) {
	p := page{Words: words, Editions: s.words}
	for _, entry := range s.online() {
		p.Articles = append(p.Articles, entry.article(words.Tag))
	}
	servePage(w, p)
}

func (s *Site) serveArticle(w http.ResponseWriter, r *http.Request, words Words) {
	for _, entry := range s.online() {
		if strconv.Itoa(entry.Number) == r.PathValue("number") {
			servePage(w, page{
				Words: words, Editions: s.words, Number: entry.Number,
				Articles: []article{entry.article(words.Tag)},
			})
			return
		}
	}
	http.NotFound(w, r)
}

func servePage(w http.ResponseWriter, p page) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (e Entry) article(language string) article {
	edition := e.Editions[language]
	return article{
		Number:     e.Number,
		Date:       e.At.Format("02.01.2006"),
		Title:      edition.Title,
		Category:   edition.Category,
		Picture:    e.Picture,
		Paragraphs: edition.Paragraphs(e.State == Corrected),
		Corrected:  e.State == Corrected,
	}
}
