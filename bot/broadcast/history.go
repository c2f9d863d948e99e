package broadcast

import (
	"context"
	"time"
)

// History lists the last broadcasts, at most so many, newest first: those that run, and those
// that ended within 90 days. It reads Redis, so it answers on every instance.
func (e *Engine) History(ctx context.Context, most int64) ([]Progress, error) {
	known, err := e.plans.known(ctx, most)
	if err != nil {
		return nil, err
	}
	told := make([]Progress, 0, len(known))
	for _, b := range known {
		told = append(told, b.progress(time.Now()))
	}
	return told, nil
}
