// Command kabarchy is a Telegram bot with which a ministry brings its news to citizens
// in Kyrgyz, Russian and English. See README.md for how to run it.
//
//	kabarchy demo                          the whole system on this machine
//	kabarchy run   --config kabarchy.yaml  the service
//	kabarchy check --config kabarchy.yaml  what a configuration would do
//	kabarchy backup FILE                   all that is in Redis, while the service runs
//	kabarchy restore FILE                  bring it back into an empty Redis
//	kabarchy explain ITEM CHAT             why a chat has an item, or not
//	kabarchy doctor                        what is wrong, and what mends it
//	kabarchy version                       version, revision, date and the version of Go
//
// It ends with status 0 when all went well or it was asked to stop, 1 when something
// failed, 2 when the command line, the environment or the configuration is wrong, 3 when
// Redis can't be reached or used, and 4 when explain or doctor answer no. SIGINT and SIGTERM
// stop it in order; a second one stops it at once.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // an empty container knows no time zones
)

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, restore) // the second signal does what signals do
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
