package feeds

// Result is what one poll did.
type Result struct {
	Source string
	// Unchanged reports whether the document is the same as at the last poll. It was not parsed then.
	Unchanged bool
	// First reports whether the source was never polled before. Nothing is announced then.
	First bool
	// Cut reports whether something could not be read: the document ended in the middle, or a page
	// that it lists failed. The rest is left for the next poll.
	Cut bool
	// Items counts the document's; New and Changed those of them that are, and
	// Republished those that are known under another id.
	Items, New, Changed, Republished int
	// Announced and Held count what became of New and Changed.
	Announced, Held int
	// Reindexed is how many items the language's index was made anew from, for Redis had
	// lost it; 0 where it had not.
	Reindexed int
	// Bytes is the decompressed size of what was sent; 0 where the site said "unchanged".
	Bytes int
}
