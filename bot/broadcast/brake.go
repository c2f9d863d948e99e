package broadcast

import "context"

// Brake says what people have stopped. News and digests heed it; corrections and
// withdrawals, which put right what is on phones, do not.
type Brake interface {
	// Halted returns what does not go on, by the item's id or, of a digest, by
	// Progress.Subject. What it does not name is free. Where it fails, the engine goes by
	// its last answer, so that what was halted stays halted; until it has answered once,
	// nothing is begun. It is asked four times a second.
	Halted(ctx context.Context) (map[string]Halt, error)
}

// Halt is how a broadcast was stopped.
type Halt string

// The ways of stopping.
const (
	// Halted: nothing more is sent, but the broadcast can go on: it does so when the Brake
	// names it no more, with those who do not have it yet.
	Halted Halt = "halt"
	// Over: nothing more is sent, and the broadcast ends so.
	Over Halt = "over"
)
