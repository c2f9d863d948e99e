package subscriptions_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func TestTopicsKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, rdb redis.UniversalClient) {
		store := subscriptions.NewStore(rdb)
		first, err := store.NumberTopics(t.Context(), "legal-aid", "vacancies")
		if err != nil {
			t.Fatal(err)
		}
		later, err := store.NumberTopics(t.Context(), "fraud", "vacancies", "legal-aid")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]subscriptions.Topic{"legal-aid": 0, "vacancies": 1}
		if !maps.Equal(first, want) {
			t.Errorf("first numbers %v, want %v", first, want)
		}
		want["fraud"] = 2
		if !maps.Equal(later, want) {
			t.Errorf("reordered and with one more: %v, want %v", later, want)
		}
	})
}

func TestTooManyTopicsAreRefused(t *testing.T) {
	t.Parallel()
	_, rdb := redistest.Mini(t)
	ids := make([]string, 257)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	if _, err := subscriptions.NewStore(rdb).NumberTopics(t.Context(), ids...); err == nil {
		t.Error("257 topics were numbered in one byte")
	}
}
