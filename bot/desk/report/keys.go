package report

// keyStats is a hash, the sums of one day: "came", "returned", "left" and "blocked", each also
// with a language behind a colon, "poster:<label>", what the census at midnight found, and
// "by:<who counts>" → the last count that it added.
func keyStats(day string) string { return "{news}:stats:" + day }

// keyTaps is a hash: "read" → how often "Read in full" was pressed below an item; and as above.
func keyTaps(item string) string { return "{news}:taps:" + item }

// keyPosters is a hash: label of a poster → when it was made, Unix seconds.
const keyPosters = "{news}:posters"

// keyHealth is a hash: source → how it is, as JSON.
const keyHealth = "{news}:health"
