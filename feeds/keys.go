package feeds

import (
	"strconv"
	"time"
)

// The archive's keys. All share the hash tag {news}, so that in a Redis Cluster one
// script can change them together.
const (
	// keyItems: hash, item id → record as JSON. Items are never deleted: about 1 KB
	// each, so that twenty a day for ten years are some 70 MB, an old link keeps
	// working, and what a feed still shows is never new again.
	keyItems = "{news}:items"
	// keyAliases: hash, id → id of the item that said the same before, in archives of
	// before the index. It is only read.
	keyAliases = "{news}:aliases"
	// keyOutbox: sorted set, announcement as JSON by its id.
	keyOutbox = "{news}:outbox"
	// keyCounter: the last announcement's id.
	keyCounter = "{news}:announcements"
	// keySources: hash, source id → its state as JSON.
	keySources = "{news}:sources"
	// keyLanguages: set, every language that a source had.
	keyLanguages = "{news}:languages"
	// keyHeld: hash, item id → Held as JSON.
	keyHeld = "{news}:held"
)

// keyLatest: sorted set, item ids of one language by date, trimmed to latestKept.
func keyLatest(language string) string { return "{news}:latest:" + language }

// keyTopic: sorted set, those of them that have a topic; see fileLua for who writes it.
func keyTopic(language, topic string) string { return keyLatest(language) + ":" + topic }

// keyKnown: hash, what items of one language are known again by → the ids of the items
// that were seen with it, the latest first: at most idsKept of them, and of an item at most
// keptOf keys of each kind.
func keyKnown(language string) string { return "{news}:known:" + language }

// keyPicture: hash, language → id of the item with this picture, pictureShared where
// there are several; it expires after pictureKept.
func keyPicture(picture string) string { return "{news}:picture:" + picture }

// keyEditions: set. Of an item's id: the places that it names as the same in other
// languages, as language/key of the index; of such a place: the ids of the items that name
// it. It expires after articleKept.
func keyEditions(id string) string { return "{news}:editions:" + id }

// keyArticle: string, the Article of one revision of an item as JSON; it expires
// after articleKept, and is read from the page again where somebody wants it then.
func keyArticle(id string, revision int) string {
	return "{news}:article:" + id + ":" + strconv.Itoa(revision)
}

const articleKept = 90 * 24 * time.Hour // how long an article is kept
