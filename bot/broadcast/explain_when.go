package broadcast

import (
	"context"
	"time"

	"kabarchy/subscriptions"
)

// whenItGoes asks the audience when the chat gets it.
func (x *explaining) whenItGoes(ctx context.Context) error {
	planned := time.UnixMilli(x.plan.PlannedAt)
	if !x.plan.Urgent && x.byDigest(planned) {
		return x.inDigest(ctx, planned)
	}
	when := x.e.audience.decide(x.p, &x.item, x.says, x.plan.Urgent, planned, x.now)
	switch {
	case when == skip:
		return x.ends(Wont, "times", "the chat has paused its news, and this came before")
	case !x.runs && x.forgotten(x.plan):
		return x.ends(Unknown, "ledger", "who has it is kept for %v after its end; by its report %d got it", x.e.options.Keep, x.plan.Sent)
	case !x.runs:
		return x.ends(Wont, "broadcast", "it ended without this chat: it came later, or wanted other news then")
	case when == afterQuiet:
		return x.comes(x.e.audience.quietUntil(x.p, x.now), "times", "it comes when the quiet hours end")
	case when == afterMainEdition:
		return x.comes(planned.Add(mainEditionWait), "editions", "it comes unless there is an edition in %s until then", x.p.Languages[0])
	case x.plan.Round > 0 && x.p.Since.After(planned) && !x.noted:
		return x.ends(Wont, "broadcast", "the chat came after it had been announced")
	}
	return x.comes(x.now, "broadcast", "its turn comes, with this broadcast")
}

// byDigest reports whether it is a digest that brings it.
func (x *explaining) byDigest(planned time.Time) bool {
	at := x.now
	if x.p.When.Rhythm == subscriptions.AtOnce { // what is owed, when its time has come
		at = x.p.Owed.Until
	}
	return x.e.audience.digested(x.p, planned, at)
}

// inDigest looks for the digest that brings it.
func (x *explaining) inDigest(ctx context.Context, planned time.Time) error {
	due := x.e.audience.nextDigest(x.p, planned)
	last, err := x.e.plans.lastDigest(ctx)
	if err != nil {
		return err
	}
	if due.After(hourTime(last)) {
		return x.comes(due, "digest", "the digest of %s brings it", x.moment(due))
	}
	digest, err := x.digestOf(ctx, due)
	if err != nil {
		return err
	}
	if digest.ID == 0 {
		return x.ends(Wont, "digest", "the one of %s, which was its, was for nobody", x.moment(due))
	}
	line, has, err := x.e.ledger.get(ctx, digest.Ledger, x.Chat)
	if err != nil {
		return err
	}
	on := x.moment(hourTime(-digest.ID))
	held := digest.Held != "" || x.halted[digest.subject()] != ""
	switch {
	case has && line.Reason == "":
		return x.ends(Has, "digest", "the one of %s brought it, in message %d", on, line.ID)
	case has && !line.Reason.lost():
		return x.ends(Wont, "digest", "the one of %s did not reach the chat (%s)", on, line.Reason)
	case digest.Finished == 0 && held:
		return x.ends(Waits, "digest", "the one of %s is held or stopped: a person has to decide", on)
	case digest.Finished == 0:
		return x.comes(x.now, "digest", "the one of %s is under way", on)
	case x.forgotten(digest):
		return x.ends(Unknown, "ledger", "who has it is kept for %v after the end of the digest of %s", x.e.options.Keep, on)
	}
	return x.ends(Wont, "digest", "the one of %s ended without this chat", on)
}

// forgotten reports whether the ledger of a broadcast has expired.
func (x *explaining) forgotten(b record) bool {
	return b.Finished > 0 && x.now.Sub(time.Unix(b.Finished, 0)) >= x.e.options.Keep
}

// digestOf finds the digest that brings what is due at a time: the first that was planned at
// that hour or later. Its number is 0 where there is none.
func (x *explaining) digestOf(ctx context.Context, due time.Time) (found record, err error) {
	running, err := x.e.plans.running(ctx)
	if err != nil {
		return record{}, err
	}
	ended, err := x.e.plans.finishedSince(ctx, due.Add(-time.Hour))
	if err != nil {
		return record{}, err
	}
	for _, b := range append(running, ended...) {
		j := job{plan: b.plan}
		if b.Kind == Digest && !j.plannedAt().Before(due) && j.from().Before(due) {
			return b, nil
		}
	}
	return record{}, nil
}
