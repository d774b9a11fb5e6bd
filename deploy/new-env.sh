#!/usr/bin/env bash
# Writes a `.env` for `docker compose up` on this machine, with secrets of its own and without TLS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -e .env ]; then
	echo ".env is there already; it stays as it is." >&2
	exit 1
fi

secret() { # $1 random letters and digits
	LC_ALL=C tr -dc 'A-Za-z0-9' < <(head -c $(($1 * 16)) /dev/urandom) | head -c "$1"
}

umask 077
cat >.env <<ENV
# Made by deploy/new-env.sh. .env.example describes these and more.
NEXUS_SECRET_KEY=$(secret 64)
NEXUS_ALLOWED_HOSTS=localhost,127.0.0.1
NEXUS_HTTPS=false
POSTGRES_PASSWORD=$(secret 32)
RABBITMQ_PASSWORD=$(secret 32)
ENV
echo "Wrote .env. Next: docker compose up"
