#!/bin/sh
# After the files are there. A deb's script is told "configure" and, of an upgrade, the version
# before; an rpm's how many versions there are.
set -e
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
case "$1:$2" in
  configure:?* | 2:*) systemctl try-restart kabarchy.service ;;
esac
