package web

import (
	"html/template"
	"log/slog"
	"net/http"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
)

// Desk answers for the desk's pages. It is safe for concurrent use, also by several processes.
type Desk struct {
	options  Options
	office   *desk.Desk
	rdb      redis.UniversalClient
	log      *slog.Logger
	host     string // as requests name it
	security string // the Content-Security-Policy
	foreign  *http.CrossOriginProtection
	sessions *scs.SessionManager
	pages    map[string]*template.Template
	site     *site
	mux      *http.ServeMux
	hub      *hub
	fetched  *fetched
}

// viewIn writes in a language.
func (d *Desk) viewIn(language string) view { return view{locale.For(language), d.site} }
