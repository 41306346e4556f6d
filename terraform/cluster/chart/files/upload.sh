#!/usr/bin/env bash
# Copies a dump into the bucket, and makes the bucket's copy of the volume like the volume:
#
#   gs://BUCKET/databases/YYYY-MM-DDTHH-MM/   the dump; COMPLETE (or INCOMPLETE) is copied last
#   gs://BUCKET/volume/                       each site's configuration with its encryption key, its files, whose it is
#   gs://BUCKET/links/LINKS                   where the host names lead: each link, and each empty directory, in a line
#
# A bucket has neither links nor empty directories, and a copy that followed a link would have each site twice: so links
# are in a list. restore-volume.sh makes them again. Left out is what bench makes again: assets, logs, caches, its own
# backups, archived sites.
#
# A dump that is not whole is copied too, but says so: with its end marker INCOMPLETE, with a line for the alert,
# and by the exit status 90, which no program of it has. Each database that it lacks is kept from an earlier
# backup: keep-whole.sh.
set -euo pipefail

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

marker=COMPLETE
if [[ -f $DUMP/INCOMPLETE ]]; then marker=INCOMPLETE; fi
[[ -f $DUMP/$marker ]] || fail "the dump has no end marker; nothing is copied"
# A volume that is not mounted looks empty, and the copy would be made empty after it.
compgen -G "$VOLUME/benches/*/sites/common_site_config.json" >/dev/null || fail "there is no bench in $VOLUME; nothing is copied"

# Python expressions, each of the whole path below the volume, separated by commas.
sites='^benches/[^/]+/sites'
excluded='^hosts/.*$,^tenants/[^/]+/current(/.*)?$,^tenants/.*\.new$'
excluded+=",$sites/assets(/.*)?\$,$sites/archived(_sites)?/.*\$"
excluded+=",$sites/[^/]+/(logs|locks|task-logs|error-snapshots|indexes|\.cache)/.*\$"
excluded+=",$sites/[^/]+/private/backups/.*\$"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# Site Jobs make and remove some of it meanwhile.
(cd -- "$VOLUME" && find hosts tenants -ignore_readdir_race ! -name '*.new' \
  \( -type l -printf 'link\t%p\t%l\n' -o -type d -empty -printf 'directory\t%p\n' \)) | sort >"$work/LINKS"

when=$(date --utc +%Y-%m-%dT%H-%M)
target=gs://$BUCKET/databases/$when

gcloud storage cp --quiet "$DUMP/SHA256SUMS" "$target/"
gcloud storage rsync --quiet --recursive --exclude='^(IN)?COMPLETE$' "$DUMP" "$target"
gcloud storage rsync --quiet --recursive --delete-unmatched-destination-objects \
  --exclude="$excluded" "$VOLUME" "gs://$BUCKET/volume"
gcloud storage cp --quiet "$work/LINKS" "gs://$BUCKET/links/"
if [[ $marker == INCOMPLETE ]]; then bash "${BASH_SOURCE[0]%/*}/keep-whole.sh" "$when"; fi
gcloud storage cp --quiet "$DUMP/$marker" "$target/"
echo "the backup is $when"
if [[ $marker == INCOMPLETE ]]; then
  cat "$DUMP/MISSING"
  # The alert in monitoring.tf looks for this line. A name is one of a file here, so it is plain in JSON.
  names=$(cut --fields=1 "$DUMP/MISSING" | sort --unique | paste --serial --delimiters=, | sed 's/,/, /g')
  printf '{"severity":"ERROR","message":"BackupIncomplete","backup":"%s","missing":"%s"}\n' "$when" "$names"
  exit 90
fi
