package bot

import "slices"

// ownLanguages are those of the person's news.
func (v view) ownLanguages() []string {
	if len(v.preferences.Languages) == 0 {
		return []string{v.words.Language()}
	}
	return v.preferences.Languages
}

// without are the languages but for some.
func without(languages []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(languages), func(l string) bool { return slices.Contains(some, l) })
}

// newsLanguage is the main language of the person's news.
func (v view) newsLanguage() string { return v.ownLanguages()[0] }
