#!/bin/sh
# After the files are gone. The configuration stays until a deb is purged, and so does the token.
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if [ "$1" = purge ]; then rm -rf /etc/kabarchy; fi
