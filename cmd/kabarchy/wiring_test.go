package main

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kabarchy/cmd/kabarchy/config"
	"kabarchy/cmd/kabarchy/sample"
	"kabarchy/feeds"
)

// TestAuthorities: what the file holds reaches the fetcher.
func TestAuthorities(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<rss><channel><item><title>Кабар</title></item></channel></rss>")
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for network, works := range map[string]bool{"ca_file: " + file + ", ": true, "": false} {
		text := strings.Replace(demoYAML, "{allow_private_addresses: true", "{"+network+"allow_private_addresses: true", 1)
		c, err := config.Parse("k.yaml", []byte(strings.ReplaceAll(text, "http://site.example/ky/rss", s.URL)))
		if err != nil {
			t.Fatal(err)
		}
		o := pollerOptions(c, nil)
		if r, err := feeds.Inspect(t.Context(), o, o.Sources[0]); (err == nil && len(r.Items) == 1) != works {
			t.Errorf("with %q: got %+v, %v", network, r, err)
		}
	}
}

// Each item of the sample ministry belongs to one of the demo's topics, in each edition.
func TestDemoTopicsFitTheSampleItems(t *testing.T) {
	t.Parallel()
	configured, err := demoConfig("http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	items, err := sample.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		for language, edition := range item.Editions {
			fits := func(topic config.Topic) bool { return slices.Contains(topic.Match.Categories, edition.Category) }
			if !slices.ContainsFunc(configured.Topics, fits) {
				t.Errorf("item %d, %s: no topic has the category %q", item.Number, language, edition.Category)
			}
		}
	}
}
