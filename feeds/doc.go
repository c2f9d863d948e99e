// Package feeds reads a ministry's news: it polls the sources, understands what they
// say, knows each item again, and keeps the archive that the bot tells from.
//
// What it guarantees:
//
//   - An item, its place in the latest lists, its announcement and the source's
//     conditional state are written in one atomic step. Whatever fails and whenever,
//     there is never the one without the other, and a poll that failed half-way is
//     done again in full.
//   - An item is announced as published at most once, whatever the site does to its guid,
//     its link, its words, its date or its place in the feed. It is known again by all of
//     these together, and where they contradict each other a person decides.
//   - The first poll of a source that brings a whole document announces nothing. Items
//     older than 72 hours, those that repeat others or may be others, more new or changed
//     ones at once than is plausible, and one that changes again and again, are archived
//     and held until a person decides.
//   - One source neither delays nor harms another: each has its own schedule entry,
//     deadline and limits of size, depth and number. A site is asked by one request
//     at a time, and not more often than it wishes.
//   - No address but a public one is ever dialled, unless the configuration allows it.
//
// A poll goes through these: poller, the package fetch, the package repair, parse (with
// title, pagelink and picture) or list and pages (with rereading and unread), both by the
// package article, topics, knowledge, match, diff (with correct, holding, moved and
// direction), commit. What an item is known again by stands in identity, link and prose;
// how an entry and an item compare in evidence; what follows in the tables of rules. An
// item's article goes through reading. Beside them stand archive and moderation for who tells
// the news, editions for the same news in another language, health and schedule for how the
// sources fare, and inspect, with odd, for who tries a source out. What they hand on to each
// other is in document, found, record, state, held and result.
package feeds
