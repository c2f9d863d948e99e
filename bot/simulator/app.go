package simulator

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// invalid reports whether there is an address that Telegram does not open: it opens those of
// https. One of this machine, for tests, is opened here.
func (w *WebAppURL) invalid() bool {
	if w == nil {
		return false
	}
	u, err := url.Parse(w.URL)
	return err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && Loopback(u.Host))
}

// MenuButton is the button beside the words of a chat, where the bot has one open a page.
type MenuButton struct {
	Text string
	URL  string
}

func (s *Server) setChatMenuButton(_ context.Context, q *query) (any, *Refusal) {
	t, refusal := s.target(q)
	if refusal != nil {
		return nil, refusal
	}
	if t.chat == nil || t.chat.kind != Private || !t.chat.known() {
		return nil, ChatNotFound
	}
	button, refusal := object[struct {
		Type   string     `json:"type"`
		Text   string     `json:"text"`
		WebApp *WebAppURL `json:"web_app"`
	}](q, "menu_button", "MenuButton")
	if refusal != nil {
		return nil, refusal
	}
	var shown MenuButton
	switch {
	case button == nil, button.Type == "default", button.Type == "commands":
	case button.Type != "web_app":
		return nil, bad("can't parse menu button: MenuButton has unsupported type")
	case button.Text == "" || button.WebApp == nil:
		return nil, bad("can't parse menu button: Can't find field \"text\" or \"web_app\"")
	case button.WebApp.invalid():
		return nil, badf("menu button Web App URL '%s' is invalid: Only HTTPS links are allowed", button.WebApp.URL)
	default:
		shown = MenuButton{button.Text, button.WebApp.URL}
	}
	s.profile.setButton(t.chat.id, shown)
	return true, nil
}

func (p *profile) setButton(chat int64, b MenuButton) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buttons == nil {
		p.buttons = make(map[int64]MenuButton)
	}
	p.buttons[chat] = b
}

// MenuButton is that of a chat; empty where it opens the commands.
func (s *Server) MenuButton(c *Chat) MenuButton {
	s.profile.mu.Lock()
	defer s.profile.mu.Unlock()
	return s.profile.buttons[c.id]
}

// OpenApp is the address with which a phone opens a bot's page: behind the # stands who has
// opened it, signed for the bot as
// https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app says, and
// the phone's colours.
func (s *Server) OpenApp(c *Citizen, address string) string {
	v := c.View()
	user, _ := json.Marshal(User{ID: v.ID, FirstName: v.Title, LanguageCode: v.Language}) // it can be written
	data := url.Values{"user": {string(user)}, "query_id": {rand.Text()}, "auth_date": {strconv.FormatInt(time.Now().Unix(), 10)}}
	data.Set("hash", s.sign(data))
	return address + "#" + url.Values{
		"tgWebAppData": {data.Encode()}, "tgWebAppVersion": {"9.1"}, "tgWebAppPlatform": {"weba"},
	}.Encode()
}

// sign is the hash of init data.
func (s *Server) sign(data url.Values) string {
	var pairs []string
	for key := range data {
		pairs = append(pairs, key+"="+data.Get(key))
	}
	slices.Sort(pairs)
	secret := hmac.New(sha256.New, []byte("WebAppData"))
	secret.Write([]byte(s.options.Token))
	sum := hmac.New(sha256.New, secret.Sum(nil))
	sum.Write([]byte(strings.Join(pairs, "\n")))
	return hex.EncodeToString(sum.Sum(nil))
}
