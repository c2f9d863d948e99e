package main

import (
	"strings"
	"testing"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

func TestRoomy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		inBucket, entries, value int
		want                     string
	}{
		{0, 512, 64, ""},
		{457, 512, 64, ""},
		{488, 512, 64, "set hash-max-listpack-entries 1024"},
		{1220, 512, 64, "set hash-max-listpack-entries 2048"},
		{488, 1024, 64, ""},
		{122, 128, 64, "set hash-max-listpack-entries 256"},
		{1, 512, 63, "set hash-max-listpack-value 64"},
		{1, 512, 128, ""},
	} {
		got := strings.Join(roomy(tt.inBucket*subscriptions.Buckets, tt.entries, tt.value), "; ")
		if (got == "") != (tt.want == "") || !strings.HasSuffix(got, tt.want) {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// TestAServerThatKeepsSubscribersBadlyIsWarnedOf sets a real one so, and looks at what it
// does with a bucket.
func TestAServerThatKeepsSubscribersBadlyIsWarnedOf(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t)
	redistest.Fill(t, admin, 1, 12*subscriptions.Buckets, subscriptions.Preferences{Languages: []string{"ky"}})
	r := open(t, server.URL())
	defer r.Close()
	if got := r.Roomy(t.Context()); len(got) > 0 {
		t.Errorf("as it is: %q", got)
	}
	if err := admin.ConfigSet(t.Context(), "hash-max-listpack-entries", "8").Err(); err != nil {
		t.Fatal(err)
	}
	got := r.Roomy(t.Context())
	if len(got) != 1 || !strings.Contains(got[0], "set hash-max-listpack-entries 16") {
		t.Errorf("with room for 8: %q", got)
	}
	if all := strings.Join(r.Warnings(t.Context()), "\n"); !strings.Contains(all, got[0]) {
		t.Errorf("at the start: %q", all)
	}
}
