package simulator

import "net/http"

// page serves the page that shows the phones and the desk.
func (s *Server) page() http.Handler { return http.NotFoundHandler() }
