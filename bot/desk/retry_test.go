package desk

import (
	"testing"
	"time"

	"kabarchy/feeds"
)

func TestThoseWhoCouldNotBeReachedAreTriedAgain(t *testing.T) {
	eachOffice(t, func(o *office) {
		ctx := o.t.Context()
		o.subscribe("ky", 1, 2)
		o.phones.away = map[int64]bool{2: true}
		site := feeds.DeskItemID("site", "ky") // as good as a site's
		if err := o.archive.Publish(ctx, []feeds.Item{{ID: site, Language: "ky", Title: "Сайттан"}}); err != nil {
			o.t.Fatal(err)
		}
		c := o.approved("abcdefghij", "ky")
		o.run(8 * time.Minute)
		if c = o.look(c.ID); c.Status != Sent || o.phones.count() != 2 {
			o.t.Fatalf("it is %s, %d messages", c.Status, o.phones.count())
		}
		o.phones.away = nil
		o.next(c, Retry, cholpon)
		out, err := o.RetryItem(ctx, Act{ID: "retry", Case: site, Who: bakyt})
		if err != nil || out.Refusal != NotAllowed {
			o.t.Errorf("an officer: %+v, %v", out, err)
		}
		if out, err = o.RetryItem(ctx, Act{ID: "retry", Case: site, Who: cholpon}); err != nil || out.Result != Acted || !out.Case.Feed {
			o.t.Fatalf("of a feed's: %+v, %v", out, err)
		}
		o.run(2 * time.Minute)
		o.expect(2, "Сайттан", "Ош ky")
		if n := o.phones.count(); n != 4 || o.look(c.ID).Status != Sent || o.look(site).Status != Sent || o.look(site).Retrying {
			o.t.Errorf("%d messages, they are %s and %s", n, o.look(c.ID).Status, o.look(site).Status)
		}
	})
}
