package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// What a build says of itself where no Git repository is beside it, as for the image:
// go build -ldflags "-X main.stampedVersion=v1.2.3 -X main.stampedRevision=… -X main.stampedDate=…".
var stampedVersion, stampedRevision, stampedDate string

// unknown stands where a build was told nothing.
const unknown = "unknown"

// release is what identifies a build.
type release struct {
	version  string // a tag, or what Go makes of a revision without one
	revision string // a commit, and whether the sources had other changes
	date     string // the commit's, RFC 3339
	compiler string // the version of Go
}

// versionCommand prints which build this is.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(out output) error {
	_, err := io.WriteString(out.stdout, thisRelease().String())
	return err
}

// versionFlag does the same as the command, as a flag.
type versionFlag bool

// BeforeReset prints the version and exits, whatever else is on the command line.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	_, err := io.WriteString(app.Stdout, thisRelease().String())
	app.Exit(0)
	return err
}

// thisRelease returns what this build says of itself.
func thisRelease() release {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return describe(info, stampedVersion, stampedRevision, stampedDate)
}

// describe says which build it is: what it was stamped with, or else what Go noted of
// the Git repository.
func describe(info *debug.BuildInfo, version, revision, date string) release {
	noted := make(map[string]string)
	for _, s := range info.Settings {
		noted[s.Key] = s.Value
	}
	if noted["vcs.modified"] == "true" {
		noted["vcs.revision"] += ", with local changes"
	}
	return release{
		version:  cmp.Or(version, strings.TrimPrefix(info.Main.Version, "(devel)"), unknown),
		revision: cmp.Or(revision, noted["vcs.revision"], unknown),
		date:     cmp.Or(date, noted["vcs.time"], unknown),
		compiler: cmp.Or(info.GoVersion, unknown),
	}
}

func (r release) String() string {
	return fmt.Sprintf("kabarchy %s\nrevision %s\ndate     %s\ngo       %s\n", r.version, r.revision, r.date, r.compiler)
}
