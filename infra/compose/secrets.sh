#!/bin/sh
# Makes the secrets of the compose file, once: .env beside it, and the API key again as a file for Prometheus.
set -eu
cd "$(dirname "$0")"
umask 077
[ ! -e .env ] || { echo "$(pwd)/.env is there already; nothing was changed" >&2; exit 0; }

# random BYTES: base64url
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }

key=assay_$(random 32)
mkdir -p .secrets
printf '%s' "$key" >.secrets/api-key
# Prometheus runs as another user, and the folder keeps others out.
chmod 644 .secrets/api-key
cat >.env <<END
ASSAY_ADMIN_KEY=$key
S3_ACCESS_KEY_ID=assay
S3_SECRET_ACCESS_KEY=$(random 24)
GRAFANA_PASSWORD=$(random 12)
END
echo "wrote .env; the API key is $key"
