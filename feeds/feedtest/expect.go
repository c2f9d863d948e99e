// Package feedtest has what tests of the news share: what they expect, and a ministry's
// site with a feed.
package feedtest

import (
	"strings"
	"testing"
)

// Equal expects a value.
func Equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}

// Begins expects a text with a certain beginning.
func Begins(t testing.TB, what, got, want string) {
	t.Helper()
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s: got %.80q, want it to begin with %q", what, got, want)
	}
}

// Says expects an error of one line that says something, or none where says is empty.
func Says(t testing.TB, err error, says string) {
	t.Helper()
	if says == "" && err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
		t.Errorf("got %v, want an error that says %q", err, says)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has more than one line: %q", err)
	}
}
