package feeds

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/feeds/article"
)

// paragraphs are blocks without marks.
func paragraphs(texts ...string) (blocks []article.Block) {
	for _, text := range texts {
		blocks = append(blocks, article.Block{Kind: article.Paragraph, Spans: []article.Span{{Text: text}}})
	}
	return blocks
}

// announcement is one in two languages, the first of which stands in for a third.
func announcement(caseID string) []Item {
	return []Item{
		{ID: DeskItemID(caseID, "ky"), Language: "ky", Title: " Кабыл алуу\n өтөт ", Blocks: paragraphs("Дүйшөмбү күнү.", "Келиңиз."), StandIn: []string{"en"}, Urgent: true},
		{ID: DeskItemID(caseID, "ru"), Language: "ru", Title: "Приём", Summary: "В понедельник."},
	}
}

// unanswered loses the answers of Redis to scripts while it is true: they have run.
type unanswered bool

var errUnanswered = errors.New("killed before the answer came")

func (u *unanswered) DialHook(next redis.DialHook) redis.DialHook { return next }

func (u *unanswered) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (u *unanswered) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if name := cmd.Name(); bool(*u) && err == nil && (name == "evalsha" || name == "eval") {
			cmd.SetErr(errUnanswered)
			return errUnanswered
		}
		return err
	}
}

// TestPublish: all editions are archived and announced in one step, and once, however often
// who publishes them is killed before it knows.
func TestPublish(t *testing.T) {
	eachDesk(t, news(1), func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.poll(Result{First: true, Items: 1, New: 1})
		var lost unanswered = true
		d.rdb.(*redis.Client).AddHook(&lost)
		editions := announcement("abcdefghij")
		if err := d.Publish(ctx, editions); !errors.Is(err, errUnanswered) {
			t.Fatalf("publishing without an answer: %v", err)
		}
		lost = false
		for range 2 {
			if err := d.Publish(ctx, editions); err != nil {
				t.Fatal(err)
			}
		}
		ky, ru := editions[0].ID, editions[1].ID
		d.told("published Кабыл алуу өтөт", "published Приём")
		if got := d.latest(); !slices.Equal(got, []string{"Кабыл алуу өтөт", "Жаңылык 1"}) {
			t.Errorf("the latest are %q", got)
		}
		it, err := d.Item(ctx, ky)
		if err != nil || it.Summary != "Дүйшөмбү күнү.\nКелиңиз." || it.Revision != 1 || it.Source != "" || it.Published.IsZero() || !it.Urgent ||
			!slices.Equal(it.Editions, []string{"ky", "ru"}) || !slices.Equal(it.StandIn, []string{"en"}) {
			t.Errorf("the archive has %+v, %v", it, err)
		}
		for id, other := range map[string]string{ky: ru, ru: ky} {
			found, err := d.Editions(ctx, id)
			if err != nil || len(found) != 1 || found["ky"].ID != other && found["ru"].ID != other {
				t.Errorf("editions of %s: %+v, %v", id, found, err)
			}
		}
		a, err := d.poller.Article(ctx, ky)
		if err != nil || !a.Whole || !reflect.DeepEqual(a.Blocks, editions[0].Blocks) || d.asked() != 1 {
			t.Errorf("the article is %+v, %v after %d requests", a, err, d.asked())
		}
		if texts, err := d.Texts(ctx, []Item{it}); err != nil || texts[ky] != "Дүйшөмбү күнү.\nКелиңиз." {
			t.Errorf("its text is %q, %v", texts[ky], err)
		}
		// What was withdrawn is not published again.
		if err := d.Withdraw(ctx, ky); err != nil {
			t.Fatal(err)
		}
		if err := d.Publish(ctx, editions); err != nil {
			t.Fatal(err)
		}
		d.told("withdrawn Кабыл алуу өтөт")
		// Nor is it taken for what a site shows.
		d.show(func(s *site) {
			s.posts = append([]post{{Title: "Приём", Text: "В понедельник.", Link: "https://ukuk.example/ky/news/9"}}, s.posts...)
		})
		d.poll(Result{Items: 2, New: 1, Announced: 1})
	})
}

// TestPrepareRefuses: what are no editions of one announcement never reach the archive.
func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for says, spoil := range map[string]func(e []Item) []Item{
		"no edition":       func([]Item) []Item { return nil },
		"has no title":     func(e []Item) []Item { e[1].Title = " \n"; return e },
		"must be given":    func(e []Item) []Item { e[0].ID = ""; return e },
		"two editions":     func(e []Item) []Item { e[1].Language = "ky"; return e },
		"in language \"\"": func(e []Item) []Item { e[1].Language = ""; return e },
	} {
		_, err := Prepare(spoil(announcement("a")), now)
		wantError(t, err, says)
	}
	given := announcement("a")
	prepared, err := Prepare(given, now)
	if err != nil || given[0].Summary != "" || prepared[0].Summary == "" || !prepared[1].Published.Equal(now) {
		t.Errorf("prepared %+v of %+v, %v", prepared, given, err)
	}
}
