package broadcast

// entry is what the ledger says of one chat: the message it has, or why it has none. It is
// packed into one whole number, because Redis keeps a number in nine bytes or fewer: the
// message id, twelve bits of the item's revision, four of its language, and three flags. A
// number below zero is a line without a message: the revision, the language, and three bits
// of the reason.
type entry struct {
	Message
	Reason    Reason // why the chat has no message; empty where it has one
	Revision  int    // of the item; of a digest, how many of its messages the chat has
	Edition   int    // the number of the item's language: the editions of an item share a ledger
	Withdrawn bool   // the message was taken back
}

const (
	revisionBits = 12
	maxRevision  = 1<<revisionBits - 1
	editionBits  = 4
	maxEdition   = 1<<editionBits - 1
)

// The flags, from the lowest bit.
const (
	flagCaption = 1 << iota
	flagWithdrawn
	flagMore
	flagBits = iota
)

func (e entry) pack() int64 {
	n := e.ID<<revisionBits | int64(min(e.Revision, maxRevision))
	n = n<<editionBits | int64(e.Edition)
	if e.Reason != "" {
		return -(n<<reasonBits | e.Reason.number())
	}
	n <<= flagBits
	if e.Caption {
		n |= flagCaption
	}
	if e.Withdrawn {
		n |= flagWithdrawn
	}
	if e.More {
		n |= flagMore
	}
	return n
}

func unpackEntry(n int64) entry {
	var e entry
	if n < 0 {
		e.Reason = numbered(-n & (1<<reasonBits - 1))
		n = -n >> reasonBits
	} else {
		e.Withdrawn, e.Caption, e.More = n&flagWithdrawn != 0, n&flagCaption != 0, n&flagMore != 0
		n >>= flagBits
	}
	e.Edition = int(n & maxEdition)
	n >>= editionBits
	e.Revision = int(n & maxRevision)
	e.ID = n >> revisionBits
	return e
}
