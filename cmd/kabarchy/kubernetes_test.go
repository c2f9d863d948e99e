package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"kabarchy/cmd/kabarchy/config"
)

type labels map[string]string

type selector struct {
	MatchLabels labels `yaml:"matchLabels"`
}

// deployment is what of a Kubernetes Deployment has to fit the program.
type deployment struct {
	Spec struct {
		Replicas int
		Selector selector
		Template struct {
			Metadata struct{ Labels labels }
			Spec     struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []struct {
					Env       []struct{ Name, Value string }
					Liveness  probed  `yaml:"livenessProbe"`
					Readiness probed  `yaml:"readinessProbe"`
					Mounts    []mount `yaml:"volumeMounts"`
				}
			}
		}
	}
}

type mount struct {
	Path string `yaml:"mountPath"`
}

type probed struct {
	HTTP struct{ Path, Port string } `yaml:"httpGet"`
}

// TestKubernetesFitsTheProgram: the base in docs/kubernetes asks what the program serves, sets
// what it reads, and gives it the time that it needs. CI builds and lints it.
func TestKubernetesFitsTheProgram(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(top, "docs", "kubernetes")
	read := func(name string, into any) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			err = yaml.NewDecoder(bytes.NewReader(text)).Decode(into)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var d deployment
	read("deployment.yaml", &d)
	pod := d.Spec.Template
	if d.Spec.Replicas != 2 || len(pod.Spec.Containers) != 1 || time.Duration(pod.Spec.Grace)*time.Second <= stopWithin {
		t.Fatalf("%+v", d)
	}
	var disruption struct {
		Spec struct {
			Available int `yaml:"minAvailable"`
			Selector  selector
		}
	}
	read("disruption.yaml", &disruption)
	var service struct{ Spec struct{ Selector labels } }
	read("service.yaml", &service)
	for what, selects := range map[string]labels{
		"deployment": d.Spec.Selector.MatchLabels, "disruption": disruption.Spec.Selector.MatchLabels, "service": service.Spec.Selector,
	} {
		if len(selects) == 0 || !reflect.DeepEqual(selects, pod.Metadata.Labels) {
			t.Errorf("the %s selects %v, and the pods are %v", what, selects, pod.Metadata.Labels)
		}
	}
	if disruption.Spec.Available != 1 {
		t.Errorf("%d instances have to stay", disruption.Spec.Available)
	}
	c := pod.Spec.Containers[0]
	if c.Liveness.HTTP.Path != "/healthz" || c.Readiness.HTTP.Path != "/readyz" {
		t.Errorf("the probes ask %+v and %+v", c.Liveness, c.Readiness)
	}
	for i, name := range []string{"KABARCHY_CONFIG", "TELEGRAM_BOT_TOKEN_FILE", "REDIS_URL_FILE"} {
		if i >= len(c.Env) || c.Env[i].Name != name || !slices.Contains(c.Mounts, mount{filepath.Dir(c.Env[i].Value)}) {
			t.Errorf("%s is not set to a file in a folder that is mounted: %+v", name, c)
		}
	}
	configured, err := config.Load(filepath.Join(folder, "kabarchy.yaml"))
	if err != nil || configured.Listen != "0.0.0.0:8080" {
		t.Errorf("its configuration: %v", err)
	}
}
