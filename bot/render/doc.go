// Package render makes messages of the ministry's news: of an item, of a page of its article,
// of a digest. It is pure: it asks nobody anything.
//
// It guarantees that what it makes parses by Telegram's rules and keeps to its limits,
// whatever a feed holds, and knows what can be left out of a message that Telegram refuses
// all the same. What its buttons send back is written and read in callback.go alone.
package render
