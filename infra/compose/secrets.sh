#!/bin/sh
# Makes the secrets of the compose file, once: .env beside it, and the API key again as a file for Prometheus.
set -eu
cd "$(dirname "$0")"
umask 077
# random BYTES: base64url
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }

# The key as a file for Prometheus, which runs as another user; the folder keeps others out.
note() {
  mkdir -p .secrets
  printf '%s' "$1" >.secrets/api-key
  chmod 644 .secrets/api-key
}

if [ -e .env ]; then
  # Restored from a backup, or with another key since: the file has to follow.
  note "$(sed -n 's/^ASSAY_ADMIN_KEY=//p' .env | tail -n 1)"
  echo "$(pwd)/.env is there already and stays; the API key in it was noted for Prometheus again" >&2
  exit 0
fi

key=assay_$(random 32)
note "$key"
cat >.env <<END
ASSAY_ADMIN_KEY=$key
S3_ACCESS_KEY_ID=assay
S3_SECRET_ACCESS_KEY=$(random 24)
GRAFANA_PASSWORD=$(random 12)
END
echo "wrote .env; the API key is $key"
