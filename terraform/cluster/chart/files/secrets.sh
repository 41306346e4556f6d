#!/usr/bin/env bash
# Brings the database's administrator and the mail account from Secret Manager into two Secrets of the
# cluster. A secret goes through files in memory only: never over a command line, never into the log.
set -euo pipefail
umask 077

here=$(dirname "${BASH_SOURCE[0]}")

# bring VERSION SECRET KEY…: the version's JSON has exactly these keys, and so has the Secret, and `version`.
bring() {
  local version=$1 secret=$2
  shift 2
  gcloud secrets versions access "$version" --quiet >"$SCRATCH/$secret"
  python3 "$here/apply_secret.py" "$NAMESPACE" "$secret" "$SCRATCH/$secret" "$version" "$@"
  rm -f -- "$SCRATCH/$secret"
}

bring "$DATABASE_ADMIN" frappe-database-admin username password
bring "$MAIL" frappe-mail mail_server mail_port mail_login mail_password auto_email_id
