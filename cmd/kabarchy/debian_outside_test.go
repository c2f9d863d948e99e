//go:build chaos

package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// public is where the world finds the bot in the documents.
const public = "https://bot.example.kg"

// isPublic puts nginx in front, with the file of the documents, and then is Telegram, a site, a hub, a
// browser, and somebody curious.
func (d *debian) isPublic() {
	d.Helper()
	d.certifies()
	before := d.does("cat " + settings)
	d.follows("install.md", "A public address")
	d.does(fmt.Sprintf("cat >>%s <<'.'\n%s  approval: one\n  people: [{id: %d, name: Айгүл, roles: [officer, approver]}]\n.", settings, yamlIn(d.text("install.md"), "A public address"), d.reader.ID()))
	d.does("systemctl restart kabarchy")
	eventually(d, "Telegram knows the webhook", func() bool { return d.webhook() == public+"/telegram" })

	d.follows("operate.md", "Hubs")
	if said := d.does("curl -sS " + public + "/websub/x"); said != "no hub was given this address" {
		d.Errorf("a hub is told %q", said)
	}
	for _, line := range d.offers("operate.md", "News at once") {
		if strings.HasPrefix(line, "curl ") {
			line = strings.Replace(line, "http://127.0.0.1:8080", public, 1) + ` -sS -o /dev/null -w '%{http_code}'`
			if status := d.does(line); status != "202" {
				d.Errorf("a ping is answered %s", status)
			}
		}
	}
	d.isClosed()
	d.reader.Send("/help")
	d.news("Сырттан")
	d.usesTheDesk()
	d.hidesSecrets()

	if err := os.WriteFile(settings, []byte(before+"\n"), 0o644); err != nil {
		d.Fatal(err)
	}
	d.does("systemctl restart kabarchy")
	eventually(d, "the webhook is taken back", func() bool { return d.webhook() == "" })
}

