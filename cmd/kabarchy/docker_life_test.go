//go:build chaos

package main

import (
	"slices"
	"strings"
	"time"

	"kabarchy/subscriptions"
	"kabarchy/subscriptions/redistest"
)

// builds follows the head of the Dockerfile, up to where the bot is run. What is told to the build is
// told to Compose as well, which then has nothing to build.
func (d *docker) builds() {
	d.Helper()
	said := ""
	for _, line := range d.head("Dockerfile")[:2] {
		said = d.does(line)
	}
	for name, of := range map[string]string{"VERSION": "git describe --tags --always --dirty", "REVISION": "git rev-parse HEAD", "DATE": "git show -s --format=%cI"} {
		is := d.does(of)
		if !strings.Contains(said, is) {
			d.Errorf("the image does not know its %s, %s", name, is)
		}
		d.Setenv(name, is)
	}
}

// lacks does it in a hurry: without the files, without the token, with a file that the bot can't read.
func (d *docker) lacks() {
	d.Helper()
	const up = "docker compose up --detach"
	d.refuses(up, `TELEGRAM_BOT_TOKEN is missing a value: put it into the file \.env beside compose\.yaml`)
	d.write(".env", "TELEGRAM_BOT_TOKEN=...\n"+d.environment)
	d.refuses(up, `kabarchy\.yaml`)
	d.does("cp kabarchy.example.yaml kabarchy.yaml && chmod 600 kabarchy.yaml")
	d.does(up)
	d.says("bot", "/etc/kabarchy/kabarchy.yaml: permission denied")
	d.does("chmod 644 kabarchy.yaml")
	d.says("bot", "TELEGRAM_BOT_TOKEN is not a valid bot token")
	d.write(".env", "TELEGRAM_BOT_TOKEN=7000000001:AAwrongwrongwrongwrongwrongwrongwrong\n"+d.environment)
	d.does(up)
	d.says("bot", "(?i)telegram.*(refuse|token)")
	d.does("docker compose down --volumes && rm .env kabarchy.yaml")
}

// installs follows the document and subscribes. compose.yaml and README say the same.
func (d *docker) installs() {
	d.Helper()
	began := time.Now()
	lines := d.offers("docs/install.md", "Compose")
	if head := d.head("compose.yaml"); !slices.Equal(lines[:len(head)], head) {
		d.Errorf("compose.yaml says %q", head)
	}
	for _, line := range lines {
		switch {
		case strings.HasSuffix(line, "doctor"): // it misses administrators
			d.reader = d.telegram.Citizen("Айгүл", "ky")
			d.reader.Send("/start")
			eventually(d, "the bot answers", func() bool { return d.shows("Кыргызча") })
			d.Logf("from the first command to the first message: %.1f s", time.Since(began).Seconds())
			line += " || test $? = 4"
		case strings.HasPrefix(line, "echo TELEGRAM_BOT_TOKEN"):
			d.configure()
			line = strings.Replace(line, "...", d.telegram.Token(), 1)
		}
		d.does(line)
		if strings.Contains(line, "> .env") {
			d.write(".env", d.read(".env")+d.environment)
		}
	}
	if err := d.reader.Press("Кыргызча"); err != nil {
		d.Fatal(err)
	}
	eventually(d, "the subscription is there", func() bool { return d.subscribers() == "1" })
	d.ready()
}

// ready waits until the bot says so where the operator asks it.
func (d *docker) ready() {
	d.Helper()
	eventually(d, "it is ready", func() bool { return d.asks("curl -fs http://127.0.0.1:8080/readyz || true") != "" })
}

func (d *docker) subscribers() string {
	d.Helper()
	return d.asks("docker compose exec -T redis redis-cli --raw --scan --pattern 'subs:[0-9]*' | wc -l")
}

// broadcasts has both containers die while news go out, and the bot be stopped.
func (d *docker) broadcasts() {
	d.Helper()
	c := d.crowd(600)
	redistest.Fill(d.T, c.rdb, c.first, c.size, subscriptions.Preferences{Interface: "ky", Languages: []string{"ky"}})
	c.trouble()
	d.feed.publish("Жаңылык")
	c.await(100)
	d.does("docker compose kill bot")
	c.look()
	d.does("docker compose start bot")
	c.await(100)
	d.dies("bot")
	c.unsure += 10 // at 200 a second and 20 ms each, five, and some for the machine's own delays
	c.await(50)
	d.dies("redis")
	c.await(50)
	d.does("docker compose stop bot")
	if status := d.about("bot", ".State.ExitCode"); status != "0" {
		d.Errorf("stopped, the bot ended with %s: 137 is that it was killed", status)
	}
	d.does("docker compose start bot")
	c.finished()
	c.verdict()
	d.telegram.ClearFaults()
}

