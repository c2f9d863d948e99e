package main

import (
	"context"
	"time"

	"kabarchy/feeds"
	"kabarchy/feeds/websub"
)

// hubConfirmsWithin is how long a hub that was asked may leave it unconfirmed.
const hubConfirmsWithin = time.Minute

// lookAtHubs looks whether the hubs that sources name tell at once of their news.
func (d *doctor) lookAtHubs(ctx context.Context) error {
	sources := pollerOptions(d.config, nil).Sources
	offered, err := feeds.NewArchive(d.redis).Offers(ctx, sources)
	if err != nil {
		return err
	}
	known, err := websub.Subscriptions(ctx, d.redis)
	if err != nil {
		return err
	}
	if d.config.WebSub == "" {
		if len(offered) > 0 {
			d.well("hub", "%d sources name a hub, which is not asked: websub is not configured", len(offered))
		}
		return nil
	}
	if len(offered) == 0 {
		d.well("hub", "no source names a hub: all are read by the clock")
	}
	for _, s := range sources {
		if offered[s.ID].Foreign {
			d.ill("hub", "where that is the ministry's too, put its host under hosts of the source; else ask the site's administrator",
				"%s says that hubs know it as %s, which is on none of its hosts: they are not asked", s.ID, offered[s.ID].Topic)
		}
	}
	for _, sub := range known {
		if _, is := offered[sub.Source]; is && sub.Unoffered.IsZero() && !sub.Leaving {
			d.lookAtHub(sub)
		}
	}
	return nil
}

// lookAtHub looks at one subscription.
func (d *doctor) lookAtHub(sub websub.Subscription) {
	const asked = "ask who looks after the hub; the source is read by the clock meanwhile"
	until := sub.Until.In(d.config.Zone()).Format("2 January 15:04")
	holds, silent := time.Now().Before(sub.Until), sub.Silent() && time.Since(sub.Asked) > hubConfirmsWithin
	reach := "curl -sS " + d.config.WebSub + "/x, from outside: it must say that no hub was given that address"
	switch {
	case holds && sub.Refused != "":
		d.ill("hub", asked, "%s: %s tells at once until %s, and does not go on: %s", sub.Source, sub.Host(), until, sub.Refused)
	case holds && silent:
		d.ill("hub", reach, "%s: %s tells at once until %s, and has not confirmed since that it goes on", sub.Source, sub.Host(), until)
	case holds:
		d.well("hub", "%s: %s tells at once until %s", sub.Source, sub.Host(), until)
	case sub.Refused != "":
		d.ill("hub", asked, "%s: %s does not tell at once: %s", sub.Source, sub.Host(), sub.Refused)
	case silent:
		d.ill("hub", reach, "%s: %s was asked %v ago and has not confirmed it", sub.Source, sub.Host(), time.Since(sub.Asked).Round(time.Second))
	default:
		d.well("hub", "%s: %s is being asked", sub.Source, sub.Host())
	}
}
