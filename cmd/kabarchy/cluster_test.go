//go:build chaos

package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kabarchy/bot/simulator"
	"kabarchy/subscriptions/redistest"
)

// cluster is a Kubernetes of two machines with nothing of ours. Telegram, the ministry's site and
// Redis are the test's, at the address by which pods leave their network.
type cluster struct {
	debian    // a shell, and who reads
	crowd     *chaos
	redis     *redistest.Server
	documents string
}

// The files of the folder ministry.
const (
	ministryConfig    = "ministry/kabarchy.yaml"
	ministryKustomize = "ministry/kustomization.yaml"
)

// TestKubernetes installs the base as docs/install.md says, word for word, and then does to it what
// people and machines do: a pod goes, all are replaced, both machines are emptied, Redis is away, a
// change is wrong. .ci/kubernetes begins the cluster and runs it there.
func TestKubernetes(t *testing.T) {
	gateway := os.Getenv("GATEWAY")
	if gateway == "" {
		t.Fatal("GATEWAY names no address that pods reach: .ci/kubernetes begins a cluster and runs this there")
	}
	k := newCluster(t, gateway)
	for _, stage := range []struct {
		name string
		does func()
	}{
		{"installs", k.installs}, {"operates", k.operates}, {"goes on", k.goesOn},
		{"loses Redis", k.losesRedis}, {"fails", k.fails}, {"restores", k.restores},
	} {
		began := time.Now()
		stage.does()
		t.Logf("it %s: %.1f s", stage.name, time.Since(began).Seconds())
	}
	for document, sections := range onKubernetes {
		for _, section := range sections {
			if !slices.Contains(k.followed[document], section) {
				k.Errorf("%s: nothing of %q was run", document, section)
			}
		}
	}
}

func newCluster(t *testing.T, gateway string) *cluster {
	t.Helper()
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Abs(filepath.Join(top, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	server := redistest.Start(t, "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--bind", "0.0.0.0", "--protected-mode", "no")
	crowd := newChaosWith(t, server.Client(t), server.URL(), 3000, simulator.Options{Latency: latency, Key: subject})
	crowd.telegram.Fault(simulator.Fault{Methods: []string{"sendMessage"}, Chats: isBlocked, Refuse: simulator.BotBlocked})
	k := &cluster{
		crowd: crowd, redis: server, documents: documents,
		debian: debian{T: t, sudo: filepath.Dir(kubectl), telegram: crowd.telegram, feed: crowd.feed, followed: map[string][]string{}},
	}
	k.reader = k.telegram.Citizen("Айгүл", "ky")
	t.Chdir(t.TempDir())
	k.prepare(serveAt(t, gateway, crowd.telegram.Handler()), serveAt(t, gateway, crowd.feed), strings.Replace(server.URL(), "127.0.0.1", gateway, 1))
	return k
}

// serveAt serves where pods, or containers, reach it.
func serveAt(t *testing.T, host string, handler http.Handler) (url string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // who asks waits for updates
	return server.URL
}

// prepare makes the files that docs/install.md asks for. The secrets end as an editor ends them;
// nothing is said of listen. To the document's kustomization comes where the test's Telegram is.
func (k *cluster) prepare(telegram, site, redis string) {
	k.Helper()
	kustomization := yamlIn(k.text("install.md"), "Kubernetes")
	program, err := filepath.Abs(os.Getenv("KABARCHY"))
	if err != nil {
		k.Fatal(err)
	}
	k.does("mkdir ministry && cp -r " + k.documents + " docs && ln -s " + program + " kabarchy")
	for name, text := range map[string]string{
		"telegram-token": k.telegram.Token() + "\n", "redis-url": redis + "\r\n",
		ministryKustomize: kustomization + fmt.Sprintf(`
patches:
  - target: {kind: Deployment}
    patch: |
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: TELEGRAM_API_ENDPOINT, value: %q}}
      - {op: replace, path: /spec/progressDeadlineSeconds, value: 120}
`, telegram),
		ministryConfig: fmt.Sprintf(`
ministry:
  name: {ky: Министрлик, ru: Министерство, en: Ministry}
  site: https://ministry.example
timezone: Asia/Bishkek
poll: "@every 1s"
sources: [{id: ky, language: ky, url: %q}]
admins: [%d]
telegram: {messages_per_second: 25}
network: {allow_private_addresses: true}
`, site, k.reader.ID()),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			k.Fatal(err)
		}
	}
}

func (k *cluster) text(document string) string {
	k.Helper()
	text, err := os.ReadFile(filepath.Join(k.documents, document))
	if err != nil {
		k.Fatal(err)
	}
	return string(text)
}

// follows runs what a document offers in a section, and returns what was said.
func (k *cluster) follows(document, section string) (said string) {
	k.Helper()
	for _, o := range offersOf(document, k.text(document)) {
		if o.section == section {
			said += k.does(o.line) + "\n"
		}
	}
	if said == "" {
		k.Fatalf("%s offers no commands under %s", document, section)
	}
	k.followed[document] = append(k.followed[document], section)
	return said
}

// kubectl runs a command in the namespace that has to go well.
func (k *cluster) kubectl(arguments string) string {
	k.Helper()
	return k.does("kubectl --namespace kabarchy " + arguments)
}
