#!/bin/sh
# Before the files go: "remove", or 0 of an rpm; an upgrade restarts the service afterwards.
set -e
[ -d /run/systemd/system ] || exit 0
case "$1" in
  remove | 0) systemctl disable --now kabarchy.service ;;
esac
