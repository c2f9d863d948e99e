package bot

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"kabarchy/bot/render"
	"kabarchy/bot/telegram"
)

// taps counts what people press and by which link they come. A press that Telegram brings
// twice counts once, as long as this process remembers it.
type taps struct {
	counter Counter
	counted *lru.Cache[string, struct{}] // presses, by what Telegram calls them
}

// rememberedTaps are so many; one is brought again within minutes.
const rememberedTaps = 10_000

func newTaps(c Counter) *taps {
	if c == nil {
		c = uncounted{}
	}
	counted, err := lru.New[string, struct{}](rememberedTaps)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &taps{c, counted}
}

// read counts a press on a page of an item, if it was on the button that opens the first.
func (t *taps) read(p telegram.Callback) {
	verb, args := render.ParseData(p.Data)
	if verb != render.VerbPage || render.Arg(args, 1) != "1" {
		return
	}
	if again, _ := t.counted.ContainsOrAdd(p.ID, struct{}{}); !again {
		t.counter.Read(render.Arg(args, 0))
	}
}

// followed counts that a link to an item's whole text was followed: it stands in the place of
// the button. The message that brought it is the person's.
func (t *taps) followed(chat, message int64, item string) {
	if again, _ := t.counted.ContainsOrAdd(decimal(chat)+"/"+decimal(message), struct{}{}); !again {
		t.counter.Read(item)
	}
}

// uncounted counts nothing.
type uncounted struct{}

func (uncounted) Read(string)       {}
func (uncounted) FromPoster(string) {}
