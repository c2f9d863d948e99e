package feeds

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// story is a file: the life of one ministry's site.
type story struct {
	Name, Why string
	Source    *storySource
	Sources   []storySource
	Schedule  span
	Let       map[string]fields
	Steps     []step
}

// storySource is a source as a story describes it.
type storySource struct {
	ID, Language, Kind, Links, Path string
	Plausible                       int
}

// step is what happens until the next poll, and what is to be told after it.
type step struct {
	Note    string
	After   *span
	Officer []map[string]string // one of release, dismiss, withdraw: a title
	Polls   int
	Every   *span
	Error   flag
	Within  *span
	Asked   *count
	Expect  []expectation
	Shows   map[string]*Shown
	Shown   `yaml:",inline"`
	// Pages and Elsewhere stay until they are replaced.
	Pages     map[string]pageShown
	Elsewhere map[string]*Shown
}

// Shown is what an address shows. It is a step's own as well.
type Shown struct {
	Items       *[]any
	Channel     string
	Before      string
	Behind      string
	CutAfter    *int `yaml:"cut_after"`
	Raw         *string
	ContentType string `yaml:"content_type"`
	Status      int
	Headers     map[string]string
	Repeat      map[int]bool
	Cookie      bool
	rendered    []fields // Items, resolved
	page        bool     // for a page source
}

// says reports whether the step says anything of what the address shows.
func (s *Shown) says() bool {
	return s.Items != nil || s.Channel != "" || s.Before != "" || s.Behind != "" || s.CutAfter != nil || s.Raw != nil ||
		s.ContentType != "" || s.Status != 0 || s.Headers != nil || s.Repeat != nil || s.Cookie
}

// expectation is one entry of what is to be told.
type expectation struct {
	New, Corrected    string
	Held              *count
	NewOrHeld         string `yaml:"new_or_held"`
	To                string
	Times             *count
	Text, Link, Reads string
	Pair              string
}

// readStory reads and checks a story.
func readStory(file string) (*story, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := new(story)
	if err := yaml.UnmarshalWithOptions(raw, s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := s.resolve(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// resolve fills in the defaults and replaces the items' names.
func (s *story) resolve() error {
	if len(s.Steps) == 0 {
		return errors.New("no steps")
	}
	switch {
	case s.Source != nil:
		s.Sources = append(s.Sources, *s.Source)
	case s.Sources == nil:
		s.Sources = []storySource{{}}
	}
	for i := range s.Sources {
		s.Sources[i].resolve(i, s.Source != nil || len(s.Sources) == 1 && s.Sources[i].ID == "")
	}
	for i := range s.Steps {
		if err := s.resolveStep(&s.Steps[i]); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (src *storySource) resolve(place int, alone bool) {
	def := func(value *string, standard string) {
		if *value == "" {
			*value = standard
		}
	}
	def(&src.ID, "source"+strconv.Itoa(place+1))
	def(&src.Language, "ru")
	def(&src.Kind, KindFeed)
	if alone {
		def(&src.Path, "/feed")
	}
	def(&src.Path, "/"+src.ID+"/feed")
}

func (s *story) resolveStep(st *step) error {
	for _, e := range st.Expect {
		if n := strings.Count(fmt.Sprint(e.New != "", e.Corrected != "", e.Held != nil, e.NewOrHeld != ""), "true"); n != 1 {
			return fmt.Errorf("expected is %d, and not one of new, corrected, held, new_or_held", n)
		}
	}
	for _, act := range st.Officer {
		for name := range act {
			if len(act) != 1 || !slices.Contains([]string{"release", "dismiss", "withdraw"}, name) {
				return fmt.Errorf("officer: unknown key %s", name)
			}
		}
	}
	all := slices.Collect(maps.Values(st.Elsewhere))
	all = append(all, &st.Shown)
	for id, show := range st.Shows {
		if !slices.ContainsFunc(s.Sources, func(src storySource) bool { return src.ID == id }) {
			return fmt.Errorf("shows: no source %s", id)
		}
		all = append(all, show)
	}
	for _, show := range all {
		if show == nil || show.Items == nil {
			continue
		}
		for _, it := range *show.Items {
			list, err := s.items(it)
			if err != nil {
				return err
			}
			show.rendered = append(show.rendered, list...)
		}
	}
	return nil
}

// span is a time such as 15d, 2h30m or -1h.
type span time.Duration

func (s *span) UnmarshalYAML(decode func(any) error) error {
	var text string
	if err := decode(&text); err != nil {
		return err
	}
	d, err := parseSpan(text)
	*s = span(d)
	return err
}

func parseSpan(text string) (time.Duration, error) {
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	n, err := strconv.Atoi(days)
	if err != nil {
		return 0, fmt.Errorf("time %q: %w", text, err)
	}
	d := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	if n < 0 {
		more = -more
	}
	return d + more, err
}

// or returns the span, or what is meant without one.
func (s *span) or(standard time.Duration) time.Duration {
	if s == nil {
		return standard
	}
	return time.Duration(*s)
}

// flag is empty, "true", or "any".
type flag string

func (f *flag) UnmarshalYAML(decode func(any) error) error {
	var value any
	if err := decode(&value); err != nil {
		return err
	}
	switch *f = flag(fmt.Sprint(value)); *f {
	case "true", "any":
		return nil
	}
	return fmt.Errorf("error: %v is neither true nor any", value)
}

// anyNumber is more than there ever are.
const anyNumber = 1 << 30

// count is how many there may be, or the titles that they begin with.
type count struct {
	least, most int
	titles      []string
}

func (c *count) UnmarshalYAML(decode func(any) error) error {
	if err := decode(&c.titles); err == nil {
		c.least, c.most = len(c.titles), len(c.titles)
		return nil
	}
	var value any
	if err := decode(&value); err != nil {
		return err
	}
	text := fmt.Sprint(value)
	if text == "any" {
		c.most = anyNumber
		return nil
	}
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		to = from
	}
	var err, err2 error
	c.least, err = strconv.Atoi(from)
	c.most, err2 = strconv.Atoi(to)
	if err = errors.Join(err, err2); err != nil {
		return fmt.Errorf("held: %s is no number, range, list or \"any\"", text)
	}
	return nil
}

func (c count) allows(n int) bool { return c.least <= n && n <= c.most }

func (c count) String() string {
	switch {
	case c.titles != nil:
		return fmt.Sprintf("%q", c.titles)
	case c.most == anyNumber:
		return "any number"
	case c.least == c.most:
		return strconv.Itoa(c.least)
	}
	return fmt.Sprintf("%d to %d", c.least, c.most)
}

// oneLineError is an error of the parser without the lines that it quotes.
func oneLineError(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
}
