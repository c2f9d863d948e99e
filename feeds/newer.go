package feeds

import "fmt"

// Newer is the error that a later release wrote a record which this one can't read. It is neither
// guessed at nor overwritten.
type Newer struct {
	Key            string // in Redis; of a hash, with the field behind it
	Version, Known int    // the record's, and the latest that this release reads
}

func (n *Newer) Error() string {
	return fmt.Sprintf("%s: a newer release wrote it (version %d; this one knows %d): install that release again", n.Key, n.Version, n.Known)
}

// NewerThan is the error for a record of a version, where it is later than the one known; nil where it is not.
func NewerThan(known, version int, key string) error {
	if version <= known {
		return nil
	}
	return &Newer{key, version, known}
}
