package bot

import "slices"

// ownLanguages are those of the person's news.
func (t *talk) ownLanguages() []string {
	if len(t.preferences.Languages) == 0 {
		return []string{t.words.Language()}
	}
	return t.preferences.Languages
}

// without are the languages but for some.
func without(languages []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(languages), func(l string) bool { return slices.Contains(some, l) })
}

// newsLanguage is the main language of the person's news.
func (t *talk) newsLanguage() string { return t.ownLanguages()[0] }
