package bot

// reply is what a press is answered with: nothing, a word, or an address to open.
type reply struct {
	text string
	url  string
}

// stale answers a press whose data this release would not write.
func (v view) stale() (reply, error) { return reply{text: v.words.T("toast.stale", nil)}, nil }
