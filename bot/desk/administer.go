package desk

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// Errors of inviting, coming in and putting out.
var (
	// ErrNotAllowed is returned when it is not for who asks.
	ErrNotAllowed = errors.New("only an approver may do that")
	// ErrNotInvited is returned when somebody is not at the desk by invitation: the
	// configuration's people are in its file.
	ErrNotInvited = errors.New("nobody of that id was invited")
)

// administered is what a script of administer's answers once it is done; it answers 0 where
// there is nothing to do it to, and less where the person is another by now.
const administered = 1

// administer runs a script for an approver, which writes the line of the audit, too.
func (d *Desk) administer(ctx context.Context, by int64, l Line, run func(l Line, entry string) (int, error)) error {
	for range attempts {
		entry, err := d.rdb.HGet(ctx, keyPeople, decimal(by)).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		roles, err := d.roles(by, entry)
		if err != nil {
			return err
		}
		if roles&Approver == 0 {
			return ErrNotAllowed
		}
		l.Who, l.Role = by, roles
		switch done, err := run(l, entry); {
		case err != nil:
			return err
		case done == administered:
			return nil
		case done == 0:
			return ErrNotInvited
		}
	}
	return errBusy
}
