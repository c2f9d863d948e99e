package feeds_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"kabarchy/feeds"
)

// What would be archived of a source, and what is odd about it. Nothing is changed.
func ExampleInspect() {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<rss version="2.0"><channel>
			<title>Юстиция министрлиги</title>
			<item>
				<title>Акысыз юридикалык жардам күнү</title>
				<link>https://ministry.example/ky/news/17</link>
				<pubDate>Mon, 20 Jul 2026 09:00:00 +0600</pubDate>
				<description>Юристтер 24-июлда Ошто кабыл алат.</description>
			</item>
			<item>
				<title>Жаңы жумуш убактысы</title>
				<link>https://ministry.example/ky/news/18</link>
				<description>Кабыл алуу саат 9дан 18ге чейин.</description>
			</item>
		</channel></rss>`)
	}))
	defer site.Close()

	source := feeds.Source{ID: "ministry-ky", Language: "ky", URL: site.URL}
	report, err := feeds.Inspect(context.Background(), feeds.Options{
		Sources: []feeds.Source{source}, Schedule: "@every 1m", Zone: time.UTC,
		AllowPrivate: true, // the site is on this machine
	}, source)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Kind, report.Title)
	for _, item := range report.Items {
		fmt.Printf("%s %q\n", item.Title, item.Odd)
	}
	// Output:
	// RSS 2.0 Юстиция министрлиги
	// Акысыз юридикалык жардам күнү []
	// Жаңы жумуш убактысы ["no date: the moment it is first seen counts"]
}
