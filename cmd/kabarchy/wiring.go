package main

import (
	"log/slog"

	"kabarchy/bot"
	"kabarchy/bot/render"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
	"kabarchy/subscriptions"
)

// topicIDs are the ids of the configured topics.
func topicIDs(c *config.Config) (ids []string) {
	for _, t := range c.Topics {
		ids = append(ids, t.ID)
	}
	return ids
}

// choice are the topics as the bot offers them.
func choice(c *config.Config, numbers map[string]subscriptions.Topic) (topics []render.Topic) {
	for _, t := range c.Topics {
		topics = append(topics, render.Topic{Number: numbers[t.ID], ID: t.ID, Name: t.Name, Urgent: t.Urgent})
	}
	return topics
}

// pollerOptions are the options of the poller that the configuration gives.
func pollerOptions(c *config.Config, log *slog.Logger) feeds.Options {
	o := feeds.Options{
		Schedule: c.Poll, Zone: c.Zone(), AllowPrivate: c.Network.AllowPrivateAddresses, Log: log,
		RootCAs: c.Network.Roots(),
	}
	for _, s := range c.Sources {
		o.Sources = append(o.Sources, feeds.Source{
			ID: s.ID, Language: s.Language, URL: s.URL, Kind: s.Kind, Links: s.Links, Hosts: s.Hosts, Plausible: s.Plausible, OldTLS: s.OldTLS,
		})
	}
	for _, t := range c.Topics {
		o.Topics = append(o.Topics, feeds.Topic{
			ID: t.ID, Sources: t.Match.Sources, Categories: t.Match.Categories, Keywords: t.Match.Keywords,
			Urgent: t.Urgent,
		})
	}
	return o
}

// ministryOf is whose news it is, as the bot speaks of it.
func ministryOf(c *config.Config) bot.Ministry {
	return bot.Ministry{Name: c.Ministry.Name, Site: c.Ministry.Site, Contacts: bot.Contacts(c.Ministry.Contacts)}
}
