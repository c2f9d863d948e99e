//go:build chaos

package main

import (
	"fmt"
	"net"
	"strings"
)

const settings = "/etc/kabarchy/kabarchy.yaml"

// isConfined looks at the service as it runs.
func (d *debian) isConfined() {
	d.Helper()
	_, secret, _ := strings.Cut(d.telegram.Token(), ":")
	if said := d.does("systemd-analyze verify kabarchy.service 2>&1"); said != "" {
		d.Error("the unit is not clean")
	}
	status := d.does("cat /proc/" + d.process() + "/status")
	for _, want := range []string{"NoNewPrivs:\t1", "Seccomp:\t2", "CapBnd:\t0000000000000000", "CapEff:\t0000000000000000"} {
		if !strings.Contains(status, want) {
			d.Errorf("the process has no %q", want)
		}
	}
	if strings.Contains(status, "Uid:\t0") {
		d.Error("it is root")
	}
	if said := d.does("systemctl show kabarchy; journalctl -u kabarchy; tr '\\0' '\\n' </proc/" + d.process() + "/environ"); strings.Contains(said, secret) {
		d.Error("the token shows")
	}
	for _, file := range []string{"telegram-token", "redis-url"} {
		d.refuses("runuser -u nobody -- cat /etc/kabarchy/"+file, "Permission denied")
	}
}

// operates does what the documents offer to whoever runs the service.
func (d *debian) operates() {
	d.Helper()
	for _, document := range []string{"configure.md", "metrics.md", "alerts.md", "operate.md"} {
		for _, section := range onDebian[document] {
			if section != "Why a chat has an item" && section != "Hubs" { // these are not for now
				d.follows(document, section)
			}
		}
	}
	if !strings.Contains(d.does("curl -s http://127.0.0.1:8080/metrics | grep ^kabarchy_ping_requests_total"), " 1") {
		d.Error("no ping was taken")
	}
	d.does("systemctl is-enabled systemd-timesyncd")
	if said := d.does("KABARCHY_CONFIG=" + settings + " qemu-aarch64-static /tmp/arm64/usr/bin/kabarchy check"); !strings.Contains(said, "kabarchy.yaml is valid") {
		d.Error("the program for arm64 does not check")
	}
	d.does("test -s goroutines.txt && test -s heap.pprof")
	d.news("Иштейт")
	item := d.does(`journalctl -u kabarchy -o cat | grep -o '"item":"[^"]*"' | tail -n 1 | cut -d'"' -f4`)
	for _, line := range d.offers("operate.md", "Why a chat has an item") {
		line = strings.NewReplacer("ITEM", item, "CHAT", fmt.Sprint(d.reader.ID())).Replace(line)
		eventually(d, "it is explained", func() bool {
			said, err := d.try(line, nil)
			return err == nil && strings.Contains(said, "the chat has it")
		})
	}
}

// restores takes a backup, loses all, and brings it back: the reader has what there was, and gets
// what is new.
func (d *debian) restores() {
	d.Helper()
	d.follows("restore.md", "Backup")
	d.follows("restore.md", "Restore")
	eventually(d, "the source is read again", func() bool {
		return d.does("curl -s http://127.0.0.1:8080/metrics | grep -c '^kabarchy_feeds_polls_total.* [1-9]' || true") != "0"
	})
	d.news("Калыбына келди")
}

// process is the service's number.
func (d *debian) process() string { return d.does("systemctl show -p MainPID --value kabarchy") }

// upgrades installs a later package while the service runs, and the former one again. What
// was changed in the configuration stays, though the package changed it as well.
func (d *debian) upgrades() {
	d.Helper()
	d.does("mkdir /tmp/next && dpkg-deb -R kabarchy_*_amd64.deb /tmp/next/tree && cd /tmp/next && " +
		"sed -i 's/^Version: .*/Version: 9/' tree/DEBIAN/control && echo '# A new key.' >>tree" + settings + " && " +
		"dpkg-deb -Zgzip -z1 -b tree kabarchy_9_amd64.deb && rm -r tree")
	before := d.does("sha256sum " + settings)
	for _, way := range []struct{ section, folder, title string }{{"Forward", "/tmp/next", "Жаңы"}, {"Back", ".", "Мурунку"}} {
		former := d.process()
		for _, line := range d.offers("upgrade.md", way.section) {
			if _, err := d.try("cd "+way.folder+"; "+line, enter{}); err != nil { // which keeps the configuration
				d.Fatalf("%s: %v", line, err)
			}
		}
		if after := d.does("sha256sum " + settings); after != before {
			d.Errorf("%s: the configuration was changed", way.section)
		}
		if d.process() == former {
			d.Errorf("%s: the former program still runs", way.section)
		}
		d.news(way.title)
	}
	d.does("test -s " + settings + ".dpkg-dist")
}

// fails has things be wrong that a person has to mend, or that pass.
func (d *debian) fails() {
	d.Helper()
	says := func(what string) {
		d.Helper()
		eventually(d, "the journal says "+what, func() bool {
			return strings.Contains(d.does("journalctl -u kabarchy -n 5 -o cat"), what)
		})
	}
	d.does("systemctl stop kabarchy")
	taken, err := new(net.ListenConfig).Listen(d.Context(), "tcp", "127.0.0.1:8080")
	if err != nil {
		d.Fatal(err)
	}
	d.does("systemctl start kabarchy")
	says("can't listen on 127.0.0.1:8080: ")
	if err := taken.Close(); err != nil {
		d.Fatal(err)
	}
	d.news("Порт")

	d.does("systemctl stop redis-server kabarchy")
	d.does("systemctl start --no-block kabarchy")
	says("redis")
	d.does("systemctl start redis-server")
	d.news("Редис")

	for file, why := range map[string]string{"kabarchy.yaml": settings, "telegram-token": "TELEGRAM_BOT_TOKEN", "redis-url": "REDIS_URL"} {
		file = "/etc/kabarchy/" + file
		d.does(fmt.Sprintf("mv %s /tmp/aside && echo wrong >%[1]s", file))
		d.does("systemctl restart kabarchy")
		says("kabarchy: ")
		says(why)
		eventually(d, "it stays down", func() bool { return d.does("systemctl is-active kabarchy || true") == "failed" })
		d.does("mv /tmp/aside " + file)
	}
	d.does("systemctl restart kabarchy")
	d.news("Оңдолду")
}

// leaves removes the package, brings it back, and purges it.
func (d *debian) leaves() {
	d.Helper()
	kept := "/etc/kabarchy/telegram-token " + settings
	before := d.does("sha256sum " + kept)
	d.does("apt remove -y kabarchy")
	if d.does("systemctl is-active kabarchy || true") != "inactive" || d.does("sha256sum "+kept) != before {
		d.Error("after remove it runs, or the configuration is another")
	}
	d.does("apt install -y ./kabarchy_*_amd64.deb")
	if after := d.does("sha256sum " + kept); after != before {
		d.Error("installed again, the configuration is another")
	}
	d.does("systemctl enable --now kabarchy")
	d.news("Кайтты")
	d.does("apt purge -y kabarchy")
	d.refuses("ls /etc/kabarchy", "No such file")
	d.refuses("systemctl cat kabarchy", "No files found")
	if n := d.does("redis-cli --raw --scan --pattern 'subs:[0-9]*' | wc -l"); n != "1" {
		d.Errorf("after the purge Redis has %s subscribers", n)
	}
}
