package broadcast

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// A panic is a fault of the program that one item or one chat brings to light. It must not
// end the program, which would begin anew and meet it again: it is the trouble of what it
// happened to. Of one message it is a refusal; a broadcast that can't be read or walked is
// held, until a release that can.

// panicReason is Error.Reason where the program, and not Telegram, failed at a message.
const panicReason = "panic"

// panicked is a panic as an error.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// refusal is what a panic is to one chat's message.
func (p *panicked) refusal() *Error {
	return &Error{Verdict: Refused, Reason: panicReason, Words: p.Error(), Err: p}
}

// caught does something for a broadcast of an item, and returns a panic as an error, which
// is logged.
func caught(log *slog.Logger, doing string, broadcast int64, item string, do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			log.Error("panic while "+doing, "broadcast", broadcast, "item", item, "panic", value, "stack", string(debug.Stack()))
			err = &panicked{value}
		}
	}()
	return do()
}
