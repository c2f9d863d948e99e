package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/feeds/article"
)

func linked(link string) *Text {
	return &Text{Title: "Ош", Blocks: []article.Block{{Kind: article.Paragraph, Spans: []article.Span{{Text: "здесь", Link: link}}}}}
}

func TestMistakesForbidToSubmit(t *testing.T) {
	past, far, soon := time.Minute, 91*24*time.Hour, 6*time.Minute
	for name, tt := range map[string]struct {
		text  *Text
		ahead *time.Duration
		topic string
		want  Check // empty: it may be submitted
	}{
		"no text":             {want: CheckNoText},
		"no title":            {text: words("", "Текст."), want: CheckNoTitle},
		"white title":         {text: words(" \n ", "Текст."), want: CheckNoTitle},
		"longest title":       {text: words(strings.Repeat("ө", 256), "Текст.")},
		"title too long":      {text: words(strings.Repeat("ө", 257), "Текст."), want: CheckLongTitle},
		"title in emoji":      {text: words(strings.Repeat("📣", 129), "Текст."), want: CheckLongTitle},
		"longest text":        {text: words("Ош", strings.Repeat("a", 20_000))},
		"text too long":       {text: words("Ош", strings.Repeat("a", 20_001)), want: CheckLongText},
		"a link":              {text: linked("https://minjust.gov.kg/ky")},
		"a link to nowhere":   {text: linked("https://"), want: CheckLink},
		"a script":            {text: linked("javascript:alert(1)"), want: CheckLink},
		"a link with a name":  {text: linked("https://bank@evil.example/"), want: CheckLink},
		"a word as a link":    {text: linked("minjust"), want: CheckLink},
		"a time past":         {text: words("Ош", ""), ahead: &past, want: CheckTimePast},
		"a time soon":         {text: words("Ош", ""), ahead: &soon},
		"a time far off":      {text: words("Ош", ""), ahead: &far, want: CheckTimeFar},
		"a topic":             {text: words("Ош", ""), topic: "legal-aid"},
		"a topic that was":    {text: words("Ош", ""), topic: "gone", want: CheckTopic},
		"a hundred marks":     {text: marked(100)},
		"a hundred and a few": {text: marked(101), want: CheckMarks},
	} {
		t.Run(name, func(t *testing.T) {
			miniOffice(t, func(o *Options) { o.Topics = []string{"legal-aid"} }, func(o *office) {
				ch := &Changes{Topic: &tt.topic}
				if tt.text != nil {
					ch.Texts = map[string]*Text{"ky": tt.text}
				}
				if tt.ahead != nil {
					at := time.Now().Add(*tt.ahead)
					ch.At = &at
				}
				c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: ch})
				out := o.try(Act{Verb: Submit, Case: c.ID, Version: c.Version, Who: bakyt})
				switch {
				case tt.want == "" && out.Result != Acted:
					o.t.Errorf("refused: %+v", out)
				case tt.want != "" && (out.Refusal != ChecksFailed || len(out.Findings) != 1 || out.Findings[0].Check != tt.want):
					o.t.Errorf("want %s: %s %+v", tt.want, out.Result, out.Findings)
				}
			})
		})
	}
}

func marked(n int) *Text {
	spans := make([]article.Span, n)
	for i := range spans {
		spans[i] = article.Span{Text: "x", Bold: true}
	}
	return &Text{Title: "Ош", Blocks: []article.Block{{Kind: article.Paragraph, Spans: spans}}}
}

func TestWarnings(t *testing.T) {
	long := strings.Repeat("Текст. ", 40)
	dead := func(_ context.Context, link string) (int, error) {
		switch {
		case strings.Contains(link, "gone"):
			return 404, errors.New("not found")
		case strings.Contains(link, "silent"):
			return 0, errors.New("no answer")
		}
		return 200, nil
	}
	at := func(hour int) *time.Time { when := time.Date(2000, 1, 2, hour, 30, 0, 0, time.UTC); return &when }
	for name, tt := range map[string]struct {
		changes Changes
		want    []Finding
	}{
		"nothing":          {Changes{Texts: map[string]*Text{"ky": words("Ош", long), "ru": words("Ош", long), "en": words("Osh", long)}, At: at(9)}, nil},
		"a language":       {Changes{Texts: map[string]*Text{"ky": words("Ош", long), "ru": words("Ош", long)}, At: at(9)}, []Finding{{Check: CheckMissing, Language: "en"}}},
		"a short one":      {Changes{Texts: map[string]*Text{"ky": words("Ош", long), "ru": words("Ош", "Текст."), "en": words("Osh", long)}, At: at(9)}, []Finding{{Check: CheckUneven, Language: "ru", Number: 6}}},
		"capitals":         {Changes{Texts: map[string]*Text{"ky": words("МААНИЛҮҮ КАБАР", long), "ru": words("Ош", long), "en": words("Osh", long)}, At: at(9)}, []Finding{{Check: CheckCapitals, Language: "ky"}}},
		"emoji alone":      {Changes{Texts: map[string]*Text{"ky": words("📣🔥 — ❗️", long), "ru": words("📣 112", long), "en": words("👩‍👩‍👧 Osh", long)}, At: at(9)}, []Finding{{Check: CheckWordless, Language: "ky"}}},
		"the evening":      {Changes{Texts: map[string]*Text{"ky": words("Ош", long), "ru": words("Ош", long), "en": words("Osh", long)}, At: at(22)}, []Finding{{Check: CheckNight}}},
		"the morning":      {Changes{Texts: map[string]*Text{"ky": words("Ош", long), "ru": words("Ош", long), "en": words("Osh", long)}, At: at(6)}, []Finding{{Check: CheckNight}}},
		"what is not here": {Changes{Texts: map[string]*Text{"ky": linked("https://a.example/gone"), "ru": linked("https://a.example/silent"), "en": linked("https://a.example/")}, At: at(9)}, []Finding{{Check: CheckDeadLink, Language: "ky", Link: "https://a.example/gone", Number: 404}, {Check: CheckDeadLink, Language: "ru", Link: "https://a.example/silent"}}},
	} {
		t.Run(name, func(t *testing.T) {
			miniOffice(t, func(o *Options) { o.Ask = dead }, func(o *office) {
				c := o.do(Act{Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt, Changes: &tt.changes})
				found, err := o.Check(o.t.Context(), c)
				if err != nil || !slices.Equal(found, tt.want) {
					o.t.Errorf("found %+v, %v, and not %+v", found, err, tt.want)
				}
			})
		})
	}
}

func TestATitleThatWentOutLatelyIsWarnedOf(t *testing.T) {
	miniOffice(t, nil, func(o *office) {
		first := o.approved("abcdefghij", "ky")
		o.run(time.Minute)
		c := o.submitted("bcdefghijk", "ky")
		has := func() (found bool) {
			all, err := o.Check(o.t.Context(), c)
			if err != nil {
				o.t.Fatal(err)
			}
			for _, f := range all {
				found = found || f.Check == CheckRepeated && f.Item == o.look(first.ID).Items[0]
			}
			return found
		}
		if !has() {
			o.t.Error("nobody is warned")
		}
		time.Sleep(15 * 24 * time.Hour)
		if has() {
			o.t.Error("two weeks later, somebody is warned")
		}
	})
}
