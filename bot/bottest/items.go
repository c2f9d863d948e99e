// Package bottest has what the tests of several of the bot's packages share.
package bottest

import (
	"fmt"
	"strings"
	"time"

	"kabarchy/feeds"
)

// Item is a news item as the sample ministry prints it.
func Item(id, language, title string) feeds.Item {
	return feeds.Item{
		ID: id, Language: language, Title: title, Summary: title + ": кыскача баяны.",
		Link:      "https://minjust.gov.kg/" + language + "/" + id,
		Published: time.Date(2018, 11, 22, 4, 0, 0, 0, time.UTC), Revision: 1,
	}
}

// titles are those of the sample items, by language.
var titles = map[string]string{
	"ky": "Акысыз юридикалык жардам борбору ачылды",
	"ru": "Открыт центр бесплатной юридической помощи",
	"en": "A centre for free legal aid has opened",
}

// Sample is the n-th of the sample items in a language, each a day newer than the one before.
func Sample(language string, n int) feeds.Item {
	i := Item(fmt.Sprintf("sample%saaaaaaa%c", language, 'a'+n), language, fmt.Sprintf("%s (%d)", titles[language], n))
	i.Summary = strings.Repeat(titles[language]+". ", 40*(n%2)+1)
	i.Published, i.Topics = i.Published.AddDate(0, 0, n-1), []string{"legal-aid"}
	return i
}
