package feeds

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

// lawAndJobs are the topics of these tests.
var lawAndJobs = []Topic{{ID: "law", Keywords: []string{"мыйзам"}}, {ID: "jobs", Keywords: []string{"вакансия"}}}

// deskWithTopics is a desk whose poller gives news topics.
func deskWithTopics(t *testing.T, rdb redis.UniversalClient) *desk {
	t.Helper()
	d := newDesk(t, rdb)
	o := options(d.URL)
	o.Topics = lawAndJobs
	d.poller = newPoller(t, o, d.Archive)
	return d
}

// listed expects a list to have just these titles, and so many.
func (d *desk) listed(l List, want ...string) {
	d.t.Helper()
	l.Language = cmp.Or(l.Language, "ky")
	items, err := d.Listed(d.t.Context(), l, 0, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Title)
	}
	counts, err := d.Counts(d.t.Context(), []List{l})
	if err != nil || !slices.Equal(got, want) || counts[0] != len(want) {
		d.t.Errorf("%+v: %q, and %d counted, %v; want %q", l, got, counts, err, want)
	}
}

func post1(number int, title, date string) post {
	return post{Title: title, Text: title, Link: fmt.Sprintf("https://ukuk.example/ky/news/%d", number), Date: date}
}

// TestATopicListsWhatHasIt: whatever brings an item, changes its topics or takes it back.
func TestATopicListsWhatHasIt(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		ctx := t.Context()
		d := deskWithTopics(t, rdb)
		d.prime()
		law, jobs := List{Topic: "law"}, List{Topic: "jobs"}
		d.listed(law)
		d.show(func(s *site) { s.posts = []post{post1(2, "Мыйзам", ""), post1(1, "Вакансия", "")} })
		d.poll(Result{Items: 2, New: 2, Announced: 2})
		d.listed(law, "Мыйзам")
		d.listed(jobs, "Вакансия")
		d.listed(List{Topic: "nosuch"})
		d.listed(List{Language: "ru", Topic: "law"})
		d.show(func(s *site) { s.posts[0].Text = "Мыйзам жана вакансия" })
		d.poll(Result{Items: 2, Changed: 1, Announced: 1})
		d.listed(jobs, "Мыйзам", "Вакансия")
		d.show(func(s *site) { s.posts[0].Text = "Мыйзам" })
		d.poll(Result{Items: 2, Changed: 1, Announced: 1})
		d.listed(jobs, "Вакансия")
		editions := []Item{
			{ID: DeskItemID("a", "ky"), Language: "ky", Title: "Кулактандыруу", Topics: []string{"jobs"}},
			{ID: DeskItemID("a", "ru"), Language: "ru", Title: "Объявление", Topics: []string{"jobs"}},
		}
		if err := d.Publish(ctx, editions); err != nil {
			t.Fatal(err)
		}
		d.listed(jobs, "Кулактандыруу", "Вакансия")
		d.listed(List{Language: "ru", Topic: "jobs"}, "Объявление")
		if err := d.Withdraw(ctx, d.id("Вакансия")); err != nil {
			t.Fatal(err)
		}
		d.show(func(s *site) { s.tail = "<ttl>5</ttl>" })
		d.poll(Result{Items: 2}) // the site shows it still
		d.listed(jobs, "Кулактандыруу")
		d.show(func(s *site) { s.posts = []post{post1(9, "Мыйзам", ""), post1(2, "Мыйзам", "")} })
		d.poll(Result{Items: 2, New: 1, Held: 1})
		d.listed(law, "Мыйзам") // what may be a repetition waits for a person
		held, err := d.Held(ctx)
		if err != nil || len(held) != 1 {
			t.Fatal(held, err)
		}
		if err := d.Release(ctx, held[0].Item); err != nil {
			t.Fatal(err)
		}
		d.listed(law, "Мыйзам", "Мыйзам")
	})
}

