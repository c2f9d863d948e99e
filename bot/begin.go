package bot

import "context"

// begin is for whoever sends /start.
func (t *conversation) begin(ctx context.Context, payload string) error {
	if err := t.meet(ctx); err != nil {
		return err
	}
	if err := t.start(ctx, payload); err != nil {
		return err
	}
	return t.askOfChannels(ctx)
}
