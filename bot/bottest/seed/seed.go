// Package seed fixes the chance of property tests where RAPID_SEED names it, so that CI says
// the same twice of one commit. A test of a package with such tests imports it for that
// alone; -rapid.seed on the command line goes first, and without either each run draws anew.
package seed

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // which has the flag
)

func init() {
	if given := os.Getenv("RAPID_SEED"); given != "" {
		if err := flag.Set("rapid.seed", given); err != nil {
			panic("RAPID_SEED=" + given + ": " + err.Error())
		}
	}
}
