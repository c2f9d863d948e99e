package bot_test

import (
	"context"
	"time"

	"kabarchy/bot/bottest"
	"kabarchy/bot/updates"
)

// hook has the updates brought by a webhook, instead of start.
func (h *fixture) hook() {
	h.t.Helper()
	h.assemble()
	w := updates.NewWebhook(h.updates, updates.WebhookOptions{
		Address: bottest.PorchAddress, Within: 3 * time.Second, CheckEvery: 20 * time.Millisecond, Registerer: h.metrics,
	})
	h.porch.Put(w)
	h.run(w.Keep)
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(h.t.Context()), time.Second)
		defer cancel()
		h.bot.Finish(ctx)
		if err := h.telegram.Close(context.WithoutCancel(h.t.Context())); err != nil {
			h.t.Error(err)
		}
	})
}
