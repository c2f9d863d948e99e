package render

import "kabarchy/bot/telegram"

// Part is something of a message that can be left out of it; also a set of such.
type Part uint8

// The parts.
const (
	PartPicture Part = 1 << iota // or the preview below a text
	PartButtons
	PartMarkup
	PartLength // what makes a text long
	PartTopic  // the forum topic it goes to
	PartTimes  // that its moments are said by the reader's clock
)

var partNames = map[Part]string{
	PartPicture: "picture", PartButtons: "buttons", PartMarkup: "markup", PartLength: "length", PartTopic: "topic", PartTimes: "times",
}

// remedies say what to leave out of a message that Telegram refuses so: the first part
// that the message has. It is sent again without at once, until nothing is left to leave
// out. Where there is no remedy, the answer stands.
var remedies = map[telegram.Reason][]Part{
	telegram.PictureRefused:  {PartPicture},
	telegram.MediaForbidden:  {PartPicture},
	telegram.TooLarge:        {PartPicture},
	telegram.ButtonsRefused:  {PartButtons},
	telegram.MarkupRefused:   {PartTimes, PartMarkup},
	telegram.Malformed:       {PartTimes, PartMarkup},
	telegram.TooLong:         {PartLength},
	telegram.NoThread:        {PartTopic},
	telegram.TopicClosed:     {PartTopic},
	telegram.LinkRefused:     {PartPicture, PartButtons, PartMarkup},
	telegram.DocumentRefused: {PartPicture, PartMarkup, PartButtons},
	telegram.Unknown:         {PartPicture, PartButtons, PartMarkup, PartTopic},
}

// HasRemedy reports whether there is anything to leave out for the reason.
func HasRemedy(what telegram.Reason) bool { return len(remedies[what]) > 0 }

// String names the part for logs and metrics.
func (p Part) String() string { return partNames[p] }

// Remedy is the first part to leave out of a message that has the given ones.
func Remedy(what telegram.Reason, has func(Part) bool) (Part, bool) {
	for _, p := range remedies[what] {
		if has(p) {
			return p, true
		}
	}
	return 0, false
}
