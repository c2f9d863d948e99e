package simulator

// Desk is what the page's desk acts on.
type Desk interface{}
