package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/redis/go-redis/v9"

	"kabarchy/bot/bottest"
	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// awaited waits for a Redis in the background.
func awaited(t *testing.T, address string, atMost time.Duration) (log *bottest.Log, done <-chan error) {
	t.Helper()
	r := open(t, address)
	t.Cleanup(func() { _ = r.Close() })
	log, ended := &bottest.Log{}, make(chan error, 1)
	go func() { ended <- r.Await(t.Context(), atMost, slog.New(slog.NewTextHandler(log, nil))) }()
	return log, ended
}

// endsWell fails the test unless the waiting was said and ended well.
func endsWell(t *testing.T, log *bottest.Log, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		if err != nil || !strings.Contains(log.String(), "redis is there") {
			t.Errorf("%v\n%s", err, log)
		}
	case <-time.After(wait):
		t.Fatalf("still waiting\n%s", log)
	}
}

// composeHealthCheck is the command by which compose.yaml looks after Redis.
func composeHealthCheck(t *testing.T) []string {
	t.Helper()
	var compose struct {
		Services map[string]struct {
			HealthCheck struct {
				Test []string `yaml:"test"`
			} `yaml:"healthcheck"`
			StopGracePeriod string `yaml:"stop_grace_period"`
		} `yaml:"services"`
	}
	text, err := os.ReadFile("../../compose.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &compose)
	}
	if err != nil {
		t.Fatal(err)
	}
	if grace, err := time.ParseDuration(compose.Services["bot"].StopGracePeriod); err != nil || grace < stopWithin+2*time.Second {
		t.Errorf("compose kills the bot %s after SIGTERM, and it may take %s: %v", grace, stopWithin, err)
	}
	command := compose.Services["redis"].HealthCheck.Test
	if len(command) < 2 || command[0] != "CMD" {
		t.Fatalf("the health check is %q", command)
	}
	return command[1:]
}

// TestARedisThatIsLoadingIsWaitedFor has a real server read its file slowly: the service
// waits and says so, however little it may wait for one that is away, and the health
// check of compose.yaml says that it is not ready.
func TestARedisThatIsLoadingIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--enable-debug-command", "yes", "--loading-process-events-interval-bytes", "1024")
	admin := server.Client(t)
	redistest.Fill(t, admin, 1, 8000, subscriptions.Preferences{Languages: []string{"ky"}})
	delay := func(microseconds string) {
		if err := admin.ConfigSet(t.Context(), "key-load-delay", microseconds).Err(); err != nil {
			t.Fatal(err)
		}
	}
	delay("6000") // 48 seconds in all, unless it is told to make haste
	check := composeHealthCheck(t)
	healthy := func() error {
		_, port, _ := strings.Cut(server.Addr(), ":")
		return exec.CommandContext(t.Context(), check[0], append([]string{"-p", port}, check[1:]...)...).Run()
	}
	if err := healthy(); err != nil {
		t.Errorf("the health check of a server that is well: %v", err)
	}
	reloading := make(chan error, 1)
	patient := redis.NewClient(&redis.Options{Addr: server.Addr(), ReadTimeout: wait, MaxRetries: -1}) // it answers when it is done
	defer patient.Close()
	go func() { reloading <- patient.Do(context.WithoutCancel(t.Context()), "DEBUG", "RELOAD").Err() }()
	eventually(t, "it is loading", func() bool {
		return strings.Contains(admin.Info(t.Context(), "persistence").Val(), "loading:1")
	})
	if err := healthy(); err == nil {
		t.Error("the health check finds a loading server well")
	}
	log, done := awaited(t, server.URL(), 0)
	eventually(t, "it says so", func() bool { return strings.Contains(log.String(), "waiting for redis") })
	delay("0")
	endsWell(t, log, done)
	if said := log.String(); !strings.Contains(said, "answers nothing yet") || !strings.Contains(said, "% of its file is read") || strings.Contains(said, "password") {
		t.Errorf("it says\n%s", said)
	}
	if err := <-reloading; err != nil {
		t.Error(err)
	}
}

func TestARedisThatIsNotUpYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill()
	log, done := awaited(t, server.URL(), wait)
	eventually(t, "it says so", func() bool {
		return strings.Contains(log.String(), "waiting for redis") && strings.Contains(log.String(), "connection refused")
	})
	server.Restart()
	endsWell(t, log, done)
}

func TestAFailoverIsWaitedFor(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	server := redistest.Start(t, append([]string{"--replicaof"}, strings.Split(master.Addr(), ":")...)...)
	log, done := awaited(t, server.URL(), wait)
	eventually(t, "it says so", func() bool { return strings.Contains(log.String(), "is a replica and takes no writes") })
	if err := server.Client(t).Do(t.Context(), "REPLICAOF", "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	endsWell(t, log, done)
}

// TestRefusedWritesAreSaid: a server without enough replicas, disk or memory answers, and
// nothing can be kept there.
func TestRefusedWritesAreSaid(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t)
	for _, tt := range []struct{ set, value, reset, want string }{
		{"min-replicas-to-write", "1", "0", "can't do its work: NOREPLICAS"},
		{"maxmemory", "1", "0", "can't do its work: OOM"},
	} {
		if err := admin.ConfigSet(t.Context(), tt.set, tt.value).Err(); err != nil {
			t.Fatal(err)
		}
		r := open(t, server.URL())
		err := r.Check(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) || !mayPass(err) {
			t.Errorf("%s: %v", tt.set, err)
		}
		r.Close()
		if err := admin.ConfigSet(t.Context(), tt.set, tt.reset).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatWaitingDoesNotMendFailsAtOnce: who waits for a right password waits for ever.
func TestWhatWaitingDoesNotMendFailsAtOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	admin := server.Client(t)
	for _, command := range [][]any{
		{"ACL", "SETUSER", "some", "on", ">hunter2", "+@all", "-eval", "~*"},
		{"CONFIG", "SET", "requirepass", "hunter2"},
	} {
		if err := admin.Do(t.Context(), command...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for address, want := range map[string]string{
		"redis://" + server.Addr():                    "refuses: NOAUTH",
		"redis://:wrong@" + server.Addr():             "refuses: WRONGPASS",
		"redis://nobody:hunter2@" + server.Addr():     "refuses: WRONGPASS",
		"redis://some:hunter2@" + server.Addr():       "may not run EVAL;",
		"redis://:hunter2@" + server.Addr() + "/9999": "refuses: ERR DB index is out of range",
	} {
		log, done := awaited(t, address, time.Hour)
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), want) || log.String() != "" {
				t.Errorf("%s: %v\n%s", address, err, log)
			}
		case <-time.After(wait):
			t.Errorf("%s: waits\n%s", address, log)
		}
	}
}

func TestWaitingEndsWhenTold(t *testing.T) {
	t.Parallel()
	r := open(t, "redis://"+closedAddress)
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Await(ctx, time.Hour, slog.New(slog.DiscardHandler)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
