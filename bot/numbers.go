package bot

import (
	"strconv"

	"kabarchy/bot/render"
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// number is the n-th value, if it is a number from 0 to most.
func number(values []string, n, most int) (int, bool) {
	i, err := strconv.Atoi(render.Arg(values, n))
	return i, err == nil && 0 <= i && i <= most
}
