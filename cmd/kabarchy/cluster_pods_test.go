//go:build chaos

package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// pod is one as the cluster sees it.
type pod struct{ name, node, address, ready, restarts, phase string }

// pods are those that are not about to end.
func (k *cluster) pods() (pods []pod) {
	k.Helper()
	const columns = `{range .items[*]}{.metadata.name}|{.spec.nodeName}|{.status.podIP}|{.status.conditions[?(@.type=="Ready")].status}|` +
		`{.status.containerStatuses[0].restartCount}|{.status.phase}|{.metadata.deletionTimestamp}{"\n"}{end}`
	out, err := exec.CommandContext(k.Context(), "kubectl", "--namespace", "kabarchy", "get", "pods", "--output", "jsonpath="+columns).Output()
	if err != nil {
		k.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "|"); f[6] == "" {
			pods = append(pods, pod{f[0], f[1], f[2], f[3], f[4], f[5]})
		}
	}
	return pods
}

// asks asks a pod for a path, and returns the status and the body; 0 where it does not answer.
func (k *cluster) asks(p pod, path string) (status int, body string) {
	k.Helper()
	said, err := exec.CommandContext(k.Context(), "curl", "--silent", "--max-time", "5", "--write-out", "\n%{http_code}", "http://"+p.address+":8080"+path).Output()
	if err != nil {
		return 0, ""
	}
	at := strings.LastIndex(string(said), "\n")
	_, _ = fmt.Sscan(string(said[at:]), &status)
	return status, string(said[:at])
}

// leaders are the pods that say that they lead.
func (k *cluster) leaders() (lead []pod) {
	k.Helper()
	for _, p := range k.pods() {
		if _, metrics := k.asks(p, "/metrics"); strings.Contains(metrics, "\nkabarchy_leader 1\n") {
			lead = append(lead, p)
		}
	}
	return lead
}

// leader waits until one of two leads.
func (k *cluster) leader() pod {
	k.Helper()
	var lead []pod
	eventually(k, "one of two leads", func() bool {
		lead = k.leaders()
		return len(lead) == 1 && len(k.pods()) == 2
	})
	return lead[0]
}

// hides looks whether the token shows where whoever may read logs reads.
func (k *cluster) hides() {
	k.Helper()
	_, secret, _ := strings.Cut(k.telegram.Token(), ":")
	for _, look := range []string{
		"logs --ignore-errors --selector app.kubernetes.io/name=kabarchy --tail -1", "get all,configmaps,events --output yaml", "describe all",
	} {
		out, err := exec.CommandContext(k.Context(), "bash", "-c", "kubectl --namespace kabarchy "+look).CombinedOutput()
		if err != nil || len(out) == 0 {
			k.Errorf("%s: %v", look, err)
		}
		if strings.Contains(string(out), secret) {
			k.Errorf("%s: the token shows", look)
		}
	}
}

// stays watches how many pods are ready while f is done, and fails where there is a moment with none.
func (k *cluster) stays(f func()) {
	k.Helper()
	watch := exec.CommandContext(k.Context(), "kubectl", "--namespace", "kabarchy", "get", "deployment", "kabarchy", "--watch",
		"--output", `jsonpath=<{.status.readyReplicas}>{"\n"}`)
	var seen strings.Builder
	watch.Stdout = &seen
	if err := watch.Start(); err != nil {
		k.Fatal(err)
	}
	f()
	_ = watch.Process.Kill()
	_ = watch.Wait()
	counts := regexp.MustCompile(`<(\d*)>`).FindAllStringSubmatch(seen.String(), -1)
	fewest := "9"
	for _, c := range counts {
		fewest = min(fewest, c[1])
	}
	if len(counts) < 2 || fewest < "1" { // where there are none, nothing stands there
		k.Errorf("%d changes, and %q pods ready at the least", len(counts), fewest)
	}
}

// says waits until a command says something.
func (k *cluster) says(command, what string) {
	k.Helper()
	eventually(k, command+" says "+what, func() bool {
		out, err := exec.CommandContext(k.Context(), "bash", "-c", "kubectl --namespace kabarchy "+command).CombinedOutput()
		return err == nil && strings.Contains(string(out), what)
	})
}
