package feeds

import (
	"strings"
	"testing"
)

func TestTopics(t *testing.T) {
	t.Parallel()
	topics := []Topic{
		{ID: "legal-aid", Keywords: []string{"юридикалык жардам", "юридическ помощ", "legal aid", "адвокат"}, Categories: []string{"Юридическая Помощь"}},
		{ID: "jobs", Keywords: []string{"вакансия", "жумушка", "vacanc"}},
		{ID: "court", Sources: []string{"court-ky"}, Keywords: []string{"отчёт", "-"}},
	}
	for _, test := range []struct {
		what string
		item Item
		want string
	}{
		{"a Kyrgyz ending", Item{Title: "Юридикалык жардамды координациялоо"}, "legal-aid"},
		{"a Russian ending", Item{Title: "О юридической помощи населению"}, "legal-aid"},
		{"capitals", Item{Title: "АДВОКАТТАРДЫН ЖЫЙЫНЫ"}, "legal-aid"},
		{"in the summary", Item{Title: "News", Summary: "Free\nlegal-aid centres"}, "legal-aid"},
		{"not in mid-word", Item{Title: "Псевдоадвокаты"}, ""},
		{"words between", Item{Title: "Юридическая бесплатная помощь"}, ""},
		{"a category", Item{Title: "Жаңылык", Categories: []string{" юридическая помощь "}}, "legal-aid"},
		{"not half a category", Item{Title: "Жаңылык", Categories: []string{"юридическая помощь детям"}}, ""},
		{"a source", Item{Title: "Жаңылык", Source: "court-ky"}, "court"},
		{"ё and е", Item{Title: "Отчет за год"}, "court"},
		{"two topics", Item{Title: "Вакансия адвоката"}, "legal-aid jobs"},
		{"none", Item{Title: "Майрам менен!"}, ""},
	} {
		if got := strings.Join(topicsOf(test.item, topics), " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.what, got, test.want)
		}
	}
}

func TestUrgencyComesWithATopic(t *testing.T) {
	t.Parallel()
	topics := []Topic{{ID: "emergency", Keywords: []string{"эвакуация"}, Urgent: true}, {ID: "news", Keywords: []string{"жаңы"}}}
	for title, want := range map[string]bool{"Эвакуация жарыяланды": true, "Жаңы мыйзам": false, "Вакансия": false} {
		it := Item{Title: title}
		if classify(&it, topics); it.Urgent != want {
			t.Errorf("%q is urgent: %v", title, it.Urgent)
		}
	}
}
