package simulator

import "testing"

// CheckHTML parses a text and checks that its entities lie inside what is left.
func CheckHTML(t *testing.T, html string) {
	t.Helper()
	f, refusal := format(html, "HTML", "")
	if refusal != nil {
		return
	}
	end := utf16Length(f.text)
	for _, e := range f.entities {
		if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > end {
			t.Errorf("%q: entity %+v outside of a text of %d units", html, e, end)
		}
	}
}

// Polling reports whether a getUpdates request waits.
func (s *Server) Polling() bool {
	s.account.updates.mu.Lock()
	defer s.account.updates.mu.Unlock()
	return s.account.updates.poll != nil
}

// Unanswered counts the pressed buttons that wait for an answer.
func (s *Server) Unanswered() int {
	s.account.presses.mu.Lock()
	defer s.account.presses.mu.Unlock()
	return len(s.account.presses.open)
}