// isConfined looks at the containers as they run, and for the token where all may read.
func (d *docker) isConfined() {
	d.Helper()
	eventually(d, "it is healthy", func() bool { return d.about("bot", ".State.Health.Status") == "healthy" })
	for what, want := range map[string]string{
		".Config.User": "65532:65532", ".HostConfig.ReadonlyRootfs": "true", ".HostConfig.CapDrop": "[ALL]",
		".HostConfig.SecurityOpt": "[no-new-privileges:true]", ".HostConfig.RestartPolicy.Name": "unless-stopped",
	} {
		if got := d.about("bot", what); got != want {
			d.Errorf("%s is %s", what, got)
		}
	}
	status := d.does("cat /proc/" + d.about("bot", ".State.Pid") + "/status")
	for _, want := range []string{"NoNewPrivs:\t1", "CapBnd:\t0000000000000000", "Uid:\t65532\t65532"} {
		if !strings.Contains(status, want) {
			d.Errorf("the process has no %q", want)
		}
	}
	_, secret, _ := strings.Cut(d.telegram.Token(), ":")
	if strings.Contains(d.does("docker compose logs 2>&1; docker compose ps -a; docker history --no-trunc kabarchy"), secret) {
		d.Error("the token shows")
	}
}

// changes changes files and runs the commands that the document has for it.
func (d *docker) changes() {
	d.Helper()
	before := d.about("bot", ".Id}} {{.State.Pid")
	d.does("docker compose up --build --detach")
	if d.about("bot", ".Id}} {{.State.Pid") != before {
		d.Error("begun again, with nothing changed, it is another container")
	}
	d.does(`sed -i 's/messages_per_second: 200/messages_per_second: 1000/' kabarchy.yaml`) // puts a new file in its place
	d.does("docker compose restart bot")
	if !strings.Contains(d.does("docker compose exec bot /kabarchy check"), "kabarchy.yaml is valid") {
		d.Error("it does not check")
	}
	d.news("Кайра башталды")
	ping := `curl -s -o /dev/null -w '%{http_code}' -X POST http://127.0.0.1:8080/ping/minjust-ky -d '{}'`
	if code := d.does(ping); code != "401" { // a secret is there, and this is not signed by it
		d.Errorf("PING_SECRET in .env does not reach the bot: %s", code)
	}
	d.write(".env", strings.Replace(d.read(".env"), "PING_SECRET", "#", 1))
	d.does("docker compose up --detach")
	d.ready()
	if code := d.does(ping); code == "401" {
		d.Errorf("what is taken out of .env stays: %s", code)
	}
	d.does("docker compose down")
	d.does("docker compose up --detach")
	d.news("Кайтты")
}

// restores takes a backup, loses all, and brings it back.
func (d *docker) restores() {
	d.Helper()
	had := d.subscribers()
	for _, line := range d.offers("docs/restore.md", "With Compose") {
		d.does(line)
	}
	if rights := d.does("stat -c %a kabarchy.jsonl.gz"); rights != "600" {
		d.Errorf("the rights of the backup are %s", rights)
	}
	if has := d.subscribers(); has != had {
		d.Errorf("restored, it has %s of %s keys of subscribers", has, had)
	}
	reads := d.feed.read()
	eventually(d, "the source is read again", func() bool { return d.feed.read() > reads+1 })
	d.news("Калыбына келди")
}

// runsAlone follows the rest of the Dockerfile's head: the bot in a container of no project.
func (d *docker) runsAlone() {
	d.Helper()
	d.does("docker compose stop bot")
	d.does("docker network connect bridge $(docker compose ps -q redis)") // where such a container is
	d.write(".env", d.read(".env")+"REDIS_URL=redis://"+d.about("redis", ".NetworkSettings.Networks.bridge.IPAddress")+":6379/0\n")
	run := d.head("Dockerfile")[2]
	if !strings.HasPrefix(run, "docker run --stop-timeout 30 ") {
		d.Fatalf("the Dockerfile says %s", run)
	}
	d.does("(" + run + ") >alone.log 2>&1 &")
	id := ""
	eventually(d, "it runs", func() bool { id = d.asks("docker ps -q --filter ancestor=kabarchy"); return id != "" })
	d.news("Жалгыз")
	d.does("docker stop " + id)
	if got := d.does("docker inspect -f '{{.Config.StopTimeout}} {{.State.ExitCode}}' " + id); got != "30 0" {
		d.Errorf("given 30 seconds to stop, it was given and ended with %s", got)
	}
}
