package simulator

import "net/http"

// Handler serves the Bot API under /bot<token>/, uploaded pictures under /file/ and
// the page everywhere else.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(filePath, &s.files)
	mux.Handle("/", s.page())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r)
	})
}
