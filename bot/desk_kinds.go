package bot

import "kabarchy/bot/desk"

// kindWords are what is said of a case, and what its buttons say, by what it does: a
// correction and a withdrawal send nothing, they change what was sent.
var kindWords = map[desk.Kind]struct {
	sign                                    string
	approved, sending, sent, sums, takeBack string
	approve, sure, yes                      string // of what waits for approval
}{
	desk.Announce: {
		sign: "📰", approved: "screen.desk_approved", sending: "screen.desk_sending", sent: "screen.desk_done", sums: "line.desk_sums",
		takeBack: "button.desk_dont_send",
		approve:  "button.desk_approve", sure: "screen.desk_sure_approve", yes: "button.desk_yes_approve",
	},
	desk.Correct: {
		sign: "✏️", approved: "screen.desk_approved_correction", sending: "screen.desk_correcting", sent: "screen.desk_corrected",
		sums: "line.desk_sums_corrected", takeBack: "button.desk_dont_correct",
		approve: "button.desk_approve_correction", sure: "screen.desk_sure_correct", yes: "button.desk_yes_correct",
	},
	desk.Withdraw: {
		sign: "🗑", approved: "screen.desk_approved_withdrawal", sending: "screen.desk_withdrawing", sent: "screen.desk_withdrawn",
		sums: "line.desk_sums_withdrawn", takeBack: "button.desk_dont_withdraw",
	},
}
