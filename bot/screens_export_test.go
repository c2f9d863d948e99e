package bot

import (
	"maps"
	"slices"

	"kabarchy/bot/render"
)

// Presses are all that a button can do: the verbs, and with what each of "show" and "set" goes.
func Presses() []string {
	all := slices.Collect(maps.Keys(callbacks))
	for _, names := range [][]string{slices.Collect(maps.Keys(settingScreens)), slices.Collect(maps.Keys(openScreens))} {
		for _, name := range names {
			all = append(all, render.Data(render.VerbShow, name))
		}
	}
	for name := range settings {
		all = append(all, render.Data(render.VerbSet, name))
	}
	return slices.Sorted(slices.Values(all))
}
