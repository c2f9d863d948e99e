package desk

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions/redistest"
)

func TestAnAnnouncementIsWrittenSubmittedAndApprovedByAnother(t *testing.T) {
	t.Parallel()
	redistest.EachInBubble(t, func(t *testing.T, rdb redis.UniversalClient) {
		d := newDesk(t, rdb, nil)
		c := do(t, d, Act{ID: "1", Verb: Write, Case: "abcdefghij", Kind: Announce, Who: bakyt,
			Changes: &Changes{Texts: map[string]*Text{"ky": words("Ош", "Текст")}}})
		c = do(t, d, Act{ID: "2", Verb: Change, Case: c.ID, Version: c.Version, Who: aizada,
			Changes: &Changes{Texts: map[string]*Text{"ru": words("Ош", "Текст")}}})
		c = do(t, d, Act{ID: "3", Verb: Submit, Case: c.ID, Version: c.Version, Who: bakyt})
		own, err := d.Do(t.Context(), Act{ID: "4", Verb: Approve, Case: c.ID, Version: c.Version, Who: aizada})
		if err != nil || own.Refusal != OwnText {
			t.Errorf("a hand approved: %+v, %v", own, err)
		}
		approval := Act{ID: "5", Verb: Approve, Case: c.ID, Version: c.Version, Who: cholpon, Reach: 7, Via: "chat"}
		c = do(t, d, approval)
		if again, err := d.Do(t.Context(), approval); err != nil || again.Result != Repeated || again.Case.Version != c.Version {
			t.Errorf("the same press again: %+v, %v", again, err)
		}
		late := approval
		late.ID, late.Who = "6", daniyar
		if out, err := d.Do(t.Context(), late); err != nil || out.Result != Conflict || out.Case.ApprovedBy != cholpon {
			t.Errorf("who approves second: %+v, %v", out, err)
		}
		lines, err := d.Audit(t.Context(), "", 10)
		if err != nil || len(lines) != 4 || lines[0].Verb != Approve || lines[0].Reach != 7 || len(lines[0].Texts) != 64 {
			t.Errorf("audit: %+v, %v", lines, err)
		}
		if kept, err := rdb.HLen(t.Context(), keyTexts(c.ID)).Result(); err != nil || kept != 1 {
			t.Errorf("%d versions' texts are kept: %v", kept, err)
		}
	})
}
