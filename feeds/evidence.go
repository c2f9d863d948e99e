package feeds

import "time"

// evidence says how an entry and an item compare, field by field: one bit of each group.
type evidence uint32

const (
	guidNone evidence = 1 << iota // one of them has none, or it is shared by several items
	guidSame
	guidOther

	linkNone
	linkSame
	linkSection   // the same, and it looks like the page of a section
	linkShared    // the same, and several items have it
	linkContested // the same and several items have it, though it looks like one item's own
	linkNumber    // another slug beside the same number
	linkCounted   // another slug beside the same number, which is short
	linkLoose     // the same but for a fragment or a parameter of the visit
	linkOther

	titleSame
	titleAlike
	titleBegins // alike in its first words alone
	titleOther

	textNone
	textSame  // and short
	textWhole // the same, and long enough to be nothing but this item's
	textAlike
	textOther
	textNew // another, and both are long

	dateNone
	dateSame // to the second
	dateDay  // the same day, without hours
	dateNear // within nearBy
	dateLater
	dateFar
)

const (
	anyGUID  = guidNone | guidSame | guidOther
	anyLink  = linkNone | linkSame | linkSection | linkShared | linkContested | linkNumber | linkCounted | linkLoose | linkOther
	anyTitle = titleSame | titleAlike | titleUnlike
	// titleUnlike: what is written there is another title.
	titleUnlike = titleBegins | titleOther
	sameText    = textSame | textWhole
	anyText     = textNone | sameText | textAlike | textOther | textNew
	anyDate     = dateNone | dateSame | dateDay | dateNear | dateLater | dateFar

	noGUID     = guidNone | guidOther
	sharedLink = linkShared | linkContested
	sectional  = linkSection | sharedLink
	likeness   = titleSame | titleAlike
	likeText   = sameText | textAlike
	nearDate   = dateSame | dateDay | dateNear
	calm       = nearDate | dateNone
	apart      = dateLater | dateFar
)

// How far apart two dates are of one act of an editor, and from when on they are of two days.
const (
	nearBy   = 3 * time.Hour
	otherDay = 20 * time.Hour
)

// compare finds how an entry compares with a known item, by what that shows and by what
// it has shown before. shared tells of a key whether several items have it.
func compare(e, known *subject, shared func(key string) bool) evidence {
	return compareGUIDs(e, known, shared) | compareLinks(e, known, shared) | compareTitles(e, known) |
		compareTexts(e, known) | compareDates(e, known)
}

func compareGUIDs(e, known *subject, shared func(string) bool) evidence {
	switch {
	case e.source != known.source, e.guid == "", shared(e.guid):
		return guidNone
	case known.has(e.guid):
		return guidSame
	case known.guid == "", shared(known.guid), e.titled, known.titled:
		return guidNone
	}
	return guidOther
}

func compareLinks(e, known *subject, shared func(string) bool) evidence {
	exact, loose := e.key(keyExact), e.key(keyLoose)
	switch {
	case exact == "":
		return linkNone
	case known.has(exact):
		return sameLink(e.link.section, shared(exact))
	case known.link.exact == "":
		return linkNone
	case !known.has(loose) && e.link.counted != "" && known.has(e.key(keyCounted)) && !shared(e.key(keyCounted)):
		return linkCounted
	case !known.has(loose), e.link.fragment != "" && known.link.fragment != "":
		return linkOther
	case e.link.numbered && !shared(loose):
		return linkNumber
	}
	return linkLoose
}

// sameLink says what the same link is worth: less where it looks like a section's page, or
// where several items have it.
func sameLink(section, shared bool) evidence {
	switch {
	case shared && !section:
		return linkContested
	case shared:
		return linkShared
	case section:
		return linkSection
	}
	return linkSame
}

func compareTitles(e, known *subject) evidence {
	switch {
	case e.title.same(known.title), known.has(e.key(keyTitle)):
		return titleSame
	case e.title.alike(known.title):
		return titleAlike
	case known.has(e.key(keyHead)):
		return titleBegins
	}
	return titleOther
}

func compareTexts(e, known *subject) evidence {
	long := e.key(keySummary)
	switch {
	case long != "" && (known.has(long) || e.text.same(known.text)):
		return textWhole
	case e.empty || known.empty:
		return textNone
	case e.text.same(known.text):
		return textSame
	case e.text.alike(known.text):
		return textAlike
	case long != "" && known.key(keySummary) != "":
		return textOther | textNew
	}
	return textOther
}

func compareDates(e, known *subject) evidence {
	if e.date.IsZero() || known.date.IsZero() {
		return dateNone
	}
	apart := e.date.Sub(known.date).Abs()
	if known.has(e.key(keyDated)) {
		apart = 0
	}
	switch {
	case apart > nearBy && known.redated():
		return dateNone
	case apart == 0 && midnight(e.date):
		return dateDay
	case apart == 0:
		return dateSame
	case apart <= nearBy:
		return dateNear
	case apart < otherDay:
		return dateLater
	}
	return dateFar
}

// redated reports whether an item was dated anew again and again, and not written anew:
// its site dates it with the moment of each request.
func (s *subject) redated() bool {
	dates, titles := make(map[string]bool), make(map[string]bool)
	for _, k := range s.keys {
		switch k[:1] {
		case keyDated:
			dates[k] = true
		case keyTitle:
			titles[k] = true
		}
	}
	return len(dates)-len(titles) >= 2
}
