package web

// choice is one of several.
type choice struct {
	Value, Words string
	Chosen       bool
}

// chosen is the value of what is chosen.
func chosen(all []choice) string {
	for _, c := range all {
		if c.Chosen {
			return c.Value
		}
	}
	return ""
}
