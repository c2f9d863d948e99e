package render

import (
	"regexp"
	"strconv"
	"strings"

	"kabarchy/feeds"
)

// The verbs are the first part of a button's data. Buttons stand on phones for years: a
// verb that goes out of use is answered as out of date.
const (
	VerbSubscribe = "subscribe" // subscribe in the language that follows
	VerbReturn    = "return"    // get the news again as before, or "weekly"
	VerbLatest    = "latest"    // show the latest news from the offset that follows on
	VerbFind      = "find"      // show what a search finds; its offset and words follow
	VerbMonth     = "month"     // show the news of the month, from the offset on; both follow, and perhaps a language
	VerbTopic     = "topic"     // show the news of the topic, likewise
	VerbItem      = "item"      // show the item; then the way back
	VerbPage      = "page"      // show the item's page of that number; then the way back
	VerbAfter     = "after"     // from the time that follows on, in seconds of Unix to base 36, what the rest says
	VerbStay      = "stay"      // nothing: a button that only shows something
	VerbHelp      = "help"      // show the help
	VerbStop      = "stop"      // ask whether to unsubscribe; "yes": unsubscribe
	VerbForget    = "forget"    // ask whether to delete what is kept; "yes": delete it
	VerbShow      = "show"      // show the screen of that name
	VerbSet       = "set"       // set what follows to what follows that
	VerbChannel   = "channel"   // make the channel a mirror of the news in the language that follows
	VerbHeld      = "held"      // do what follows with the batch of held items whose key follows that
	VerbDesk      = "desk"      // do what follows at the press office's desk
	VerbBroadcast = "broadcast" // do what follows with the held broadcast whose number, and when it was held, follow that
)

// DataLimit is Telegram's, in bytes.
const DataLimit = 64

// Data is what a button sends back. It is always short: verbs, item ids, numbers and
// language tags fit several times over.
func Data(parts ...string) string { return strings.Join(parts, ":") }

// ParseData takes the data apart: the verb and what follows it.
func ParseData(data string) (verb string, args []string) {
	if len(data) > DataLimit {
		return "", nil
	}
	all := strings.Split(data, ":")
	return all[0], all[1:]
}

// Arg is the n-th part of a callback's data; empty if there is none.
func Arg(args []string, n int) string {
	if n >= len(args) {
		return ""
	}
	return args[n]
}

// IsItemID reports whether the text has the shape of an item's id; what else comes as one
// is nobody's.
func IsItemID(id string) bool { return itemID.MatchString(id) }

var itemID = regexp.MustCompile(`^[a-z2-7]{16}$`)

// backLimit is how long a way back may be, in bytes, beside an item's id and a page.
const backLimit = 36

// WayBack is the n-th part of a callback's data as a way back; empty for what is none.
func WayBack(args []string, n int) string {
	back, marked := strings.CutPrefix(Arg(args, n), BackMarked)
	if len(back) > backLimit || !strings.ContainsAny(back[:min(1, len(back))], BackToLatest+BackToTopic+BackToMonth+BackToSearch) {
		back = ""
	}
	if marked {
		return BackMarked + back
	}
	return back
}

// BackMarked begins the way back in a message that showed its item before a correction, so
// that the mark stays while its pages are turned and its language is switched. See
// Renderer.Mark.
const BackMarked = "c"

// Marked reports whether the way back is of such a message.
func Marked(back string) bool { return strings.HasPrefix(back, BackMarked) }

// WithMark is the way back as one of such a message.
func WithMark(back string) string { return BackMarked + strings.TrimPrefix(back, BackMarked) }

// BackToLatest begins the way back to a list of the latest news; its offset follows.
const BackToLatest = "l"

// ItemData opens an item; back is the way back from there, empty for none.
func ItemData(item feeds.Item, back string) string {
	return strings.TrimSuffix(Data(VerbItem, item.ID, back), ":")
}

// PageData opens a page of an item.
func PageData(item feeds.Item, number int, back string) string {
	return strings.TrimSuffix(Data(VerbPage, item.ID, strconv.Itoa(number), back), ":")
}

// BackToTopic begins the way back to a topic's list; its number, the offset and the language,
// if it is not the main one, follow.
const BackToTopic = "t"

// BackToMonth begins the way back to a month's list; the month, the offset and the language,
// likewise, follow.
const BackToMonth = "m"

// BackToSearch begins the way back to what a search found; its offset and its words,
// folded, follow: a button has room for 64 bytes.
const BackToSearch = "f"

// AsNewMessage, in the place of a way back, has an item opened in a message of its own:
// there would be no way back to a digest.
const AsNewMessage = "n"
