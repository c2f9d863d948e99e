package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"kabarchy/bot/locale"
	"kabarchy/cmd/kabarchy/config"
	"kabarchy/feeds"
)

// checkCommand says what a configuration would do.
type checkCommand struct {
	configFlag
}

// shownItems is how many of a source's items are printed.
const shownItems = 5

// Run reads the configuration, fetches each source once and prints what is there. It
// fails if one can't be read. It needs neither a token nor Redis; where there is a Redis
// it reports whether what it is told is safe there, and fails if the service could not work
// with it.
func (c *checkCommand) Run(ctx context.Context, out output) error {
	configured, err := c.load()
	if err != nil {
		return err
	}
	lines, unfit := checkRedis(ctx)
	printPlan(out.stdout, c.name(), configured, lines)
	options := pollerOptions(configured, nil)
	failed := 0
	for _, source := range options.Sources {
		report, err := feeds.Inspect(ctx, options, source)
		if err != nil {
			failed++
			fmt.Fprintf(out.stdout, "\n%s (%s): can't be read\n", source.ID, source.URL)
			complain(out.stderr, err)
			continue
		}
		printReport(out.stdout, report, configured.Zone())
	}
	if failed > 0 {
		complain(out.stderr, unfit)
		return fmt.Errorf("%d of %d sources can't be read; correct their url, or ask the site's administrator", failed, len(options.Sources))
	}
	if unfit != nil {
		return unfit
	}
	fmt.Fprintln(out.stdout, "\nNothing was changed. At a source's first poll all of this is archived and nobody is told; what comes later is sent.")
	return nil
}

// printPlan says what the configuration says, in words.
func printPlan(w io.Writer, name string, c *config.Config, redis []string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintf(t, "%s is valid.\n\n", name)
	for _, language := range locale.Languages() {
		fmt.Fprintf(t, "Ministry\t%s: %s\n", language, c.Ministry.Name[language])
	}
	fmt.Fprintf(t, "Site\t%s\n", c.Ministry.Site)
	fmt.Fprintf(t, "Polls\t%s, %s\n", c.Poll, c.Timezone)
	for _, topic := range c.Topics {
		fmt.Fprintf(t, "Topic\t%s: %s\n", topic.ID, strings.Join([]string{topic.Name["ky"], topic.Name["ru"], topic.Name["en"]}, " · "))
	}
	if lacks := c.WithoutAdmins(); lacks != "" {
		fmt.Fprintf(t, "Admins\tnone: %s; put Telegram user ids under admins\n", lacks)
	}
	printDesk(t, c)
	fmt.Fprintf(t, "Rate\t%g messages a second\n", c.Telegram.MessagesPerSecond)
	if p := c.Telegram.Paid; p != nil {
		fmt.Fprintf(t, "Paid\turgent announcements, where who approves asks for it: %g messages a second, at most %d Stars a day\n", p.PerSecond, p.StarsADay)
		if c.Desk == nil {
			fmt.Fprint(t, "Paid\t! nobody writes announcements without a desk: nothing will be paid for\n")
		}
	}
	if c.Telegram.Webhook != "" {
		fmt.Fprintf(t, "Webhook\t%s\n", c.Telegram.Webhook)
	}
	fmt.Fprintf(t, "Listens\t%s\n", c.Listen)
	for _, line := range redis {
		fmt.Fprintf(t, "Redis\t%s\n", line)
	}
	if c.Network.CAFile != "" {
		fmt.Fprintf(t, "Network\tsites are also vouched for by %s\n", c.Network.CAFile)
	}
	if c.Network.AllowPrivateAddresses {
		fmt.Fprint(t, "Network\tprivate addresses are allowed: only for tests and demos\n")
	}
}

// printDesk says who is at the desk, and what may not be meant.
func printDesk(w io.Writer, c *config.Config) {
	if c.Desk == nil {
		return
	}
	for _, p := range c.Colleagues() {
		fmt.Fprintf(w, "Desk\t%s: %s\n", cmp.Or(p.Name, fmt.Sprintf("administrator %d", p.ID)), strings.Join(p.Roles, ", "))
	}
	if c.Desk.One() {
		fmt.Fprint(w, "Desk\tapproval: one: nobody else looks at a text before it goes out\n")
	}
	for _, warning := range c.Warnings() {
		fmt.Fprintf(w, "Desk\t! %s\n", warning)
	}
}

// printReport says what one source has.
func printReport(w io.Writer, r feeds.Report, zone *time.Location) {
	fmt.Fprintf(w, "\n%s (%s): %s, %s, %d items, %.1f KB in %d ms, asked every %v\n", r.Source.ID, r.Source.URL,
		r.Kind, r.Charset, len(r.Items), float64(r.Bytes)/1e3, r.Took.Milliseconds(), r.Pace)
	for _, odd := range r.Odd {
		fmt.Fprintf(w, "  ! %s\n", odd)
	}
	if len(r.Items) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  DATE\tPICTURE\tTEXT\tTOPICS\tTITLE")
	for _, item := range r.Items[:min(shownItems, len(r.Items))] {
		picture := "no"
		if item.Picture != "" {
			picture = "yes"
		}
		topics := cmp.Or(strings.Join(item.Topics, ","), "–")
		fmt.Fprintf(t, "  %s\t%s\t%d\t%s\t%s\n", item.Published.In(zone).Format("2006-01-02 15:04"), picture, item.Text, topics, shorten(item.Title, 70))
	}
	t.Flush()
	if more := len(r.Items) - shownItems; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
	printOdd(w, r.Items)
}

// printOdd says once what is strange about items, and about how many.
func printOdd(w io.Writer, items []feeds.ReportItem) {
	var order []string
	count := map[string]int{}
	for _, item := range items {
		for _, odd := range item.Odd {
			if count[odd] == 0 {
				order = append(order, odd)
			}
			count[odd]++
		}
	}
	for _, odd := range order {
		fmt.Fprintf(w, "  ! %d of %d items: %s\n", count[odd], len(items), odd)
	}
}

// shorten cuts a text to so many characters.
func shorten(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:most-1]) + "…"
}
