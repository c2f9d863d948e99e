package web

import (
	"html/template"

	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
)

// checkWords are what to say of each finding.
var checkWords = map[desk.Check]string{
	desk.CheckNoText: "line.desk_check_no_text", desk.CheckNoTitle: "line.desk_check_no_title",
	desk.CheckLongTitle: "line.desk_check_long_title", desk.CheckLongText: "line.desk_check_long_text",
	desk.CheckLink: "line.desk_check_link", desk.CheckMarks: "line.desk_check_marks",
	desk.CheckTimePast: "line.desk_check_time_past", desk.CheckTimeFar: "line.desk_check_time_far",
	desk.CheckTopic: "line.desk_check_topic", desk.CheckDeadLink: "line.desk_check_dead_link",
	desk.CheckRepeated: "line.desk_check_repeated", desk.CheckMissing: "line.desk_check_missing",
	desk.CheckUneven: "line.desk_check_uneven", desk.CheckCapitals: "line.desk_check_capitals",
	desk.CheckWordless: "line.desk_check_wordless", desk.CheckNight: "line.desk_check_night",
	desk.CheckNoPictureLater: "line.desk_check_no_picture_later",
}

// finding says what is wrong, or may be.
func (v view) finding(f desk.Finding) template.HTML {
	name := ""
	if f.Language != "" {
		name = locale.For(f.Language).Name()
	}
	return v.HTML(checkWords[f.Check], "Language", name, "Link", f.Link, "Number", v.Number(f.Number))
}
