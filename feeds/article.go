package feeds

import "kabarchy/feeds/article"

// An item's text in full is what the package article reads on pages, and in feeds. Whoever
// tells the news knows it by these names.
type (
	Article   = article.Article
	Block     = article.Block
	BlockKind = article.BlockKind
	Span      = article.Span
)

// The kinds of blocks.
const (
	Paragraph = article.Paragraph
	Heading   = article.Heading
	ListItem  = article.ListItem
	Quote     = article.Quote
	Picture   = article.Picture
)
