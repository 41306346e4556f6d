#!/usr/bin/env bash
# keep-whole.sh WHEN: what the dump has not whole of a database is kept from the newest backup that has it:
#
#   gs://BUCKET/databases/WHEN/earlier/NAME/YYYY-MM-DDTHH-MM/   a dump of this database alone, and of all users
#
# The bucket removes each night's folder when it is old enough. While a database cannot be dumped, each night's
# has its last whole one, so that this does not go with its night. Once it can again, or is no more, that ends.
set -euo pipefail

all=gs://$BUCKET/databases
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
gcloud storage ls "$all/**" >"$work/listed"

has() {
  grep --quiet --line-regexp --fixed-strings -- "$1" "$work/listed"
}

# newest_whole NAME: the folder of it, or nothing.
newest_whole() {
  local file
  while IFS= read -r file; do
    # One without an end marker is of a backup that was cut off.
    if has "${file%/*}/COMPLETE" || has "${file%/*}/INCOMPLETE"; then
      printf '%s' "${file%/*}"
      return
    fi
  done < <(grep --fixed-strings -- "/$1.database.sql.gz" "$work/listed" | sort --reverse)
}

# keep NAME FOLDER
keep() {
  local target=$all/$when/earlier/$1/${2##*/} urls=() file
  gcloud storage cat "$2/SHA256SUMS" >"$work/all"
  awk -v name="$1" '$2 == name ".database.sql.gz" || $2 == name ".objects.sql.gz" || $2 ~ /\.user\.sql\.gz$/' \
    "$work/all" >"$work/SHA256SUMS"
  while read -r _ file; do urls+=("$2/$file"); done <"$work/SHA256SUMS"
  (cd "$work" && sha256sum SHA256SUMS >COMPLETE)
  gcloud storage cp --quiet "${urls[@]}" "$work/SHA256SUMS" "$target/"
  gcloud storage cp --quiet "$work/COMPLETE" "$target/"
  echo "kept of $1: the backup ${2##*/}"
}

when=$1
names=$(sed --quiet 's/^database \([^\t]*\)\t.*/\1/p' "$DUMP/MISSING" | sort --unique)
for name in $names; do
  folder=$(newest_whole "$name")
  if [[ -n $folder ]]; then keep "$name" "$folder"; else echo "no backup has $name whole"; fi
done
