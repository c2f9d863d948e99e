package main

import "errors"

// The program's exit status, for scripts and supervisors.
const (
	exitFailed      = 1 // something went wrong on the way, or check found a source that can't be read
	exitMisuse      = 2 // command line, environment or configuration: starting again will not help
	exitUnavailable = 3 // Redis can't be reached, or not be used: starting again may help
	exitNot         = 4 // what was asked for is not so: explain, doctor
)

// failure is an error that decides the exit status.
type failure struct {
	status int
	err    error
}

func (f *failure) Error() string { return f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// misuse marks an error that only a person can mend.
func misuse(err error) error { return &failure{exitMisuse, err} }

// unavailable marks an error that may pass.
func unavailable(err error) error { return &failure{exitUnavailable, err} }

// exitStatus is the status to exit with after the error.
func exitStatus(err error) int {
	var f *failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &f):
		return f.status
	default:
		return exitFailed
	}
}
