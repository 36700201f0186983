#!/bin/sh
# On Debian 12, Ubuntu 24.04 or later, as root, from the top of the checkout, what docs/operations.md does step by step:
#   sudo sh deploy/install.sh config.toml
# Once more it upgrades, and takes the configuration again.
set -eu
config=${1:?give the configuration, such as config.toml}
apt-get update && apt-get install --yes python3-venv sqlite3
python3 -m venv /opt/tsudoi
TMPDIR=/var/tmp /opt/tsudoi/bin/pip install --constraint constraints.txt --upgrade .
id tsudoi >/dev/null 2>&1 || useradd --system --home-dir /var/lib/tsudoi --shell /usr/sbin/nologin tsudoi
install -d -m 700 -o tsudoi -g tsudoi /var/lib/tsudoi
install -d /etc/tsudoi
install -m 640 -o root -g tsudoi "$config" /etc/tsudoi/config.toml
cp deploy/tsudoi.service deploy/tsudoi-backup.service deploy/tsudoi-backup.timer /etc/systemd/system/
systemctl daemon-reload
systemctl enable tsudoi
systemctl enable --now tsudoi-backup.timer
systemctl restart tsudoi
