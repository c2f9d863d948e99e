package bot

import (
	"kabarchy/bot/render"
	"kabarchy/feeds"
	"kabarchy/feeds/article"
)

// comparedLength is how much of each of two texts one message shows, in UTF-16 units.
const comparedLength = 1200

// changeInWords shows an item as it was and as it becomes, with the words marked that are
// others. What a reader of the words can't see is said.
func (v view) changeInWords(before, after feeds.Item) string {
	was, is := wordsOf(before), wordsOf(after)
	if was == is {
		return render.JoinFilled("\n", v.words.T("line.desk_same_words", nil), "<blockquote>"+render.Escaped(is, excerptLength)+"</blockquote>")
	}
	old, now := render.Compare(was, is, comparedLength)
	return v.words.T("line.desk_before", nil) + "\n<blockquote>" + old + "</blockquote>\n" +
		v.words.T("line.desk_after", nil) + "\n<blockquote>" + now + "</blockquote>"
}

// wordsOf are an item's words.
func wordsOf(item feeds.Item) string { return item.Title + "\n\n" + textOf(item) }

// textOf is an item's text without its marks: all of it, where it was written at the desk.
func textOf(item feeds.Item) string {
	if len(item.Blocks) > 0 {
		return article.Article{Blocks: item.Blocks}.Text()
	}
	return item.Summary
}
