package subscriptions_test

import (
	"slices"
	"testing"

	"kabarchy/subscriptions"
)

func TestTopics(t *testing.T) {
	t.Parallel()
	known := []subscriptions.Topic{0, 1, 64, 255}
	all := subscriptions.Topics{}
	tests := []struct {
		name   string
		topics subscriptions.Topics
		all    bool
		chosen []subscriptions.Topic
		wants  []subscriptions.Topic // of known and of 7, a topic added later
	}{
		{"by default all, later ones included", all, true, nil, []subscriptions.Topic{0, 1, 64, 255, 7}},
		{"one more than all is all", all.With(3), true, nil, []subscriptions.Topic{0, 1, 64, 255, 7}},
		{"none", subscriptions.Only(), false, nil, nil},
		{"two", subscriptions.Only(255, 0), false, []subscriptions.Topic{0, 255}, []subscriptions.Topic{0, 255}},
		{"one off", all.Without(64, known...), false, []subscriptions.Topic{0, 1, 255}, []subscriptions.Topic{0, 1, 255}},
		{"another off", all.Without(64, known...).Without(0, known...), false, []subscriptions.Topic{1, 255}, []subscriptions.Topic{1, 255}},
		{"on again", subscriptions.Only(1).With(64).With(64), false, []subscriptions.Topic{1, 64}, []subscriptions.Topic{1, 64}},
		{"off twice", subscriptions.Only(1).Without(1).Without(1), false, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.topics.All(); got != test.all {
				t.Errorf("All is %t", got)
			}
			if got := test.topics.Chosen(); !slices.Equal(got, test.chosen) {
				t.Errorf("chosen are %v, want %v", got, test.chosen)
			}
			for _, n := range append(slices.Clone(known), 7) {
				if got := test.topics.Has(n); got != slices.Contains(test.wants, n) {
					t.Errorf("Has(%d) is %t", n, got)
				}
			}
		})
	}
}
