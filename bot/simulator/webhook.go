package simulator

import "context"

type webhook struct{}

func (h *webhook) poke() {}

func (u *updates) close(ctx context.Context) error { return nil }
