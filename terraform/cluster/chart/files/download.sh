#!/usr/bin/env bash
# Copies a dump back from the bucket: the one that BACKUP names, such as 2026-11-24T02-23, or one that this has
# kept of a database, such as 2026-11-24T02-23/earlier/tn0123/2026-11-20T02-23.
set -euo pipefail

when='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}'
if [[ ! ${BACKUP-} =~ ^$when(/earlier/[^/]+/$when)?$ ]]; then
  echo "BACKUP must name a backup in gs://$BUCKET/databases, such as 2026-11-24T02-23" >&2
  exit 1
fi
rm -rf -- "$DUMP"
mkdir -p -- "$DUMP"
gcloud storage rsync --quiet --recursive --exclude='^earlier/' "gs://$BUCKET/databases/$BACKUP" "$DUMP"