// TestAMonthBeginsAndEndsInItsZone: an item of the last second is in its month, one of
// midnight in the next, and no item in two.
func TestAMonthBeginsAndEndsInItsZone(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	d := deskWithTopics(t, rdb)
	d.show(func(s *site) {
		s.posts = []post{
			post1(4, "Түндө", "Wed, 01 Jun 2022 00:00:00 +0600"), post1(3, "Акыркы", "Tue, 31 May 2022 23:59:59 +0600"),
			post1(2, "Биринчи", "Sun, 01 May 2022 00:00:00 +0600"), post1(1, "Апрель", "Sat, 30 Apr 2022 23:59:59 +0600"),
		}
	})
	d.poll(Result{First: true, Items: 4, New: 4})
	zone := options("").Zone
	month := func(number time.Month) List {
		first := time.Date(2022, number, 1, 0, 0, 0, 0, zone)
		return List{Since: first, Before: first.AddDate(0, 1, 0)}
	}
	d.listed(month(time.April), "Апрель")
	d.listed(month(time.May), "Акыркы", "Биринчи")
	d.listed(month(time.June), "Түндө")
	d.listed(month(time.July))
	if items, err := d.Listed(t.Context(), List{Language: "ky"}, 1, 2); err != nil || len(items) != 2 || items[0].Title != "Акыркы" {
		t.Errorf("from the second on: %v, %v", items, err)
	}
	if items, err := d.Listed(t.Context(), List{Language: "ky"}, 100, 5); err != nil || len(items) != 0 {
		t.Errorf("behind the end: %v, %v", items, err)
	}
}

// TestTheListsOfTopicsAreMended: an archive to which an older release wrote lacks places in
// them and has others that are wrong.
func TestTheListsOfTopicsAreMended(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		t.Parallel()
		ctx := t.Context()
		d := deskWithTopics(t, rdb)
		d.prime()
		d.show(func(s *site) {
			s.posts = []post{post1(3, "Мыйзам", ""), post1(2, "Вакансия", ""), post1(1, "Мыйзам жана вакансия", "")}
		})
		d.poll(Result{Items: 3, New: 3, Announced: 3})
		now := float64(time.Now().Unix())
		rdb.Del(ctx, keyTopic("ky", "law"))
		rdb.ZAdd(ctx, keyTopic("ky", "jobs"), redis.Z{Score: now, Member: d.id("Мыйзам")}, redis.Z{Score: now, Member: "withdrawnwithdra"})
		d.refileAll(ctx, d.poller.options)
		d.listed(List{Topic: "law"}, "Мыйзам", "Мыйзам жана вакансия")
		d.listed(List{Topic: "jobs"}, "Вакансия", "Мыйзам жана вакансия")
	})
}

// BenchmarkCounts measures what the numbers on a screen of topics and months cost, with 20,000
// items in a language: those of 240 months and 8 topics.
func BenchmarkCounts(b *testing.B) {
	rdb := redistest.Start(b).Client(b)
	latest, now := make([]redis.Z, latestKept), time.Now()
	for i := range latest {
		latest[i] = redis.Z{Score: float64(now.Add(-time.Duration(i) * 8 * time.Hour).Unix()), Member: fmt.Sprintf("item%012d", i)}
	}
	rdb.ZAdd(b.Context(), keyLatest("ky"), latest...)
	var lists []List
	for topic := range 8 {
		id := fmt.Sprint("topic", topic)
		rdb.ZAdd(b.Context(), keyTopic("ky", id), latest[:latestKept/(topic+1)]...)
		lists = append(lists, List{Language: "ky", Topic: id})
	}
	for month := range 240 {
		lists = append(lists, List{Language: "ky", Since: now.AddDate(0, -month-1, 0), Before: now.AddDate(0, -month, 0)})
	}
	for b.Loop() {
		counts, err := NewArchive(rdb).Counts(b.Context(), lists)
		if err != nil || counts[0] != latestKept {
			b.Fatal(counts, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/screen")
}
