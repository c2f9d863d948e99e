package bot

import (
	"strconv"

	"kabarchy/bot/render"
)

// reply is what a press is answered with: nothing, a word, or an address to open.
type reply struct {
	text string
	url  string
}

// stale answers a press whose data this release would not write.
func (t *talk) stale() (reply, error) { return reply{text: t.words.T("toast.stale", nil)}, nil }

// number is the n-th value, if it is a number from 0 to most.
func number(values []string, n, most int) (int, bool) {
	i, err := strconv.Atoi(render.Arg(values, n))
	return i, err == nil && 0 <= i && i <= most
}
