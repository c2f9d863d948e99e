package bot

import (
	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
)

// checks are what to say of each finding.
var checks = map[desk.Check]string{
	desk.CheckNoText:    "line.desk_check_no_text",
	desk.CheckNoTitle:   "line.desk_check_no_title",
	desk.CheckLongTitle: "line.desk_check_long_title",
	desk.CheckLongText:  "line.desk_check_long_text",
	desk.CheckLink:      "line.desk_check_link",
	desk.CheckMarks:     "line.desk_check_marks",
	desk.CheckTimePast:  "line.desk_check_time_past",
	desk.CheckTimeFar:   "line.desk_check_time_far",
	desk.CheckTopic:     "line.desk_check_topic",
	desk.CheckDeadLink:  "line.desk_check_dead_link",
	desk.CheckRepeated:  "line.desk_check_repeated",
	desk.CheckMissing:   "line.desk_check_missing",
	desk.CheckUneven:    "line.desk_check_uneven",
	desk.CheckCapitals:  "line.desk_check_capitals",
	desk.CheckWordless:  "line.desk_check_wordless",
	desk.CheckNight:     "line.desk_check_night",

	desk.CheckNoPictureLater: "line.desk_check_no_picture_later",
}

// finding says what is wrong, or may be.
func (v view) finding(f desk.Finding) string {
	sign := "⚠️ "
	if f.Error {
		sign = "⛔️ "
	}
	name := ""
	if f.Language != "" {
		name = locale.For(f.Language).Name()
	}
	return sign + v.words.HTML(checks[f.Check], map[string]any{
		"Language": name, "Link": render.Cut(f.Link, linkLength), "Number": v.words.Number(f.Number),
	})
}

// linkLength is how much of an address is shown, in UTF-16 units.
const linkLength = 80
