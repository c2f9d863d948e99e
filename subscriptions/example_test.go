package subscriptions_test

import (
	"context"
	"fmt"
	"log"

	"github.com/redis/go-redis/v9"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/embedded"
)

// A chat subscribes, is found again by its id and by walking over all buckets, and leaves
// without a trace.
func ExampleStore() {
	ctx := context.Background()
	server, err := embedded.Start() // any Redis will do
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer rdb.Close()
	store := subscriptions.NewStore(rdb)

	const chat = 4242
	if _, err := store.Update(ctx, chat, func(p *subscriptions.Preferences, known bool) {
		p.Interface, p.Languages = "ky", []string{"ky", "ru"}
	}); err != nil {
		log.Fatal(err)
	}

	p, known, err := store.Get(ctx, chat)
	fmt.Println(known, p.Interface, p.Languages, err)

	buckets, err := store.Read(ctx, 0, subscriptions.Buckets)
	if err != nil {
		log.Fatal(err)
	}
	for _, bucket := range buckets {
		for _, s := range bucket {
			fmt.Println(s.Chat, s.Preferences.Languages)
		}
	}

	if err := store.Forget(ctx, chat); err != nil {
		log.Fatal(err)
	}
	_, known, err = store.Get(ctx, chat)
	fmt.Println(known, err)
	// Output:
	// true ky [ky ru] <nil>
	// 4242 [ky ru]
	// false <nil>
}
