//go:build chaos

package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// installs follows the document in a namespace that lets in nothing that asks for rights, and then
// subscribes and gets news.
func (k *cluster) installs() {
	k.Helper()
	began := time.Now()
	for _, o := range offersOf("install.md", k.text("install.md")) {
		if o.section != "Kubernetes" {
			continue
		}
		k.does(o.line)
		if strings.Contains(o.line, "create namespace") {
			k.does("kubectl label namespace kabarchy pod-security.kubernetes.io/enforce=restricted")
		}
	}
	k.followed["install.md"] = append(k.followed["install.md"], "Kubernetes")
	k.reader.Send("/start")
	eventually(k, "the bot answers", func() bool { return k.shows("Кыргызча") })
	k.Logf("from installing to the first message: %.1f s", time.Since(began).Seconds())
	if err := k.reader.Press("Кыргызча"); err != nil {
		k.Fatal(err)
	}
	k.leader()
	k.isSpread()
	k.refuses("kubectl --namespace kabarchy run root --image registry.example/kabarchy:v1.2.3", "violates PodSecurity")
}

// isSpread: each machine has an instance.
func (k *cluster) isSpread() {
	k.Helper()
	if pods := k.pods(); len(pods) != 2 || pods[0].node == pods[1].node {
		k.Errorf("the pods are %+v", pods)
	}
}

// operates does what the documents offer to whoever runs the service.
func (k *cluster) operates() {
	k.Helper()
	k.kubectl("exec deployment/kabarchy -- /kabarchy doctor")
	k.hides()
}

// goesOn has a broadcast under way while a pod goes, all are replaced, both machines are emptied, and the
// configuration is changed: each has it once, but for what was on its way when the pod was killed.
func (k *cluster) goesOn() {
	k.Helper()
	const onTheWay = 10
	k.feed.publish(first)
	k.have(100)
	twice := 0
	k.stays(func() {
		k.losesTheLeader()
		k.have(len(k.telegram.Deliveries(first)) + 25)
		twice = k.twice()
		k.isReplaced()
		k.isEmptied()
		if got := len(k.telegram.Deliveries(first)); got >= k.crowd.size-k.crowd.size/blockedOf {
			k.Error("all have it: nothing was interrupted")
		}
		k.isHurried()
	})
	k.crowd.until("the broadcast is finished", func() bool {
		left, err := k.crowd.rdb.ZCard(k.Context(), "{news}:broadcasts:running").Result()
		return err == nil && left == 0
	})
	k.crowd.unsure = twice
	k.crowd.judge(k.telegram.Deliveries(first))
	if twice > onTheWay {
		k.Errorf("after the leader was killed %d had it twice", twice)
	}
}

// have waits until so many have it.
func (k *cluster) have(many int) {
	k.Helper()
	eventually(k, "a part has it", func() bool { return len(k.telegram.Deliveries(first)) >= many })
}

// twice counts what came more than once.
func (k *cluster) twice() (twice int) {
	for _, n := range k.telegram.Deliveries(first) {
		twice += n - 1
	}
	return twice
}

// losesTheLeader deletes the pod that leads, at once.
func (k *cluster) losesTheLeader() {
	k.Helper()
	former := k.leader()
	k.kubectl("delete pod " + former.name + " --grace-period=0 --force")
	if next := k.leader(); next.name == former.name {
		k.Errorf("%s leads still", next.name)
	}
	k.hides()
}

// isReplaced gets the secret anew, by which both pods are replaced.
func (k *cluster) isReplaced() {
	k.Helper()
	former := k.pods()
	k.follows("operate.md", "Another token in Kubernetes")
	for _, p := range k.pods() {
		if slices.ContainsFunc(former, func(f pod) bool { return f.name == p.name }) {
			k.Errorf("%s was not replaced", p.name)
		}
	}
	k.isSpread()
}

// isEmptied has somebody empty both machines at once: one pod may go, and then the budget holds
// until it runs elsewhere.
func (k *cluster) isEmptied() {
	k.Helper()
	k.refuses("kubectl drain one two --timeout=3s", "violate the pod's disruption budget")
	k.does("kubectl uncordon one two")
	k.kubectl("rollout status deployment/kabarchy")
}

