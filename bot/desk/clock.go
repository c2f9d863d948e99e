package desk

import (
	"context"
	"fmt"
	"time"
)

// What the clock decides by.
const (
	lookEvery  = time.Second
	tooLate    = 30 * time.Minute    // after its time, nothing goes without being asked again
	stopsFor   = 24 * time.Hour      // what is stopped ends so
	idleLength = 30 * 24 * time.Hour // a draft that nobody touched is discarded
	clockWay   = "clock"             // Act.Via of the clock
)

// Run does what is due, ends what is over and repeats what is to be done until it is, each
// second until ctx is done. One instance at a time runs it, the one that leads; where two do
// for a moment, each act is still done once.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for failures := 0; ; {
		switch err := d.tick(ctx); {
		case ctx.Err() != nil:
			return nil
		case err == nil && failures > 0:
			d.log.InfoContext(ctx, "the desk's clock works again", "failures", failures)
			failures = 0
		case err == nil:
		default:
			if failures++; failures == 1 {
				d.log.ErrorContext(ctx, "the desk's clock failed, trying again each second", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tick looks once at all that is open. What fails with one case holds up no other.
func (d *Desk) tick(ctx context.Context) error {
	open, err := d.Open(ctx)
	if err != nil {
		return err
	}
	var failed error
	note := func(c Case, err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("case %s: %w", c.ID, err)
		}
	}
	var under []Case // those that may have ended
	why := make(map[string]string)
	for _, c := range open {
		done := c.Ended
		if c.Status == Sending {
			done, why[c.ID], err = d.release(ctx, c)
			note(c, err)
		}
		if done {
			under = append(under, c)
			continue
		}
		verb, reason, err := d.due(ctx, c)
		if err == nil && verb != "" {
			err = d.act(ctx, c, verb, reason)
		}
		note(c, err)
	}
	if err := d.finishHeld(ctx); err != nil && failed == nil {
		failed = err
	}
	if len(under) == 0 {
		return failed
	}
	ended, err := d.broadcasts(ctx) // after all was released
	if err != nil {
		return err
	}
	for _, c := range under {
		if ended(c) {
			note(c, d.done(ctx, c, why[c.ID]))
		}
	}
	return failed
}

// done closes a case all of whose broadcasts have ended, and keeps what became of them.
func (d *Desk) done(ctx context.Context, c Case, why string) error {
	sums, err := d.sums(ctx, c)
	if err != nil {
		return err
	}
	_, err = d.Do(ctx, Act{ID: clockAct(c, Done), Verb: Done, Case: c.ID, Version: c.Version, Reason: why, Via: clockWay, sums: sums})
	return err
}

// clockAct is the id of an act of the clock's.
func clockAct(c Case, verb Verb) string { return fmt.Sprintf("%s:%s:%d", verb, c.ID, c.Version) }

// act does an act of the clock's.
func (d *Desk) act(ctx context.Context, c Case, verb Verb, reason string) error {
	_, err := d.Do(ctx, Act{ID: clockAct(c, verb), Verb: verb, Case: c.ID, Version: c.Version, Reason: reason, Via: clockWay})
	return err
}

// due returns what the clock does to a case that sends nothing now, if anything.
func (d *Desk) due(ctx context.Context, c Case) (verb Verb, reason string, err error) {
	now := d.clock()
	switch c.Status {
	case Draft, Returned, Submitted:
		if now.Sub(c.Changed) >= idleLength {
			return Discard, "", nil
		}
	case Approved:
		return d.whenApproved(ctx, c, now)
	case Stopped:
		if now.Sub(c.StoppedAt) >= stopsFor {
			return End, "", nil
		}
	}
	return "", "", nil
}

// whenApproved reports whether what is approved goes now. A text that is late may be wrong by
// now; a text that is to be taken back is not. Due was written by the clock of the instance
// that approved it, which may be another than this one's: how long it can be taken back is
// measured here, from when it was seen. After a restart that is longer, and never shorter.
func (d *Desk) whenApproved(ctx context.Context, c Case, now time.Time) (verb Verb, reason string, err error) {
	if left := c.hold(d.options.Hold) - d.held(c); left > 0 || now.Before(c.At) {
		return "", "", nil
	}
	roles, err := d.RolesOf(ctx, c.ApprovedBy)
	switch {
	case err != nil:
		return "", "", err
	case roles&Approver == 0:
		return Miss, MissedApprover, nil
	case c.Kind != Withdraw && now.Sub(c.Due) > tooLate:
		return Miss, MissedLate, nil
	}
	return Go, "", nil
}

// sighting is when a version of a case was seen to be approved.
type sighting struct {
	version int
	at      time.Time
}

// held is for how long this process has seen that a case is approved.
func (d *Desk) held(c Case) time.Duration {
	if c.Status != Approved {
		d.approved.Delete(c.ID)
		return 0
	}
	now := sighting{c.Version, d.clock()}
	seen, _ := d.approved.LoadOrStore(c.ID, now)
	if was := seen.(sighting); was.version == c.Version {
		return now.at.Sub(was.at)
	}
	d.approved.Store(c.ID, now)
	return 0
}
