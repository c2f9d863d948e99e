package desk

import (
	"time"
)

// Check is what may be wrong with a case.
type Check string

// Errors: with one of them it can't be submitted.
const (
	CheckNoText    Check = "no_text"    // there is none in any language
	CheckNoTitle   Check = "no_title"   // of a text
	CheckLongTitle Check = "long_title" // Number units; 256 are allowed
	CheckLongText  Check = "long_text"  // Number units; 20,000 are allowed
	CheckLink      Check = "link"       // Link is none
	CheckMarks     Check = "marks"      // Number marks; 100 are allowed
	CheckTimePast  Check = "time_past"  // less than 5 minutes ahead
	CheckTimeFar   Check = "time_far"   // more than 90 days ahead
	CheckTopic     Check = "topic"      // there is no such topic any more
)

// Warnings: who submits and who approves are shown them.
const (
	CheckDeadLink Check = "dead_link" // Link does not answer; Number is the status, 0 for none
	CheckRepeated Check = "repeated"  // the title is that of Item, which went out within 14 days
	CheckMissing  Check = "missing"   // there is no text in the language
	CheckUneven   Check = "uneven"    // the text has less than half of another's length
	CheckCapitals Check = "capitals"  // the title or the text is in capitals
	CheckNight    Check = "night"     // it goes out between 22 and 7
)

// Finding is something that is wrong, or may be.
type Finding struct {
	Check    Check
	Error    bool
	Language string // empty where it is about all
	Link     string
	Item     string
	Number   int
}

// mistakes are the errors in a case, without asking anybody else.
func (c Case) mistakes(now time.Time) []Finding {
	var found []Finding
	if len(c.Texts) == 0 {
		found = append(found, Finding{Check: CheckNoText, Error: true})
	}
	for _, language := range c.Languages() {
		if c.Texts[language].Title == "" {
			found = append(found, Finding{Check: CheckNoTitle, Error: true, Language: language})
		}
	}
	_ = now
	return found
}
