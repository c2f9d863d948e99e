package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Line is one line of the audit.
type Line struct {
	ID      string    `json:"-"` // of the line, by which Audit goes on
	At      time.Time `json:"at"`
	Who     int64     `json:"who,omitempty"` // 0: the clock
	Role    Role      `json:"role,omitempty"`
	Verb    Verb      `json:"act"`
	Case    string    `json:"case,omitempty"`
	Kind    Kind      `json:"kind,omitempty"`
	Version int       `json:"version,omitempty"` // that the act made
	From    Status    `json:"from,omitempty"`
	To      Status    `json:"to,omitempty"`
	Reach   int       `json:"reach,omitempty"` // the number that was shown
	Paid    int       `json:"paid,omitempty"`  // for how many messages was to be paid
	Via     string    `json:"via,omitempty"`   // "chat", "web" or "clock"
	Texts   string    `json:"texts,omitempty"` // SHA-256 of the texts
	Reason  string    `json:"reason,omitempty"`
	Item    string    `json:"item,omitempty"` // what was held, with Send and Keep
	Whom    int64     `json:"whom,omitempty"` // who was let in or put out
}

// auditField is the one field of a line in the stream.
const auditField = "line"

// Audit returns n lines, the latest first: those before the line with the id from, or the
// last ones where it is empty.
func (d *Desk) Audit(ctx context.Context, from string, n int) ([]Line, error) {
	end := "+"
	if from != "" {
		end = "(" + from
	}
	entries, err := d.rdb.XRevRangeN(ctx, keyAudit, end, "-", int64(n)).Result()
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	lines := make([]Line, len(entries))
	for i, e := range entries {
		raw, _ := e.Values[auditField].(string)
		if err := json.Unmarshal([]byte(raw), &lines[i]); err != nil {
			return nil, fmt.Errorf("audit, line %s: %w", e.ID, err)
		}
		lines[i].ID = e.ID
	}
	return lines, nil
}

// auditLooked is how many lines AuditOf looks at before it lets its caller go on, and
// auditAtATime how many in one step.
const (
	auditLooked  = 5000
	auditAtATime = 500
)

// AuditOf returns the first n lines before from, or of all, that are asked for. It looks at some
// thousand lines at most: older is where to go on, empty where there are no more.
func (d *Desk) AuditOf(ctx context.Context, from string, n int, is func(Line) bool) (found []Line, older string, err error) {
	for range auditLooked / auditAtATime {
		lines, err := d.Audit(ctx, from, auditAtATime)
		if err != nil {
			return nil, "", err
		}
		for _, l := range lines {
			if from = l.ID; !is(l) {
				continue
			}
			if found = append(found, l); len(found) == n {
				return found, from, nil
			}
		}
		if len(lines) < auditAtATime {
			return found, "", nil
		}
	}
	return found, from, nil
}

// oldestLine is the id of the oldest line that is kept.
func oldestLine(now time.Time) string { return strconv.FormatInt(now.Add(-kept).UnixMilli(), 10) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