// webhook is the address to which Telegram brings what people write; empty where it is asked for that.
func (d *debian) webhook() string {
	d.Helper()
	request, err := http.NewRequestWithContext(d.Context(), http.MethodGet, d.endpoint+"/bot"+d.telegram.Token()+"/getWebhookInfo", http.NoBody)
	if err != nil {
		d.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	var info struct{ Result struct{ URL string } }
	if err := json.NewDecoder(response.Body).Decode(&info); err != nil {
		d.Fatal(err)
	}
	return info.Result.URL
}

// certifies makes the certificate of the host, by an authority that this machine trusts.
func (d *debian) certifies() {
	d.Helper()
	const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
	live := "/etc/letsencrypt/live/" + strings.TrimPrefix(public, "https://")
	d.does("echo 127.0.0.1 bot.example.kg >>/etc/hosts; mkdir -p " + live)
	d.does("openssl req -x509 " + key + " -days 2 -subj /CN=Authority -keyout /tmp/ca.key -out /usr/local/share/ca-certificates/here.crt 2>&1")
	d.does("openssl req " + key + " -subj /CN=bot.example.kg -addext subjectAltName=DNS:bot.example.kg -keyout " + live + "/privkey.pem -out /tmp/request.pem 2>&1")
	d.does("openssl x509 -req -in /tmp/request.pem -copy_extensions copy -days 2 -CA /usr/local/share/ca-certificates/here.crt -CAkey /tmp/ca.key" +
		" -CAcreateserial -out " + live + "/fullchain.pem 2>&1; update-ca-certificates")
}

// isClosed asks from outside for what is not the world's.
func (d *debian) isClosed() {
	d.Helper()
	for _, path := range []string{
		"/", "/metrics", "/healthz", "/readyz", "/debug/pprof/heap", "/telegram/", "/telegram/x", "/desks",
		"/desk/../metrics", "/ping/..%2fmetrics", "/desk/%2e%2e/readyz", "//metrics", "/metrics/../desk/", "/desk/nowhere",
	} {
		if said := d.does("curl -sS --path-as-is -w ' %{http_code}' '" + public + path + "' | tail -c 2000"); !strings.HasSuffix(said, " 404") || strings.Contains(said, "kabarchy_leader") {
			d.Errorf("%s: %s", path, said)
		}
	}
	for _, ask := range []struct{ line, status string }{
		{"-X POST -d '{}' -H 'Content-Type: application/json' " + public + "/telegram", "401"},
		{"-X POST -d '{}' " + public + "/ping/minjust-ky", "401"},
		{"-X POST -d '{}' -H 'X-Hub-Signature: sha1=00' " + public + "/websub/x", "404"},
		{"-H 'Host: elsewhere.example' " + public + "/desk/", "404"},
		{"-X POST -H 'Origin: https://elsewhere.example' " + public + "/desk/out", "403"},
	} {
		if status := d.does("curl -sS -o /dev/null -w '%{http_code}' " + ask.line); status != ask.status {
			d.Errorf("%s: %s, not %s", ask.line, status, ask.status)
		}
	}
	// Whoever guesses is stopped, whatever address they claim, and nobody else with them.
	guess := func(from string, n int) string {
		return d.does(fmt.Sprintf(`for i in $(seq %d); do curl -sS --interface %s -X POST -o /dev/null -w '%%{http_code} ' -H "X-Forwarded-For: 198.51.100.$i" %s/desk/in/x; done`, n, from, public))
	}
	if said := guess("127.0.0.2", 11); !strings.HasSuffix(said, "403 429") {
		d.Errorf("guesses are answered %s", said)
	}
	if said := guess("127.0.0.3", 1); said != "403" {
		d.Errorf("another one is answered %s", said)
	}
}

// usesTheDesk signs in with a browser's cookies, and writes an announcement with a large picture.
func (d *debian) usesTheDesk() {
	d.Helper()
	d.reader.Send("/desk")
	eventually(d, "the desk is offered", func() bool { return d.reader.Press("💻 Компьютерден") == nil })
	link := ""
	eventually(d, "a link comes", func() bool {
		for _, m := range d.reader.Messages() {
			link = regexp.MustCompile(regexp.QuoteMeta(public)+`/desk/in/\w+`).FindString(m.Text) + link
		}
		return link != ""
	})
	jar, _ := cookiejar.New(nil)
	b := &outside{d, &http.Client{Jar: jar, Timeout: time.Minute}}
	b.ask(http.MethodGet, link, "", nil)
	if page := b.ask(http.MethodPost, link, "application/x-www-form-urlencoded", strings.NewReader("")); page.at != public+"/desk/" || page.status != http.StatusOK {
		d.Fatalf("signed in at %s: %d %s", page.at, page.status, page.text)
	}
	site, _ := url.Parse(public + "/desk/")
	if cookies := jar.Cookies(site); len(cookies) != 1 || !strings.HasPrefix(cookies[0].Name, "__Host-") {
		d.Errorf("cookies: %v", cookies)
	}
	if page := b.ask(http.MethodGet, public+"/desk", "", nil); page.at != public+"/desk/" || page.status != http.StatusOK {
		d.Errorf("/desk leads to %s: %d", page.at, page.status)
	}
	b.writes()
	b.looksOn()
}

// outside is a browser that is signed in at the desk.
type outside struct {
	*debian
	*http.Client
}

type shownPage struct {
	status   int
	at, text string
}

// ask asks as a browser does for its own page, and goes where that leads.
func (b *outside) ask(method, address, kind string, body io.Reader) shownPage {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, address, body)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Origin", public)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := b.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return shownPage{response.StatusCode, response.Request.URL.String(), string(text)}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// writes saves a case with a picture of almost 10 MB, and with one of more.
func (b *outside) writes() {
	b.Helper()
	written := b.ask(http.MethodGet, public+"/desk/new", "", nil)
	if !strings.HasPrefix(written.at, public+"/desk/case/") {
		b.Fatalf("a new case is at %s: %d", written.at, written.status)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 400, 300))); err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{9_900_000, 11_000_000} {
		noise := make([]byte, size-picture.Len())
		_, _ = rand.Read(noise)
		file := append(bytes.Clone(picture.Bytes()), noise...)
		var form bytes.Buffer
		parts := multipart.NewWriter(&form)
		_, text, _ := strings.Cut(written.text, `id="compose"`)
		for _, field := range hiddenField.FindAllStringSubmatch(text, -1) {
			_ = parts.WriteField(field[1], field[2])
		}
		for _, language := range []string{"ky", "ru", "en"} {
			_ = parts.WriteField("title-"+language, "Сырттан жазылды")
			_ = parts.WriteField("text-"+language, "Сүрөтү менен")
		}
		_ = parts.WriteField("then", "save")
		part, _ := parts.CreateFormFile("file", "photo.png")
		_, _ = part.Write(file)
		_ = parts.Close()
		page := b.ask(http.MethodPost, written.at, parts.FormDataContentType(), &form)
		if page.status != http.StatusOK || !strings.Contains(page.text, "Сырттан жазылды") {
			b.Fatalf("a picture of %d bytes: %d at %s", size, page.status, page.at)
		}
		const large = "Сүрөт 10 МБдан чоң." // which a script knows beforehand, too
		refused := strings.Contains(strings.ReplaceAll(page.text, `data-large="`+large, ""), large)
		if refused != (size > 10<<20) {
			b.Errorf("a picture of %d bytes: refused: %v", size, refused)
		}
		if refused {
			continue
		}
		if shown := b.ask(http.MethodGet, written.at+"/picture", "", nil); shown.text != string(file) {
			b.Errorf("of %d bytes come back %d: %d", size, len(shown.text), shown.status)
		}
	}
}

// looksOn has the page follow what happens: what comes in pieces comes at once.
func (b *outside) looksOn() {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, public+"/desk/stream/now", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	began := time.Now()
	response, err := b.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "event: next") {
			if took := time.Since(began); took > 10*time.Second { // the next piece is sent after 15
				b.Errorf("the page followed after %v", took)
			}
			return
		}
	}
	b.Errorf("the stream ended after %v: %d %v", time.Since(began), response.StatusCode, lines.Err())
}

// hidesSecrets looks for what lets somebody in where nginx writes down what it was asked.
func (d *debian) hidesSecrets() {
	d.Helper()
	logs, err := filepath.Glob("/var/log/nginx/*")
	if err != nil || len(logs) == 0 {
		d.Fatalf("nginx has no logs: %v", err)
	}
	if said := d.does("grep -rE '/desk/in/|/websub/' /var/log/nginx || true"); said != "" {
		d.Error("nginx keeps secrets")
	}
}
