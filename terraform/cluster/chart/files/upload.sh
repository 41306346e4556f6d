#!/usr/bin/env bash
# Copies a dump into the bucket, and makes the bucket's copy of the sites like the sites:
#
#   gs://BUCKET/databases/YYYY-MM-DDTHH-MM/   the dump; COMPLETE is copied last
#   gs://BUCKET/sites/                        each site's configuration with its encryption key, and its files
#
# Left out is what bench makes again: assets, logs, caches, its own backups, archived sites.
set -euo pipefail

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

[[ -f $DUMP/COMPLETE ]] || fail "the dump is not whole; nothing is copied"
# A volume that is not mounted looks empty, and the copy would be made empty after it.
[[ -f $SITES/common_site_config.json ]] || fail "there is no bench in $SITES; nothing is copied"

# Python expressions, each of the whole path below the volume, separated by commas.
excluded='^assets(/.*)?$,^archived(_sites)?/.*$,^\.tenants/.*\.new$'
excluded+=',^[^/]+/(logs|locks|task-logs|error-snapshots|indexes|\.cache)/.*$'
excluded+=',^[^/]+/private/backups/.*$'

when=$(date --utc +%Y-%m-%dT%H-%M)
target=gs://$BUCKET/databases/$when

gcloud storage cp --quiet "$DUMP/SHA256SUMS" "$target/"
gcloud storage rsync --quiet --recursive --exclude='^COMPLETE$' "$DUMP" "$target"
gcloud storage rsync --quiet --recursive --delete-unmatched-destination-objects \
  --exclude="$excluded" "$SITES" "gs://$BUCKET/sites"
gcloud storage cp --quiet "$DUMP/COMPLETE" "$target/"
echo "the backup is $when"