// isHurried changes the configuration, which takes effect.
func (k *cluster) isHurried() {
	k.Helper()
	k.edits(ministryConfig, "messages_per_second: 25", "messages_per_second: 500")
	k.does("kubectl apply --kustomize ministry")
	k.kubectl("rollout status deployment/kabarchy")
	if _, metrics := k.asks(k.leader(), "/metrics"); !strings.Contains(metrics, `kabarchy_send_limit_messages_per_second{limit="configured"} 500`) {
		k.Error("the change did not come")
	}
	k.isSpread()
}

// losesRedis: the pods are not ready, and nobody kills them.
func (k *cluster) losesRedis() {
	k.Helper()
	before := k.pods()
	k.redis.Kill()
	eventually(k, "none is ready", func() bool {
		pods := k.pods()
		return pods[0].ready == "False" && pods[1].ready == "False"
	})
	for _, p := range before {
		alive, _ := k.asks(p, "/healthz")
		ready, says := k.asks(p, "/readyz")
		if alive != http.StatusOK || ready != http.StatusServiceUnavailable || !strings.Contains(says, "redis: ") {
			k.Errorf("without Redis /healthz says %d, /readyz %d %s", alive, ready, says)
		}
	}
	k.redis.Restart()
	k.kubectl("rollout status deployment/kabarchy")
	k.leader()
	for _, p := range k.pods() {
		if p.restarts != "0" {
			k.Errorf("%s was begun again %s times", p.name, p.restarts)
		}
	}
	k.news("Редис кайтты")
}

// fails brings a configuration that can't be: those who run go on, and it is told why.
func (k *cluster) fails() {
	k.Helper()
	k.stays(func() {
		before := k.pods()
		k.edits(ministryConfig, "timezone: Asia/Bishkek", "timezone: Asia/Nowhere")
		k.edits(ministryKustomize, "value: 120", "value: 6")
		k.does("kubectl apply --kustomize ministry")
		k.refuses("kubectl --namespace kabarchy rollout status deployment/kabarchy", "exceeded its progress deadline")
		if pods := k.pods(); len(pods) != 3 {
			k.Errorf("the pods were %v and are %v", before, pods)
		}
		k.says("get pods", "CrashLoopBackOff")
		const why = `kabarchy: /etc/kabarchy/kabarchy.yaml:5: timezone: unknown time zone "Asia/Nowhere"`
		k.says("describe pods", why)
		k.hides()
		if said := k.follows("operate.md", "A change in Kubernetes"); !strings.Contains(said, why) {
			k.Error("nothing says what is wrong with the configuration")
		}
		k.edits(ministryConfig, "timezone: Asia/Nowhere", "timezone: Asia/Bishkek")
		k.edits(ministryKustomize, "value: 6", "value: 120")
		k.does("kubectl apply --kustomize ministry")
		k.kubectl("rollout status deployment/kabarchy")

		k.kubectl("delete secret kabarchy")
		k.kubectl("rollout restart deployment/kabarchy")
		k.says("events --types Warning", `secret "kabarchy" not found`)
		for _, o := range offersOf("install.md", k.text("install.md")) {
			if o.section == "Kubernetes" && strings.Contains(o.line, "create secret") {
				k.does(o.line)
			}
		}
		k.kubectl("rollout status deployment/kabarchy")
		k.isSpread()
	})
	k.news("Оңдолду")
}

// edits changes a file.
func (k *cluster) edits(file, from, to string) {
	k.Helper()
	text, err := os.ReadFile(file)
	changed := strings.Replace(string(text), from, to, 1)
	if err != nil || changed == string(text) {
		k.Fatalf("%s has no %q (%v)", file, from, err)
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		k.Fatal(err)
	}
}

// restores takes a backup, loses all, and brings it back.
func (k *cluster) restores() {
	k.Helper()
	k.follows("restore.md", "In Kubernetes")
	k.kubectl("rollout status deployment/kabarchy")
	k.leader()
	read := k.feed.read()
	eventually(k, "the source is read again", func() bool { return k.feed.read() > read+1 })
	k.news("Калыбына келди")
	k.hides()
}
