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
// what it reads, and gives it the time that it needs. CI builds and lints it, and TestKubernetes
// runs it on a cluster.
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
			Unavailable int `yaml:"maxUnavailable"`
			Selector    selector
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
	if disruption.Spec.Unavailable != 1 {
		t.Errorf("%d instances may go", disruption.Spec.Unavailable)
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
	if listen := c.Env[len(c.Env)-1]; err != nil || listen.Name != "KABARCHY_LISTEN" || listen.Value != "0.0.0.0:8080" {
		t.Errorf("its configuration: %+v, %v, and it listens at %+v", configured, err, listen)
	}
}

// TestComposeFitsTheProgram: compose.yaml gives the program what it reads and the time that it needs,
// and a Redis that keeps what it is given.
func TestComposeFitsTheProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(top, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(filepath.Join(top, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services struct {
			Bot struct {
				Environment map[string]string
				Volumes     []struct{ Source, Target string }
				Ports       []string
				Grace       string `yaml:"stop_grace_period"`
			}
			Redis struct{ Command []string }
		}
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	bot := compose.Services.Bot
	if grace, err := time.ParseDuration(bot.Grace); err != nil || grace <= stopWithin {
		t.Errorf("it is killed after %q", bot.Grace)
	}
	bot.Environment["TELEGRAM_BOT_TOKEN"] = testToken
	var environ []string
	for name, value := range bot.Environment {
		environ = append(environ, name+"="+value)
	}
	if e, err := config.ReadEnvironment(environ); err != nil || string(e.Redis) != "redis://redis:6379/0" || len(environ) != 2 {
		t.Errorf("its environment: %v, %v", bot.Environment, err)
	}
	if len(bot.Volumes) != 1 || !bytes.Contains(image, []byte("ENV KABARCHY_CONFIG="+bot.Volumes[0].Target)) {
		t.Errorf("the configuration is at %+v", bot.Volumes)
	}
	if !slices.Equal(bot.Ports, []string{"127.0.0.1:8080:8080"}) || !bytes.Contains(image, []byte("EXPOSE 8080")) {
		t.Errorf("its ports are %q", bot.Ports)
	}
	if want := []string{"redis-server", "--appendonly", "yes", "--maxmemory-policy", "noeviction"}; !slices.Equal(compose.Services.Redis.Command, want) {
		t.Errorf("redis is begun by %q", compose.Services.Redis.Command)
	}
}
