package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testToken = "7000000001:AAtesttesttesttesttesttesttesttest"

func TestEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("\n"+testToken+" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	redis := filepath.Join(t.TempDir(), "redis")
	if err := os.WriteFile(redis, []byte("redis://127.0.0.1:6379/0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		environ []string
		want    string // in the error; "" for none
	}{
		{"token", []string{"TELEGRAM_BOT_TOKEN=" + testToken}, ""},
		{"token with a line end", []string{"TELEGRAM_BOT_TOKEN=" + testToken + "\n"}, ""},
		{"token in a file", []string{"TELEGRAM_BOT_TOKEN_FILE=" + file}, ""},
		{"empty endpoint", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "TELEGRAM_API_ENDPOINT="}, ""},
		{"no token", nil, "TELEGRAM_BOT_TOKEN is not set"},
		{"empty token", []string{"TELEGRAM_BOT_TOKEN="}, "TELEGRAM_BOT_TOKEN is not set"},
		{"both", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "TELEGRAM_BOT_TOKEN_FILE=" + file}, "leave one of them out"},
		{"empty file", []string{"TELEGRAM_BOT_TOKEN_FILE=" + os.DevNull}, "TELEGRAM_BOT_TOKEN_FILE: " + os.DevNull + " is empty"},
		{"no such file", []string{"TELEGRAM_BOT_TOKEN_FILE=" + file + ".absent"}, "TELEGRAM_BOT_TOKEN_FILE"},
		{"redis in an empty file", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "REDIS_URL_FILE=" + os.DevNull}, ""},
		{"redis in a file", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "REDIS_URL_FILE=" + redis}, ""},
		{"both of redis", []string{"REDIS_URL=redis://:hunter2@host", "REDIS_URL_FILE=" + redis}, "REDIS_URL and REDIS_URL_FILE"},
		{"no such file of redis", []string{"REDIS_URL_FILE=" + redis + ".absent"}, "REDIS_URL_FILE"},
		{"a secret for pings", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "PING_SECRET=0123456789abcdef0123456789abcdef"}, ""},
		{"a short secret for pings", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "PING_SECRET=hunter2"}, "PING_SECRET is too short"},
		{"both of pings", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "PING_SECRET=hunter2", "PING_SECRET_FILE=" + file}, "PING_SECRET and PING_SECRET_FILE"},
		{"an empty file of pings", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "PING_SECRET_FILE=" + os.DevNull}, "PING_SECRET is too short"},
		{"no token at all", []string{"TELEGRAM_BOT_TOKEN=hunter2"}, "is not a valid bot token"},
		{"bad endpoint", []string{"TELEGRAM_BOT_TOKEN=" + testToken, "TELEGRAM_API_ENDPOINT=telegram"}, `TELEGRAM_API_ENDPOINT: "telegram"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, err := ReadEnvironment(tt.environ)
			if tt.want == "" {
				if err != nil || string(e.Token) != testToken || e.Endpoint != "https://api.telegram.org" || string(e.Redis) != "redis://127.0.0.1:6379/0" {
					t.Errorf("got %v, endpoint %s, redis %s, token right: %v", err, e.Endpoint, string(e.Redis), string(e.Token) == testToken)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), testToken)) {
				t.Errorf("the secret shows: %v", err)
			}
		})
	}
}

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	e := Environment{Token: "hunter2", Redis: "redis://:hunter2@host"}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x", e, e, e, e.Token, e.Token, e.Token)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "environment", e, "token", e.Token)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "environment", e, "token", e.Token)
	if err := json.NewEncoder(&out).Encode(e); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("the secret shows: %s", &out)
	}
}
