package subscriptions

import "math/bits"

// Topic is the number of a topic. It is given once to each topic's id, so that
// reordering a configuration changes nobody's choice.
type Topic uint8

// Topics are the topics a chat wants. The zero value is all of them, those added later
// included. Two Topics are equal (==) when the same was chosen.
type Topics struct {
	chosen bool
	set    [4]uint64 // a bit for each Topic, when chosen
}

// Only returns the choice of just these topics; of none, it is no topic at all.
func Only(topics ...Topic) Topics {
	t := Topics{chosen: true}
	for _, n := range topics {
		t = t.With(n)
	}
	return t
}

// All reports whether the chat wants all topics: nothing was chosen.
func (t Topics) All() bool { return !t.chosen }

// Has reports whether the chat wants topic n.
func (t Topics) Has(n Topic) bool { return !t.chosen || t.set[n/64]>>(n%64)&1 == 1 }

// With returns the choice with topic n in it.
func (t Topics) With(n Topic) Topics {
	if t.chosen {
		t.set[n/64] |= 1 << (n % 64)
	}
	return t
}

// Without returns the choice without topic n. Who had all topics keeps the others of
// known, which are the topics that exist.
func (t Topics) Without(n Topic, known ...Topic) Topics {
	if !t.chosen {
		t = Only(known...)
	}
	t.set[n/64] &^= 1 << (n % 64)
	return t
}

// Chosen returns the topics chosen, in rising order; none where the chat wants all.
func (t Topics) Chosen() []Topic {
	var topics []Topic
	for word, set := range t.set {
		for ; set != 0; set &= set - 1 {
			topics = append(topics, Topic(word*64+bits.TrailingZeros64(set)))
		}
	}
	return topics
}
