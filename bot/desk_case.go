package bot

import (
	"context"
	"slices"

	"kabarchy/bot/broadcast"
	"kabarchy/bot/desk"
	"kabarchy/bot/locale"
	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
	"kabarchy/feeds"
)

// onCase shows where a case stands.
func (t deskTalk) onCase(ctx context.Context, args []string) (reply, error) {
	c, found, err := t.office.Look(ctx, render.Arg(args, 0))
	if err != nil {
		return reply{}, err
	}
	if !found {
		return t.stale()
	}
	return t.showFound(ctx, c, nil)
}

// showFound shows a case, unless looking for it failed.
func (t deskTalk) showFound(ctx context.Context, c desk.Case, err error) (reply, error) {
	if err == nil {
		err = t.showCase(ctx, c, "")
	}
	return reply{}, err
}

// showAfter shows a case as an act has left it, with what there is to say of the act, in
// place of the messages that led to it.
func (t deskTalk) showAfter(ctx context.Context, out desk.Outcome, note string, gone ...int64) error {
	if out.Result == desk.Refused {
		note = render.JoinFilled("\n", note, "⚠️ "+t.words.T(refusals[out.Refusal], nil))
	}
	if out.Case.ID == "" {
		return t.open(ctx, page{screen: screen{text: note}, gone: gone})
	}
	return t.showCase(ctx, out.Case, note, gone...)
}

func (t deskTalk) showCase(ctx context.Context, c desk.Case, note string, gone ...int64) error {
	p, err := t.casePage(ctx, c)
	if err != nil {
		return err
	}
	p.text, p.gone = render.JoinFilled("\n\n", p.text, note), gone
	return t.open(ctx, p)
}

// moved shows a case that is another by now than the pressed button knew, and says so.
func (t deskTalk) moved(ctx context.Context, c desk.Case) (reply, error) {
	who, err := t.lastHand(ctx, c)
	if err != nil {
		return reply{}, err
	}
	text := t.words.T("toast.desk_moved", nil)
	if who != "" {
		text = t.words.T("toast.desk_first", map[string]any{"Who": who})
	}
	return reply{text: text}, t.showCase(ctx, c, "")
}

// whoChanged names who else has changed a field since a version; empty where nobody has.
func (t deskTalk) whoChanged(ctx context.Context, c desk.Case, field string, since int) (string, error) {
	if c.Fields[field] <= since {
		return "", nil
	}
	return t.another(ctx, func(l desk.Line) bool { return l.Case == c.ID && l.Version == c.Fields[field] })
}

// lastHand names who acted on a case last, other than who asks; empty where that is nobody.
func (t deskTalk) lastHand(ctx context.Context, c desk.Case) (string, error) {
	return t.another(ctx, func(l desk.Line) bool { return l.Case == c.ID })
}

// another names who did the last act of a sort, unless it was who asks, or the clock.
func (t deskTalk) another(ctx context.Context, is func(desk.Line) bool) (string, error) {
	lines, err := t.office.Audit(ctx, "", recentLines)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(lines, is)
	if i < 0 || lines[i].Who == 0 || lines[i].Who == t.from.ID {
		return "", nil
	}
	names, err := t.names(ctx)
	return names.of(lines[i].Who), err
}

// recentLines is how far back the audit is read for who was first.
const recentLines = 100

// refused is what a refused press is answered with.
func (v view) refused(why desk.Refusal) reply { return reply{text: v.words.T(refusals[why], nil)} }

// refusals are what to say of each.
var refusals = map[desk.Refusal]string{
	desk.NotAllowed:   "toast.desk_not_allowed",
	desk.OwnText:      "toast.desk_own_text",
	desk.WrongStatus:  "toast.desk_moved",
	desk.NoCase:       "toast.stale",
	desk.NoReason:     "toast.desk_no_reason",
	desk.TooLong:      "toast.desk_too_long",
	desk.ChecksFailed: "toast.desk_checks",
}

// casePage draws a case: where it stands, what it says, and a button for each act that the
// person may do.
func (t deskTalk) casePage(ctx context.Context, c desk.Case) (page, error) {
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	if err != nil {
		return page{}, err
	}
	names, err := t.names(ctx)
	if err != nil {
		return page{}, err
	}
	d := &caseDrawing{view: t.view, c: c, title: t.bot.titleOf(ctx, c, t.words.Language()), names: names, allowed: allowed}
	if err := t.look(ctx, d); err != nil {
		return page{}, err
	}
	return page{screen: d.draw(), shows: shown{Case: c.ID, Version: c.Version, What: showsCase}}, nil
}

