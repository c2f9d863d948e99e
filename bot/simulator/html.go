package simulator

// utf16Length counts the UTF-16 units of a text, in which Telegram measures.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
