package search

// match is a stem of the index that fits a word of a query.
type match struct {
	stem   string
	weight float32 // 1 is the word itself
}

// What a match is worth that isn't the word itself.
const (
	asShort     = 0.9 // with an ending that a short word keeps in the index
	ofShortForm = 0.5 // with another such ending
	ofFamily    = 0.7
	asPrefix    = 0.5 // and less, the more letters are missing
	asSynonym   = 0.5
	mistyped    = 0.8 // and less, the worse

	mostRange   = 2048 // stems looked through for a word's family
	mostNearest = 8    // that may be meant by a mistyped word
)
