package feeds

// verdict says what an entry is to a known item.
type verdict int

const (
	newItem  verdict = iota // another item
	same                    // the same item
	copied                  // the same item, shown once more in one document
	repeats                 // what the item said, published once more
	doubtful                // it may be either
)

// rule is a row of the tables below: what the evidence must be, and what follows. Of the
// rows that fit, the first holds. Where an entry may be several items, the rank decides.
type rule struct {
	guid, link, title, text, date evidence

	verdict verdict
	rank    int
}

// again judges an entry by an item that the document does not show in another place.
var again = []rule{
	// The page was used again for something else.
	{guidSame | guidNone, linkSame, titleOther, textOther, dateNear | apart, doubtful, 20},
	{guidSame | guidNone, linkSame | linkSection, titleSame, textNew, dateFar, doubtful, 20},

	// The guid is the item's.
	{guidSame, linkSame, anyTitle, anyText, anyDate, same, 100},
	{guidSame, anyLink, likeness, anyText, anyDate, same, 95},
	{guidSame, anyLink, anyTitle, likeText, anyDate, same, 94},
	{guidSame, anyLink, anyTitle, anyText, dateSame, same, 93},
	{guidSame, linkOther, titleOther, textNone, dateNone | apart, doubtful, 20},
	{guidSame, anyLink, anyTitle, textNone, anyDate, same, 90},
	{guidSame, sectional, titleBegins, anyText, calm | dateLater, same, 89},
	{guidSame, anyLink, anyTitle, anyText, anyDate, doubtful, 20},

	// There is no guid, and the link is the item's.
	{guidNone, linkSame, likeness, anyText, anyDate, same, 85},
	{guidNone, linkSame, anyTitle, likeText, anyDate, same, 84},
	{guidNone, linkSame, anyTitle, anyText, dateSame, same, 83},
	{guidNone, linkSame, anyTitle, textNone, anyDate, same, 80},
	{guidNone, linkSame, anyTitle, anyText, anyDate, doubtful, 19},

	// The guid is another one: either all guids changed, or it is another item's.
	{guidOther, linkSame, likeness, anyText, dateSame, same, 79},
	{guidOther, linkSame, anyTitle, sameText, dateSame, same, 78},
	{guidOther, linkSame, anyTitle, sameText, calm, same, 75},
	{guidOther, linkSame, titleSame, textAlike | textNone, calm, same, 72},
	{guidOther, linkSame, titleAlike, textAlike | textNone, dateNone, same, 68},
	{guidOther, linkSame, titleSame, sameText | textNone, apart, repeats, 18},
	{guidOther, linkSame, likeness, likeText, anyDate, doubtful, 17},
	{guidOther, linkSame, titleBegins, likeText, calm, doubtful, 17},
	{guidOther, linkSame, likeness, textOther, calm, doubtful, 17},
	{guidOther, linkSame, anyTitle, anyText, anyDate, newItem, 0},

	// The link is a section's page, which only this item is known to have.
	{guidNone, linkSection, titleSame, likeText | textNone, calm, same, 75},
	{guidNone, linkSection, likeness, anyText, dateSame, same, 74},
	{guidNone, linkSection, titleAlike, likeText, calm, same, 73},
	{guidNone, linkSection, titleAlike, textNone, calm, same, 58},
	{guidNone, linkSection, anyTitle, sameText, calm, same, 62},
	{guidNone, linkSection, titleSame, textNone, dateFar, newItem, 0},
	{guidNone, linkSection, titleSame, sameText | textNone, apart, repeats, 18},
	{guidNone, linkSection, anyTitle, anyText, anyDate, doubtful, 16},

	// Several items have the link: it says nothing by itself.
	{guidNone, sharedLink, titleSame, likeText | textNone, dateSame | dateDay | dateNone, same, 72},
	{guidNone, sharedLink, likeness, anyText, dateSame, same, 71},
	{guidNone, sharedLink, titleSame, sameText | textNone, dateNear, same, 70},
	{guidNone, sharedLink, titleAlike, sameText, calm, same, 65},
	{guidNone, sharedLink, anyTitle, sameText, dateSame, same, 60},
	{guidNone, sharedLink, titleSame, sameText, apart, repeats, 18},
	{guidNone, sharedLink, titleSame, textNone, dateLater, repeats, 18},
	{guidNone, sharedLink, titleSame, textAlike | textOther, dateNone, doubtful, 16},
	{guidNone, sharedLink, titleSame, textAlike, dateNear | dateLater, doubtful, 16},
	{guidNone, sharedLink, titleAlike, textNone, dateNone, doubtful, 15},
	{guidNone, sharedLink, anyTitle, anyText, anyDate, newItem, 0},

	// A list's link, and a guid of its own: one warning after the other.
	{guidOther, sectional, likeness, likeText, dateSame, same, 66},
	{guidOther, linkSection, titleSame, sameText | textNone, dateSame | dateDay | dateNone, same, 65},
	{guidOther, linkSection, titleAlike, sameText, dateNone, same, 63},
	{guidOther, sharedLink, titleSame, textNone, dateSame, same, 64},
	{guidOther, linkContested, titleSame, textOther, calm | dateLater, doubtful, 17},
	{guidOther, sectional, titleSame, textNone, dateFar, newItem, 0},
	{guidOther, sectional, titleSame, sameText | textNone, anyDate, repeats, 18},
	{guidOther, sectional, anyTitle, anyText, anyDate, newItem, 0},

	// The link is nearly the item's.
	{noGUID, linkNumber, likeness, anyText, anyDate, same, 60},
	{noGUID, linkNumber, anyTitle, likeText, anyDate, same, 58},
	{noGUID, linkNumber, anyTitle, anyText, dateSame, same, 57},
	{noGUID, linkNumber, anyTitle, textNone, anyDate, same, 55},
	{noGUID, linkNumber, anyTitle, anyText, anyDate, doubtful, 14},
	{noGUID, linkCounted, titleAlike, likeText, anyDate, same, 57},
	{noGUID, linkCounted, titleAlike, textNone, dateSame, same, 56},
	{noGUID, linkCounted, titleAlike, textNone | textOther, anyDate, doubtful, 14},
	{noGUID, linkLoose, titleSame, likeText | textNone, anyDate, same, 60},
	{noGUID, linkLoose, titleSame, anyText, calm, same, 59},
	{noGUID, linkLoose, titleAlike, anyText, calm, same, 57},
	{noGUID, linkLoose, anyTitle, textWhole, calm, same, 56},

	// Guid and link are others, or there are none: the words and the date are left.
	{noGUID, anyLink, titleSame, sameText, dateSame, same, 55},
	{noGUID, anyLink, titleSame, textAlike, dateSame, same, 52},
	{noGUID, anyLink, titleSame, textNone, dateSame, same, 51},
	{noGUID, anyLink, titleSame, sameText, dateDay | dateNear, same, 50},
	{noGUID, anyLink, titleSame, textOther, dateSame, same, 48},
	{noGUID, anyLink, titleSame, sameText, dateNone, same, 45},
	{noGUID, anyLink, titleSame, textNone, dateDay | dateNear, same, 42},
	{noGUID, anyLink, titleSame, textAlike, dateDay | dateNear, same, 40},
	{guidNone, linkNone, titleSame, textAlike | textNone, dateNone, same, 40},
	{noGUID, anyLink, titleSame, sameText, apart, repeats, 12},
	{noGUID, anyLink, titleSame, textAlike, dateNone | apart, repeats, 11},
	{noGUID, anyLink, titleSame, textNone, dateNone | dateLater, repeats, 11},
	{noGUID, anyLink, titleSame, textOther, dateNone | dateDay | dateNear | dateLater, doubtful, 10},
	{noGUID, anyLink, titleAlike, textWhole, nearDate, same, 41},
	{noGUID, anyLink, titleAlike, textSame, dateSame, same, 41},
	{noGUID, anyLink &^ linkNone, titleAlike, textSame, dateDay | dateNear, doubtful, 9},
	{guidNone, linkNone, titleAlike, likeText, dateNone | nearDate, same, 38},
	{noGUID, anyLink, titleAlike, textWhole, dateNone | apart, doubtful, 9},
	{noGUID, anyLink, titleAlike, textAlike, dateSame, same, 39},
	{guidNone, linkNone, titleAlike, textNone, dateSame, same, 37},
	{noGUID, anyLink, titleAlike, textNone, dateSame, doubtful, 8},
	{guidNone, linkNone, titleAlike, textNone, dateNone, doubtful, 8},
	{noGUID, anyLink, titleUnlike, textWhole, dateSame, same, 38},
	{noGUID, anyLink, titleUnlike, textSame, dateSame, doubtful, 7},
	{noGUID, anyLink, titleUnlike, textWhole, dateNear, doubtful, 7},
}

