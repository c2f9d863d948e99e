//go:build chaos

package main

import (
	"fmt"
	"slices"
	"strings"
)

// rpm looks at the other package, and has dnf install, upgrade and remove it. The tools are Debian's, and
// what the package needs is in a repository of the test's: the rest of a system of that kind is not tried.
func (d *debian) rpm() {
	d.Helper()
	d.isTheSame()
	d.does("createrepo_c --quiet /opt/repository && mkdir -p /etc/yum.repos.d")
	d.does("printf '[base]\nname=base\nbaseurl=file:///opt/repository\ngpgcheck=0\n' >/etc/yum.repos.d/base.repo")
	lines := d.offers("install.md", "Fedora, Red Hat, SUSE")
	for _, line := range d.offers("install.md", "Debian and Ubuntu") { // the rest is as there
		if !strings.Contains(line, "apt install") {
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		d.installing(line)
	}
	if d.does("rpm -q --qf '%{NAME}' base") != "base" {
		d.Error("what the package needs was not installed")
	}
	d.news("Дандифайд")
	d.upgradesByDNF()

	d.does("dnf remove -y kabarchy")
	d.refuses("systemctl cat kabarchy", "No files found")
	d.does("test -s /etc/kabarchy/telegram-token && test -s " + settings + ".rpmsave")
	if d.does("systemctl is-active kabarchy || true") != "inactive" {
		d.Error("it still runs")
	}
	if n := d.does("redis-cli --raw --scan --pattern 'subs:[0-9]*' | wc -l"); n != "1" {
		d.Errorf("Redis has %s subscribers", n)
	}
}

// upgradesByDNF does what upgrades does by apt.
func (d *debian) upgradesByDNF() {
	d.Helper()
	before := d.does("sha256sum " + settings)
	lines := d.offers("upgrade.md", "Fedora, Red Hat, SUSE")
	back := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "downgrade") })
	for _, way := range []struct {
		folder, title string
		lines         []string
	}{{"/opt/next", "Дагы жаңы", lines[:back]}, {".", "Дагы мурунку", lines[back:]}} {
		former := d.process()
		for _, line := range way.lines {
			if _, err := d.try("cd "+way.folder+"; "+line, strings.NewReader("y\n")); err != nil {
				d.Fatalf("%s: %v", line, err)
			}
		}
		if d.does("sha256sum "+settings) != before {
			d.Errorf("in %s the configuration was changed", way.folder)
		}
		if d.process() == former {
			d.Errorf("in %s the former program still runs", way.folder)
		}
		d.news(way.title)
		if way.folder != "." {
			d.does("grep -q 'A new key' " + settings + ".rpmnew")
		}
	}
}

// isTheSame holds the package to the other one, and looks at what it tells rpm.
func (d *debian) isTheSame() {
	d.Helper()
	flags := d.does("rpm -qp --qf '[%{FILEFLAGS:fflags} %{FILENAMES}\\n]' kabarchy_*_amd64.rpm")
	if !strings.Contains(flags, "cn "+settings) {
		d.Error("an upgrade does not keep the configuration")
	}
	// Fedora, Red Hat and SUSE have these under these names.
	needed := d.does("rpm -qp --requires kabarchy_*_amd64.rpm | grep -v '^rpmlib(' | sort | xargs")
	if needed != "/bin/sh ca-certificates systemd" {
		d.Errorf("the package needs %q", needed)
	}
	d.does("rpm -K --nosignature kabarchy_*.rpm")
	for _, arch := range []string{"amd64", "arm64"} { // what is in it, with whose and which rights, is what is in the other
		for _, script := range []string{"POSTIN", "PREUN", "POSTUN"} {
			if d.does(fmt.Sprintf("rpm -qp --qf '%%{%s}' kabarchy_*_%s.rpm | tee /dev/stderr | sh -n", script, arch)) == "(none)" {
				d.Errorf("%s: no %s", arch, script)
			}
		}
		const list = `find . -mindepth 1 -path './etc/*' -o -path './usr/*/kabarchy*' | sort | xargs stat -c '%a %U:%G %F %n'`
		d.does(fmt.Sprintf("mkdir /tmp/rpm.%[1]s && rpm2archive - <kabarchy_*_%[1]s.rpm | tar -xz -C /tmp/rpm.%[1]s", arch))
		d.does(fmt.Sprintf("cd /tmp/%[1]s && %[2]s >/tmp/of.deb; cd /tmp/rpm.%[1]s && %[2]s >/tmp/of.rpm && diff /tmp/of.deb /tmp/of.rpm && diff -r /tmp/%[1]s .", arch, list))
	}
	if got := d.does("rpm -qp --qf '%{ARCH}' kabarchy_*_arm64.rpm"); got != "aarch64" {
		d.Errorf("the package for arm64 is for %s", got)
	}
}
