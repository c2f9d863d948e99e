package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/desk"
	"kabarchy/bot/simulator"
	"kabarchy/bot/telegram"
)

// posed are the messages on a phone that ask something, deleted ones included.
func posed(c *simulator.Citizen) (ids []int64) {
	for _, m := range c.History() {
		if m.Bot && m.Question != nil {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// dataWith are the data of a button on somebody's phone that begin so.
func dataWith(t *testing.T, c *simulator.Citizen, begin string) string {
	t.Helper()
	for data := range dataOf(c) {
		if strings.HasPrefix(data, begin) {
			return data
		}
	}
	t.Fatalf("no button %s: %s", begin, transcriptOf(c))
	return ""
}

// taps presses the button with the data.
func (n *newsroom) taps(c *simulator.Citizen, data string) (toast string) {
	n.t.Helper()
	tap, err := c.TapData(data)
	if err != nil {
		n.t.Fatal(err)
	}
	toast = n.answered(tap)
	n.quiet()
	return toast
}

// TestAQuestionThatCameTwiceIsAnsweredOnce: a press that comes again, after a crash, asks again;
// who had begun to answer the first question is not asked whether that was the text. So with an
// announcement, and with a correction, which has no case before.
func TestAQuestionThatCameTwiceIsAnsweredOnce(t *testing.T) {
	inNewsroom(t, func(n *newsroom, officer, approver, _ *simulator.Citizen) {
		t := n.t
		n.opens()
		n.subscribe(3, "en", nil)
		twice := func(begin, text string) {
			t.Helper()
			last := officer.Messages()
			data := dataWith(t, officer, begin)
			n.taps(officer, data)
			first := posed(officer)
			if _, err := officer.TapRaw(last[len(last)-1].ID, data); err != nil {
				t.Fatal(err)
			}
			n.quiet()
			asked := posed(officer)
			if len(asked) != len(first)+1 {
				t.Fatalf("%s twice: %d questions", begin, len(asked)-len(first)+1)
			}
			// The answer was under way while the question made way for the same one.
			if _, err := officer.SendJSON(fmt.Sprintf(`{"text":%s,"reply_to_message":{"message_id":%d}}`, telegram.JSON(text), first[len(first)-1])); err != nil {
				t.Fatal(err)
			}
			n.quiet()
			if shown := transcriptOf(officer); !strings.Contains(shown, "Draft") || strings.Contains(shown, "Is this") {
				t.Fatalf("%s: the officer reads %s", begin, shown)
			}
		}
		officer.Send("/desk")
		n.quiet()
		twice("desk:new:", "Legal aid\n\nIn Osh.")
		n.does(officer, "👁 Preview", "📨 Submit for approval")
		n.does(approver, "👁 Preview", "✅ Send to 3", "✅ Yes, send to 3")
		time.Sleep(2 * time.Minute)
		n.quiet()
		twice("desk:correct:", "Legal aid for all\n\nIn Osh.")
		open, err := n.office.Open(t.Context())
		if err != nil || len(open) != 1 || open[0].Kind != desk.Correct {
			t.Errorf("open are %+v, %v", open, err)
		}
	})
}