// beside judges an entry by an item that the document shows in another place already.
var beside = []rule{
	// The same place, the same words: a pinned item stands twice.
	{guidSame | guidNone, linkSame, titleSame, likeText | textNone, calm | dateLater, copied, 0},
	{guidSame, linkSame, titleSame, anyText, calm, copied, 0},
	{guidNone, linkSame, titleSame, anyText, dateSame, copied, 0},
	{guidSame, linkSame, titleSame, likeText | textNone, anyDate, copied, 0},
	{guidSame, linkSame, titleAlike, likeText | textNone, dateSame, copied, 0},
	{guidSame, linkSame, anyTitle, textWhole, calm, copied, 0},
	{guidSame, linkSame, titleAlike, likeText, anyDate, copied, 0},
	{guidSame, anyLink, titleSame, sameText, dateSame, copied, 0},
	{guidOther, linkSame, titleSame, likeText | textNone, dateSame | dateDay | dateNone, copied, 0},
	{guidSame, anyLink &^ (linkOther | linkCounted), titleSame, sameText | textNone, calm, copied, 0},
	{guidNone, sectional | linkNone, titleSame, sameText | textNone, dateSame | dateDay | dateNone, copied, 0},
	{noGUID, linkNumber | linkLoose, titleSame, sameText | textNone, dateSame | dateDay | dateNone, copied, 0},

	// The same words in another place: a copy that an editor will rewrite, or a notice
	// that is repeated. On another day a title alone is news again.
	{anyGUID, anyLink, titleSame, sameText, anyDate, repeats, 6},
	{anyGUID, anyLink, titleSame, textAlike | textNone, anyDate &^ dateFar, repeats, 5},
	{noGUID, anyLink, titleSame, textOther, dateSame, repeats, 5},
	{guidNone, linkSame, titleSame, textOther, calm, repeats, 4},
	{guidNone, linkSame, titleAlike, textNone, dateNone | dateSame, repeats, 4},
}

// judge finds the row that fits, and returns it without one as another item.
func judge(table []rule, found evidence) rule {
	for _, r := range table {
		if found&r.guid != 0 && found&r.link != 0 && found&r.title != 0 && found&r.text != 0 && found&r.date != 0 {
			return r
		}
	}
	return rule{verdict: newItem}
}
