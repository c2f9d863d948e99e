package main

import (
	"context"

	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/feeds/websub"
)

// hubsKey is the purpose of the secret from which those of the hubs follow.
const hubsKey = "kabarchy hubs"

// offers are what each configured source offers. What is told of another site's address says
// nothing of a source.
func offers(ctx context.Context, archive *feeds.Archive, c *config.Config) (map[string]websub.Offer, error) {
	sources := pollerOptions(c, nil).Sources
	said, err := archive.Offers(ctx, sources)
	if err != nil {
		return nil, err
	}
	found := make(map[string]websub.Offer, len(sources))
	for _, s := range sources {
		found[s.ID] = websub.Offer{}
		if o := said[s.ID]; !o.Foreign {
			found[s.ID] = websub.Offer{Hubs: o.Hubs, Topic: o.Topic}
		}
	}
	return found, nil
}
