// Package feeds reads a ministry's news: it polls the sources, understands what they
// say, knows each item again, and keeps the archive that the bot tells from.
//
// What it guarantees:
//
//   - An item, its place in the latest lists, its announcement and the source's
//     conditional state are written in one atomic step. Whatever is killed at
//     whatever moment, there is never the one without the other, and a poll that
//     failed half-way is done again in full.
//   - An item is announced as published at most once, whatever the site does to its
//     link's scheme, its tracking parameters, its date or its place in the feed.
//   - The first successful poll of a source announces nothing. Items older than 72
//     hours, and more new ones at once than is plausible, are archived and held.
//   - One source neither delays nor harms another: each has its own schedule entry,
//     deadline and limits of size, depth and number.
//   - No address but a public one is ever dialled, unless the configuration allows it.
//
// The journey of one poll is the order of the files: poller, fetch, decode, mend,
// parse (with dates, text and picture), identity, plan, archive.
package feeds
