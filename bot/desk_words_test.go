package bot

import (
	"maps"
	"slices"
)

// DeskWords are the words by which the desk's buttons say what they do.
func DeskWords() []string { return slices.Sorted(maps.Keys(deskScreens)) }