// look reads what the drawing shows of a case that is where it is.
func (t deskTalk) look(ctx context.Context, d *caseDrawing) (err error) {
	c := d.c
	if c.Status == desk.Sending || c.Status == desk.Stopped || c.Status == desk.Sent {
		if d.sums, err = t.bot.sumsOf(ctx, c); err != nil {
			return err
		}
		if d.corrects, d.withdraws, err = t.mends(ctx); err != nil {
			return err
		}
	}
	if c.Status == desk.Submitted {
		d.reach, d.reached = t.bot.reachCount(ctx, c)
		if d.approvers, err = t.approvers(ctx, c); err != nil {
			return err
		}
	}
	if c.Kind == desk.Correct {
		if d.items, err = t.bot.itemsOf(ctx, c); err != nil {
			return err
		}
	}
	if d.editable() {
		if d.findings, err = t.office.Check(ctx, c); err != nil {
			return err
		}
		d.findings = slices.DeleteFunc(d.findings, func(f desk.Finding) bool { return f.Check == desk.CheckMissing }) // the card shows that
	}
	if c.Status == desk.Draft || c.Status == desk.Returned {
		if d.send, err = t.sendsAlone(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// mends reports whether somebody may correct and withdraw what went out.
func (t deskTalk) mends(ctx context.Context) (corrects, withdraws bool, err error) {
	correct, err := t.office.Allowed(ctx, desk.Case{Kind: desk.Correct}, t.from.ID)
	if err != nil {
		return false, false, err
	}
	withdraw, err := t.office.Allowed(ctx, desk.Case{Kind: desk.Withdraw}, t.from.ID)
	return slices.Contains(correct, desk.Write), slices.Contains(withdraw, desk.Approve), err
}

// approvers are those who may approve a case.
func (t deskTalk) approvers(ctx context.Context, c desk.Case) (all []int64, err error) {
	people, err := t.office.People(ctx)
	for _, p := range people {
		allowed, err := t.office.Allowed(ctx, c, p.ID)
		if err != nil {
			return nil, err
		}
		if slices.Contains(allowed, desk.Approve) {
			all = append(all, p.ID)
		}
	}
	return all, err
}

// sendsAlone reports whether somebody may submit and approve in one step.
func (t deskTalk) sendsAlone(ctx context.Context, c desk.Case) (bool, error) {
	c.Status, c.Hands = desk.Submitted, append(slices.Clone(c.Hands), t.from.ID)
	allowed, err := t.office.Allowed(ctx, c, t.from.ID)
	return slices.Contains(allowed, desk.Approve), err
}

// caseDrawing is what the screen of a case is drawn from.
type caseDrawing struct {
	view
	c        desk.Case
	items    []feeds.Item // of what is corrected or withdrawn
	title    string
	names    names
	allowed  []desk.Verb
	findings []desk.Finding
	sums     sums
	send     bool // who submits may approve as well

	corrects, withdraws bool // whether the person may mend what went out

	approvers []int64 // who may approve what waits
	reach     int     // whom it reaches, where that is known
	reached   bool
}

// editable reports whether the person may change the texts now.
func (d caseDrawing) editable() bool { return d.may(desk.Change) }

func (d caseDrawing) may(v desk.Verb) bool { return slices.Contains(d.allowed, v) }

func (d caseDrawing) draw() screen {
	s := screen{text: d.head()}
	switch d.c.Status {
	case desk.Draft, desk.Returned, desk.Submitted:
		s.text = render.JoinFilled("\n\n", s.text, d.card(), d.waiting(), d.warnings())
		s.rows = d.cardRows()
	case desk.Approved:
		if d.c.Kind != desk.Withdraw {
			s.text = render.JoinFilled("\n\n", s.text, d.card())
		}
	case desk.Sending, desk.Stopped, desk.Sent:
		s.text = render.JoinFilled("\n\n", s.text, d.progress(d.sums))
		s.rows = d.itemRows()
	}
	for _, verb := range d.allowed {
		if b, has := d.actButton(verb); has {
			s.rows = append(s.rows, []telegram.Button{b})
		}
	}
	s.rows = append(s.rows, d.deskButton())
	return s
}

// heads are how a case's screen begins, by where it stands; the others say what it does.
var heads = map[desk.Status]string{
	desk.Draft:     "screen.desk_draft",
	desk.Submitted: "screen.desk_submitted",
	desk.Returned:  "screen.desk_returned",
	desk.Stopped:   "screen.desk_stopped",
	desk.Discarded: "screen.desk_discarded",
}

// head says where the case stands, by whom, and what it is called.
func (d caseDrawing) head() string {
	c := d.c
	data := map[string]any{"Who": "", "When": "", "Reason": c.Reason}
	switch c.Status {
	case desk.Draft, desk.Submitted:
		data["Who"] = d.names.list(c.Hands)
	case desk.Approved:
		data["Who"], data["When"] = d.names.of(c.ApprovedBy), d.due()
	case desk.Stopped:
		data["Who"], data["When"] = d.names.of(c.StoppedBy), d.momentOf(c.StoppedAt)
	}
	words, entry := kindWords[c.Kind], heads[c.Status]
	switch c.Status {
	case desk.Approved:
		entry = words.approved
	case desk.Sending:
		entry = words.sending
	case desk.Sent:
		entry = words.sent
	}
	head := d.words.HTML(entry, data)
	if entry := missings[c.Reason]; entry != "" && (c.Status == desk.Submitted || c.Status == desk.Sent) {
		head += "\n" + d.words.T(entry, nil)
	}
	if c.Paid > 0 {
		head += "\n" + d.words.T("line.paid_approved", map[string]any{"Stars": d.words.Number(broadcast.Stars(c.Paid))})
	}
	if title := render.Escaped(d.title, titleLength); title != "" {
		head += "\n" + words.sign + " <b>" + title + "</b>"
	}
	return head
}

// missings say why what was approved was not sent, or changed nothing.
var missings = map[string]string{
	desk.MissedLate:     "line.desk_missed_late",
	desk.MissedApprover: "line.desk_missed_approver",
	desk.TakenBack:      "line.desk_taken_back",
}

// due says when an approved case goes.
func (d caseDrawing) due() string {
	wait := d.c.Due.Sub(d.now())
	if wait <= longHold {
		return d.words.T("line.desk_in_seconds", map[string]any{"Count": max(0, int(wait.Seconds()))})
	}
	return d.momentOf(d.c.Due)
}

// card says what the case holds.
func (d caseDrawing) card() string {
	c := d.c
	lines := []string{""}
	for _, language := range locale.Languages() {
		name := locale.For(language).Name()
		switch text, has := c.Texts[language]; {
		case has:
			lines = append(lines, d.words.N("line.desk_signs", lengthOf(text), map[string]any{"Language": name}))
		case c.Kind == desk.Correct:
		case c.Missing == desk.MainMissing && c.Main != "":
			lines = append(lines, d.words.T("line.desk_stand_in", map[string]any{"Language": name, "Main": locale.For(c.Main).Name()}))
		default:
			lines = append(lines, name+": –")
		}
	}
	if c.Kind == desk.Announce {
		lines = append(lines, d.topicLine(), d.urgentLine(), d.timeLine())
	}
	if c.Picture != "" {
		lines = append(lines, d.words.T("line.desk_picture", nil))
	}
	if c.Kind == desk.Correct {
		lines = append(lines, d.withdrawn(), d.words.T("line.desk_few_notice", nil))
	}
	return render.JoinFilled("\n", lines...)
}

// withdrawn names the editions that were taken back since the correction was begun.
func (d caseDrawing) withdrawn() string {
	var lines []string
	for _, item := range d.items {
		if item.Withdrawn {
			lines = append(lines, d.words.T("line.desk_edition_withdrawn", map[string]any{"Language": locale.For(item.Language).Name()}))
		}
	}
	return render.JoinFilled("\n", lines...)
}

// waiting says whom what waits would reach, and who can approve it.
func (d caseDrawing) waiting() string {
	if d.c.Status != desk.Submitted {
		return ""
	}
	var lines []string
	if d.reached {
		lines = append(lines, d.reaching())
	}
	if !d.may(desk.Approve) && len(d.approvers) > 0 {
		lines = append(lines, d.words.HTML("line.desk_approvers", map[string]any{"Names": d.names.list(d.approvers)}))
	}
	return render.JoinFilled("\n", lines...)
}

// reaching says whom it reaches: exactly to who may send it.
func (d caseDrawing) reaching() string {
	if d.c.Kind != desk.Announce {
		return d.words.N("line.desk_changes_on", d.reach, nil)
	}
	return d.reachedInWords(d.reach, d.may(desk.Approve))
}

// lengthOf is a text's length in characters.
func lengthOf(t desk.Text) int {
	n := len([]rune(t.Title))
	for _, b := range t.Blocks {
		n += len([]rune(b.Text()))
	}
	return n
}

func (d caseDrawing) topicLine() string {
	if topic, known := d.topicWithID(d.c.Topic); known {
		return "🏷 " + render.Escaped(topic.NameIn(d.words.Language()), titleLength)
	}
	return d.words.T("line.desk_no_topic", nil)
}

func (d caseDrawing) urgentLine() string {
	if d.c.Urgent {
		return d.words.T("line.desk_urgent", nil)
	}
	return d.words.T("line.desk_ordinary", nil)
}

func (d caseDrawing) timeLine() string {
	if d.c.At.IsZero() {
		return d.words.T("line.desk_at_once", nil)
	}
	return "🕘 " + d.momentOf(d.c.At)
}

// warnings are what the checks have found.
func (d caseDrawing) warnings() string {
	var lines []string
	for _, f := range d.findings {
		lines = append(lines, d.finding(f))
	}
	return render.JoinFilled("\n", lines...)
}
