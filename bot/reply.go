package bot

import "kabarchy/subscriptions"

// reply is what a press is answered with: nothing, a word, or an address to open.
type reply struct {
	text string
	url  string
}

// administratorsOnly is what somebody else is answered.
func (v view) administratorsOnly() string {
	if kindOfChat(v.chat) == subscriptions.Channel {
		return v.words.T("toast.channel_administrators_only", nil)
	}
	return v.words.T("toast.administrators_only", nil)
}

// stale answers a press whose data this release would not write.
func (v view) stale() (reply, error) { return reply{text: v.words.T("toast.stale", nil)}, nil }
